/** Wide files, batch by batch: into the table, and out as decisions. */
import type { Offers } from "../../allocation/offers.js";
import { closePairs, pairError, readNumbers, setKeys } from "../cells.js";
import { InputFileError } from "../errors.js";
import { usedColumns, type WideLayout } from "../layout.js";
import { type Choices, type Decided, Totals } from "../sink/decided.js";
import { type DecisionShape, exactAs, type Sink, zeroOf } from "../sink/sink.js";
import { CsvCells } from "../source/csv/cells.js";
import { CsvSource } from "../source/csv/csv.js";
import type { Batch, Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";

/** Makes a table hold so many rows, where their number is known at the end alone. */
export type Room = (rows: number) => void;

/** First reading: every number and key into the table. Without `room` it has as many rows as the source. */
export async function fillWide(
  source: Source,
  layout: WideLayout,
  offers: Offers,
  watch: Watch,
  room?: Room,
): Promise<number> {
  const wanted = usedColumns(layout);
  let tile = newTile(0);
  let from = 0;
  for await (const batch of source.batches(wanted)) {
    watch.step("read", from, offers.users);
    room?.(from + batch.rows);
    if (from + batch.rows > offers.users) throw countChanged(source.path, offers.users);
    if (tile.values.length < batch.rows) tile = newTile(batch.rows);
    setKeys(source.path, batch, batch.columns[0] as Cells, offers, from);
    for (let j = 0; j < layout.options.length; j++) {
      const pair: [Cells, Cells] = [batch.columns[1 + 2 * j] as Cells, batch.columns[2 + 2 * j] as Cells];
      fillOption(source.path, batch, pair, tile, offers, j, from);
    }
    from += batch.rows;
  }
  if (!room && from !== offers.users) throw countChanged(source.path, offers.users);
  watch.step("read", from, offers.users);
  return from;
}

export interface Tile {
  values: Float64Array;
  costs: Float64Array;
  noValue: Uint8Array;
  noCost: Uint8Array;
}

export function newTile(rows: number): Tile {
  return {
    values: new Float64Array(rows),
    costs: new Float64Array(rows),
    noValue: new Uint8Array(rows),
    noCost: new Uint8Array(rows),
  };
}

/** The rows of a batch of option j, pair by pair. `tile` has room for them. */
export function fillOption(
  path: string,
  batch: Pick<Batch, "rows" | "place">,
  [valueCells, costCells]: readonly [Cells, Cells],
  tile: Tile,
  offers: Offers,
  j: number,
  from: number,
): void {
  const { rows } = batch;
  const { values, costs, noValue, noCost } = tile;
  const names = { value: `value_${offers.names[j]}`, cost: `cost_${offers.names[j]}` };
  readNumbers(path, batch, valueCells, names.value, values, noValue);
  readNumbers(path, batch, costCells, names.cost, costs, noCost);
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
  const decider = new WideDecider(source, choices, shape, sink);
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("write", decider.done, choices.length);
    decider.add(batch);
  }
  const decided = decider.finish();
  watch.step("write", decided.users, choices.length);
  return decided;
}

/** The same, batch by batch. */
export class WideDecider {
  done = 0;
  readonly #source: Source;
  readonly #choices: Choices;
  readonly #shape: DecisionShape;
  readonly #sink: Sink;
  readonly #totals: Totals;

  constructor(source: Source, choices: Choices, shape: DecisionShape, sink: Sink) {
    this.#source = source;
    this.#choices = choices;
    this.#shape = shape;
    this.#sink = sink;
    this.#totals = new Totals(shape);
  }

  add(batch: Batch): void {
    const [source, choices, shape, sink] = [this.#source, this.#choices, this.#shape, this.#sink];
    const zeros = { value: zeroOf(shape.value), cost: zeroOf(shape.cost) };
    const { done } = this;
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
        this.#totals.add(values.number(i), costs.number(i));
        sink.copy?.(ids as CsvCells, i, choice, values as CsvCells, costs as CsvCells);
        continue;
      }
      const value = exactAs(values, i, shape.value);
      const cost = exactAs(costs, i, shape.cost);
      this.#totals.add(value, cost);
      sink.add(ids.exact(i), choice, value, cost);
    }
    this.done += batch.rows;
  }

  finish(): Decided {
    const { done } = this;
    if (done !== this.#choices.length) throw countChanged(this.#source.path, this.#choices.length);
    return { users: done, value: this.#totals.value.value, cost: this.#totals.cost.value };
  }
}

/** Whether cells may be copied as they stand: another delimiter may leave commas unquoted. */
function isComma(source: Source): boolean {
  return source instanceof CsvSource && source.delimiter === ",";
}
