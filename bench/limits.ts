/** `npm run bench -- limits`: several limits, proven optima, totals and streams, measured. */
import exact from "./limits/exact.js";
import several from "./limits/several.js";
import stream from "./limits/stream.js";
import totals from "./limits/totals.js";
import type { Row, SuiteOptions } from "./rows.js";

export { report } from "./rows.js";

export default async function measure(options: SuiteOptions): Promise<Row[]> {
  return [...several(options), ...exact(options), ...totals(options), ...(await stream(options))];
}
