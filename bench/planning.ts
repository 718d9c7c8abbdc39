/** `npm run bench -- planning`: what issue and README say of planning, measured. */
import curves from "./planning/curves.js";
import draws from "./planning/draws.js";
import separable from "./planning/separable.js";
import type { Row, SuiteOptions } from "./rows.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  return [...(await separable(options)), ...(await curves(options)), ...(await draws(options))];
}
