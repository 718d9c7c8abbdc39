/** A long file whose users are adjacent: into the table, and out as decisions. */
import type { Offers } from "../../allocation/offers.js";
import { batchKeys, closePairs, pairError, readNumbers } from "../cells.js";
import { InputFileError, type Place, quoted } from "../errors.js";
import { type LongLayout, usedColumns } from "../layout.js";
import { type Choices, type Decided, Totals } from "../sink/decided.js";
import { type DecisionShape, exactAs, type Sink, zeroOf } from "../sink/sink.js";
import type { Batch, Cells, Exact, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { OfferNames } from "./survey.js";
import { UserTile } from "./tile.js";

/** Numbers of the users, from 0, as their rows come by. Ids are compared by their 64-bit keys. */
export class UserRuns {
  user = -1;
  #low = 0;
  #high = 0;

  /** Whether row i of these keys is of another user than the row before. */
  differs(words: Uint32Array, i: number): boolean {
    return this.user < 0 || words[2 * i] !== this.#low || words[2 * i + 1] !== this.#high;
  }

  /** Makes row i's user the current one; false when it is already. */
  begins(words: Uint32Array, i: number): boolean {
    if (!this.differs(words, i)) return false;
    this.#low = words[2 * i] as number;
    this.#high = words[2 * i + 1] as number;
    this.user++;
    return true;
  }
}

export async function fillLong(source: Source, layout: LongLayout, offers: Offers, watch: Watch): Promise<void> {
  const { path } = source;
  const names = new OfferNames(path, offers.names);
  const runs = new UserRuns();
  const tile = new UserTile(offers);
  let values = new Float64Array(0);
  let costs = values;
  let noValue = new Uint8Array(0);
  let noCost = noValue;
  for await (const batch of source.batches([layout.id, layout.offer, layout.value, layout.cost])) {
    watch.step("read", Math.max(0, runs.user), offers.users);
    const { rows } = batch;
    const [ids, offerCells, valueCells, costCells] = batch.columns as [Cells, Cells, Cells, Cells];
    if (values.length < rows) {
      [values, costs, noValue, noCost] = [
        new Float64Array(rows),
        new Float64Array(rows),
        new Uint8Array(rows),
        new Uint8Array(rows),
      ];
    }
    const words = keyWords(path, batch, ids);
    readNumbers(path, batch, valueCells, "value", values, noValue);
    readNumbers(path, batch, costCells, "cost", costs, noCost);
    const problem = closePairs(values, noValue, costs, noCost, rows);
    if (problem)
      throw pairError(path, problem, problem.of, problem.of === "value" ? "cost" : "value", batch.place(problem.row));
    const areIntegers = ids.type.kind === "integer";
    for (let i = 0; i < rows; i++) {
      if (runs.begins(words, i)) {
        if (runs.user >= offers.users) throw usersChanged(path, offers.users);
        tile.begin(runs.user, words, i, areIntegers);
      }
      const offer = names.number(batch, offerCells, i);
      if (offer >= offers.names.length) throw usersChanged(path, offers.users);
      if (!tile.add(offer, values[i] as number, costs[i] as number)) {
        throw repeatedOffer(path, ids.text(i), offerCells.text(i), batch.place(i));
      }
    }
  }
  if (runs.user + 1 !== offers.users) throw usersChanged(path, offers.users);
  tile.finish();
  watch.step("read", offers.users, offers.users);
}

function repeatedOffer(path: string, id: string, offer: string, place: Place): InputFileError {
  const problem = `user ${quoted(id)} has offer ${quoted(offer)} in an earlier row: keep one row of each offer`;
  return new InputFileError(path, problem, { ...place, column: "offer" });
}

function usersChanged(path: string, users: number): InputFileError {
  return new InputFileError(
    path,
    `the file no longer has the ${users} users it had: it changed while it was read; run again`,
  );
}

/** The user whose rows are being read, until all of them are. */
interface Pending {
  id: Exact;
  value: Exact;
  cost: Exact;
  found: boolean;
}

export async function decideLong(
  source: Source,
  layout: LongLayout,
  choices: Choices,
  shape: DecisionShape,
  sink: Sink,
  watch: Watch,
): Promise<Decided> {
  const decider = new LongDecider(source.path, choices, shape, sink);
  for await (const batch of source.batches(usedColumns(layout))) {
    watch.step("write", decider.done, choices.length);
    decider.add(batch);
  }
  const decided = decider.finish();
  watch.step("write", choices.length, choices.length);
  return decided;
}

/** The same, batch by batch. */
export class LongDecider {
  readonly #path: string;
  readonly #choices: Choices;
  readonly #shape: DecisionShape;
  readonly #sink: Sink;
  readonly #names: OfferNames;
  readonly #totals: Totals;
  readonly #runs = new UserRuns();
  #pending: Pending | undefined;

  constructor(path: string, choices: Choices, shape: DecisionShape, sink: Sink) {
    this.#path = path;
    this.#choices = choices;
    this.#shape = shape;
    this.#sink = sink;
    this.#names = new OfferNames(path, shape.options);
    this.#totals = new Totals(shape);
  }

  get done(): number {
    return Math.max(0, this.#runs.user);
  }

  add(batch: Batch): void {
    const shape = this.#shape;
    const [ids, offerCells, values, costs] = batch.columns as [Cells, Cells, Cells, Cells];
    const words = keyWords(this.#path, batch, ids);
    for (let i = 0; i < batch.rows; i++) {
      if (this.#runs.differs(words, i)) {
        this.#settle();
        this.#runs.begins(words, i);
        this.#pending = { id: ids.exact(i), value: zeroOf(shape.value), cost: zeroOf(shape.cost), found: false };
      }
      const pending = this.#pending;
      if (this.#names.number(batch, offerCells, i) + 1 !== this.#choices[this.#runs.user] || !pending) continue;
      pending.value = exactAs(values, i, shape.value);
      pending.cost = exactAs(costs, i, shape.cost);
      pending.found = true;
    }
  }

  finish(): Decided {
    this.#settle();
    const { length } = this.#choices;
    if (this.#runs.user + 1 !== length) throw usersChanged(this.#path, length);
    return { users: length, value: this.#totals.value.value, cost: this.#totals.cost.value };
  }

  /** The user before, while its number is still the current one. */
  #settle(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const choice = this.#choices[this.#runs.user] as number;
    if (choice > 0 && !pending.found) throw usersChanged(this.#path, this.#choices.length);
    this.#totals.add(pending.value, pending.cost);
    this.#sink.add(pending.id, choice, pending.value, pending.cost);
  }
}

function keyWords(path: string, batch: Batch, ids: Cells): Uint32Array {
  const keys = batchKeys(path, batch, ids);
  return keys instanceof Uint32Array ? keys : new Uint32Array(keys.buffer);
}
