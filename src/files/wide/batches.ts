/** Wide files, batch by batch: into the table, and out as decisions. */
import type { Offers } from "../../allocation/offers.js";
import { closePairs, pairError, readNumbers, setKeys } from "../cells.js";
import { InputFileError } from "../errors.js";
import { usedColumns, type WideLayout } from "../layout.js";
import { type Choices, type Decided, Totals } from "../sink/decided.js";
import { type DecisionShape, exactAs, type Sink, zeroOf } from "../sink/sink.js";
import { CsvSource } from "../source/csv.js";
import { CsvCells } from "../source/csv-cells.js";
import type { Batch, Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";

/** First reading: every number and key into the table. */
export async function fillWide(source: Source, layout: WideLayout, offers: Offers, watch: Watch): Promise<void> {
  const wanted = usedColumns(layout);
  let tile = newTile(0);
  let from = 0;
  for await (const batch of source.batches(wanted)) {
    watch.step("read", from, offers.users);
    if (from + batch.rows > offers.users) throw countChanged(source.path, offers.users);
    if (tile.values.length < batch.rows) tile = newTile(batch.rows);
    setKeys(source.path, batch, batch.columns[0] as Cells, offers, from);
    for (let j = 0; j < layout.options.length; j++) fillOption(source, layout, batch, tile, offers, j, from);
    from += batch.rows;
  }
  if (from !== offers.users) throw countChanged(source.path, offers.users);
  watch.step("read", from, offers.users);
}

interface Tile {
  values: Float64Array;
  costs: Float64Array;
  noValue: Uint8Array;
  noCost: Uint8Array;
}

function newTile(rows: number): Tile {
  return {
    values: new Float64Array(rows),
    costs: new Float64Array(rows),
    noValue: new Uint8Array(rows),
    noCost: new Uint8Array(rows),
  };
}

function fillOption(
  source: Source,
  layout: WideLayout,
  batch: Batch,
  tile: Tile,
  offers: Offers,
  j: number,
  from: number,
): void {
  const { path } = source;
  const { rows } = batch;
  const { values, costs, noValue, noCost } = tile;
  const names = { value: `value_${layout.options[j]}`, cost: `cost_${layout.options[j]}` };
  readNumbers(path, batch, batch.columns[1 + 2 * j] as Cells, names.value, values, noValue);
  readNumbers(path, batch, batch.columns[2 + 2 * j] as Cells, names.cost, costs, noCost);
  const problem = closePairs(values, noValue, costs, noCost, rows);
  if (problem !== undefined) {
    const other = problem.of === "value" ? names.cost : names.value;
    throw pairError(path, problem, names[problem.of], other, batch.place(problem.row));
  }
  offers.set(j, from, values.subarray(0, rows), costs.subarray(0, rows));
}

function countChanged(path: string, users: number): InputFileError {
  return new InputFileError(
    path,
    `the file no longer has the ${users} rows it had: it changed while it was read; run again`,
  );
}

/** Second reading: the chosen cells of every row, as they stand, into the sink. */
export async function decideWide(
  source: Source,
  layout: WideLayout,
  choices: Choices,
  shape: DecisionShape,
  sink: Sink,
  watch: Watch,
): Promise<Decided> {
  const totals = new Totals(shape);
  const zeros = { value: zeroOf(shape.value), cost: zeroOf(shape.cost) };
  let done = 0;
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("write", done, choices.length);
    if (done + batch.rows > choices.length) throw countChanged(source.path, choices.length);
    const [ids] = batch.columns as [Cells];
    const copies = sink.copy !== undefined && ids instanceof CsvCells && isComma(source);
    for (let i = 0; i < batch.rows; i++) {
      const choice = choices[done + i] as number;
      if (choice === 0) {
        if (copies) sink.copy?.(ids as CsvCells, i, 0, undefined, undefined);
        else sink.add(ids.exact(i), 0, zeros.value, zeros.cost);
        continue;
      }
      const values = batch.columns[2 * choice - 1] as Cells;
      const costs = batch.columns[2 * choice] as Cells;
      if (copies) {
        totals.add(values.number(i), costs.number(i));
        sink.copy?.(ids as CsvCells, i, choice, values as CsvCells, costs as CsvCells);
        continue;
      }
      const value = exactAs(values, i, shape.value);
      const cost = exactAs(costs, i, shape.cost);
      totals.add(value, cost);
      sink.add(ids.exact(i), choice, value, cost);
    }
    done += batch.rows;
  }
  if (done !== choices.length) throw countChanged(source.path, choices.length);
  watch.step("write", done, choices.length);
  return { users: done, value: totals.value.value, cost: totals.cost.value };
}

/** Whether cells may be copied as they stand: another delimiter may leave commas unquoted. */
function isComma(source: Source): boolean {
  return source instanceof CsvSource && source.delimiter === ",";
}
