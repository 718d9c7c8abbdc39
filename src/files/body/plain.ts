/**
 * Arrow columns that are plain arrays of numbers go into the table and out of it as arrays, without a look at each cell. Whatever is
 * otherwise goes cell by cell.
 */
import type { Offers } from "../../allocation/offers.js";
import { setKeys } from "../cells.js";
import { usedColumns, type WideLayout } from "../layout.js";
import { type DecisionShape, exactAs, zeroOf } from "../sink/sink.js";
import type { Batch, Cells, ColumnType, Exact, Source } from "../types.js";
import type { Watch } from "../watch.js";
import type { FlatCells, Plain } from "./arrow.js";
import { type DecidedBatch, pieceOf } from "./arrow-sink.js";

/** Fills the table where every column is plain and every number good; false where `fillWide` must, which also names what is wrong. */
export async function fillPlain(source: Source, layout: WideLayout, offers: Offers, watch: Watch): Promise<boolean> {
  let from = 0;
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("read", from, offers.users);
    const [ids, ...pairs] = batch.columns as FlatCells[];
    setKeys(source.path, batch, ids as Cells, offers, from);
    for (let j = 0; j < layout.options.length; j++) {
      const [values, costs] = [pairs[2 * j]?.plain, pairs[2 * j + 1]?.plain];
      if (!values || !costs) return false;
      try {
        offers.set(j, from, values, costs);
      } catch {
        return false;
      }
    }
    from += batch.rows;
  }
  // An infinity closed an option: in a file it is an error.
  return offers.facts.open === offers.users * layout.options.length;
}

/** The chosen numbers of these rows, as they stand, for Arrow. */
export function decidedBatch(batch: Batch, chosen: Uint8Array | Uint16Array, shape: DecisionShape): DecidedBatch {
  const [ids, ...pairs] = batch.columns as [Cells, ...Cells[]];
  return {
    rows: batch.rows,
    ids: pieceOf(shape.id, (ids as FlatCells).plainIntegers ?? texts(batch, ids)),
    choices: chosen,
    values: pieceOf(shape.value, picked(pairs, 0, chosen, shape.value)),
    costs: pieceOf(shape.cost, picked(pairs, 1, chosen, shape.cost)),
  };
}

function texts({ rows }: Batch, ids: Cells): Exact[] {
  return Array.from({ length: rows }, (_, i) => ids.exact(i));
}

/** Of every row the number of its choice: of values (`half` 0) or costs (1). */
function picked(
  pairs: readonly Cells[],
  half: 0 | 1,
  choices: Uint8Array | Uint16Array,
  type: ColumnType,
): Plain | Exact[] {
  const columns = pairs.filter((_, c) => c % 2 === half);
  const plain = columns.map((cells) => (cells as Partial<FlatCells>).plain);
  const isFloat = type.kind === "float" || type.kind === "double";
  if (!isFloat || plain.some((column) => column === undefined)) {
    const zero = zeroOf(type);
    return Array.from(choices, (choice, i) => (choice === 0 ? zero : exactAs(columns[choice - 1] as Cells, i, type)));
  }
  const numbers = new (type.kind === "float" ? Float32Array : Float64Array)(choices.length);
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i] as number;
    if (choice !== 0) numbers[i] = (plain[choice - 1] as Plain)[i] as number;
  }
  return numbers;
}
