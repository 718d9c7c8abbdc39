/**
 * Resources of a wide file: a column RESOURCE_OFFER for each resource that was asked for and each offer. They are read apart
 * from values and costs, in JavaScript whoever reads those: only files with resources are read once more.
 */
import type { Offers } from "../../allocation/offers.js";
import { type Rows, readNumbers } from "../cells.js";
import { InputFileError } from "../errors.js";
import type { WideLayout } from "../layout.js";
import type { Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";

/** The largest number that an f32 column holds. */
const MOST = 3.4028234663852886e38;

/** Reads the amounts of all resources into a table whose values are filled. */
export async function fillResources(source: Source, layout: WideLayout, offers: Offers, watch: Watch): Promise<void> {
  const { resources } = layout;
  if (resources.length === 0) return;
  const wanted = resources.flatMap(({ columns }) => columns);
  let amounts = new Float64Array(0);
  let missing = new Uint8Array(0);
  let from = 0;
  for await (const batch of source.batches(wanted)) {
    watch.step("read", from, offers.users);
    if (from + batch.rows > offers.users) throw changed(source.path);
    if (amounts.length < batch.rows) [amounts, missing] = [new Float64Array(batch.rows), new Uint8Array(batch.rows)];
    let next = 0;
    for (const { name } of resources) {
      for (let j = 0; j < layout.options.length; j++) {
        fillAmounts(
          source.path,
          batch,
          batch.columns[next++] as Cells,
          { name, j, from },
          { amounts, missing },
          offers,
        );
      }
    }
    from += batch.rows;
  }
  if (from !== offers.users) throw changed(source.path);
}

/** The amounts of a batch that option j uses of a resource; its values are there. `tile` has room for them. */
export function fillAmounts(
  path: string,
  batch: Rows,
  cells: Cells,
  { name, j, from }: { name: string; j: number; from: number },
  tile: { amounts: Float64Array; missing: Uint8Array },
  offers: Offers,
): void {
  const column = `${name}_${offers.names[j]}`;
  readNumbers(path, batch, cells, column, tile.amounts, tile.missing);
  checkAmounts(path, batch, column, tile, isOpen(offers, j, from, batch.rows));
  offers.setResource(name, j, from, tile.amounts.subarray(0, batch.rows));
}

function isOpen(offers: Offers, j: number, from: number, rows: number): (row: number) => boolean {
  const at = offers.values + j * offers.stride + 4 * from;
  const values = new Float32Array(offers.engine.memory.buffer, at, rows);
  return (row) => values[row] !== -Infinity;
}

/** What a closed offer would use is nobody's business; an open one must say. */
function checkAmounts(
  path: string,
  batch: Rows,
  column: string,
  { amounts, missing }: { amounts: Float64Array; missing: Uint8Array },
  isOpenAt: (row: number) => boolean,
): void {
  for (let i = 0; i < batch.rows; i++) {
    if (missing[i] === 0 && Math.abs(amounts[i] as number) <= MOST) continue;
    if (isOpenAt(i)) {
      const what = missing[i]
        ? "the cell is NULL where the offer is open: say how much it uses, 0 for none"
        : `the amount is ${amounts[i]}: a table holds finite numbers up to ${MOST.toPrecision(3)}`;
      throw new InputFileError(path, what, { ...batch.place(i), column });
    }
    amounts[i] = 0;
  }
}

function changed(path: string): InputFileError {
  return new InputFileError(path, "the file no longer has the rows it had: it changed while it was read; run again");
}
