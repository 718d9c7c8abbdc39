/** `npm run bench -- uplift`: what README says of scoring and evaluation, measured. */
import type { Row, SuiteOptions } from "./rows.js";
import bootstrap from "./uplift/bootstrap.js";
import scoring from "./uplift/scoring.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  const suites = [scoring, bootstrap];
  const rows: Row[] = [];
  for (const suite of suites) rows.push(...(await suite(options)));
  return rows;
}
