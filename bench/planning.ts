/** `npm run bench -- planning`: what README says of planning, measured. */
import curves from "./planning/curves.js";
import draws from "./planning/draws.js";
import flighting from "./planning/flighting.js";
import separable from "./planning/separable.js";
import type { Row, SuiteOptions } from "./rows.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  const suites = [separable, flighting, curves, draws];
  const rows: Row[] = [];
  for (const suite of suites) rows.push(...(await suite(options)));
  return rows;
}
