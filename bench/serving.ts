/** `npm run bench -- serving`: the application, measured. The page's figures: `npm run bench -- page`. */
import type { Row, SuiteOptions } from "./rows.js";
import edge from "./serving/edge.js";
import node from "./serving/node.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  return [...(await node(options)), ...(await edge(options))];
}
