/** `npm run bench -- training`: training, measured. */
import type { Row, SuiteOptions } from "./rows.js";
import boosting from "./training/boosting.js";
import campaign from "./training/campaign.js";
import symmetric from "./training/symmetric.js";
import uplift from "./training/uplift.js";
import voting from "./training/voting.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  const suites = [uplift, voting, boosting, campaign, symmetric];
  const rows: Row[] = [];
  for (const suite of suites) rows.push(...(await suite(options)));
  return rows;
}
