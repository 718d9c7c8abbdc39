/** `npm run bench -- limits`: what issue and README say of several limits, exact optima, totals and streams, measured. */
import exact from "./limits/exact.js";
import stream from "./limits/stream.js";
import totals from "./limits/totals.js";
import type { Row, SuiteOptions } from "./rows.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  return [...exact(options), ...totals(options), ...(await stream(options))];
}
