/**
 * Where the outside data of the reference tests is: `SHADOWPRICE_DATA`, or `../shared/data` beside the project.
 *
 * Absent data is a failure, so that nobody takes silence for success. `SHADOWPRICE_DATA=none` says that it is meant: the
 * tests are then skipped, and counted as skipped.
 *
 * A reference test takes its paths from `referenceData` and reads them inside its tests or hooks, not while it is loaded.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const asked = process.env.SHADOWPRICE_DATA;

/** True where `SHADOWPRICE_DATA=none` leaves the tests that need outside data out. */
export const leftOut = asked === "none";

const root = resolve(asked && !leftOut ? asked : "../shared/data");

/** The path of a file or folder of the reference data, as in `referenceData("mmkp", "I01.txt")`. */
export function referenceData(...parts: string[]): string {
  return join(root, ...parts);
}

export default function requireData(): void {
  if (leftOut || (existsSync(root) && readdirSync(root).length > 0)) return;
  throw new Error(
    `no reference data in ${root}: set SHADOWPRICE_DATA to its folder, or to "none" to leave these tests out`,
  );
}
