/**
 * Who is sent anything at all, and what kind of user each is.
 *
 *   intent       P(buy | nothing) inside a band: not those who buy anyway, nor those who never will
 *   sensitivity  uplift above a floor
 *   lifetime     the user's worth at or above a floor
 *
 * Segments by (P(buy | nothing), uplift): the band and the floors are ours, the four names the field's.
 */
import { finiteNumber, floats } from "../engine/check.js";
import type { NumberColumn } from "../uplift/evaluate/types.js";

/** The four segments, in the order of their codes. */
export const SEGMENTS = ["lost cause", "sure thing", "persuadable", "sleeping dog"] as const;
export type Segment = (typeof SEGMENTS)[number];

export interface SegmentOptions {
  /** P(buy | nothing) from which on a user without uplift is a sure thing. Default 0.5. */
  likely?: number;
  /** Uplift above which a user is persuadable; default 0. */
  effect?: number;
  /** Uplift below −harm makes a sleeping dog; default: `effect`. */
  harm?: number;
}

export interface Segments {
  /** Number of each user's segment in SEGMENTS. */
  segment: Uint8Array;
  counts: Record<Segment, number>;
}

/**
 * The segment of each user.
 * @param intent P(buy | nothing), by user.
 * @param uplift what the offer adds to it, by user.
 * @example const { counts } = segmentsOf(control.score(columns).score, uplift.score(columns).score);
 */
export function segmentsOf(intent: NumberColumn, uplift: NumberColumn, options: SegmentOptions = {}): Segments {
  const { likely = 0.5, effect = 0, harm = effect } = options;
  const rows = checkColumns({ intent, uplift });
  finiteNumber(likely, "likely");
  if (finiteNumber(effect, "effect") < 0 || finiteNumber(harm, "harm") < 0)
    throw new RangeError(`effect and harm must be 0 or more, got ${effect} and ${harm}`);
  const segment = new Uint8Array(rows);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const tau = uplift[i] as number;
    const code = tau > effect ? 2 : tau < -harm ? 3 : (intent[i] as number) >= likely ? 1 : 0;
    segment[i] = code;
    counts[code] = (counts[code] as number) + 1;
  }
  return {
    segment,
    counts: Object.fromEntries(SEGMENTS.map((name, k) => [name, counts[k]])) as Record<Segment, number>,
  };
}

export interface GateInput {
  /** P(buy | nothing) by user: for `band`. */
  intent?: NumberColumn;
  /** Uplift by user: for `sensitivity`. */
  uplift?: NumberColumn;
  /** Lifetime value, or margin, by user: for `worth`. */
  lifetime?: NumberColumn;
}

export interface GateLimits {
  /** Least and greatest intent, both inside. */
  band?: readonly [number, number];
  /** Uplift must be above this. */
  sensitivity?: number;
  /** Lifetime value must be at least this. */
  worth?: number;
}

export interface Gates {
  /** 1 where a user may be sent something. */
  open: Uint8Array;
  /** Users whom each gate closed, by the first that did: intent, then sensitivity, then lifetime. */
  closed: { intent: number; sensitivity: number; lifetime: number };
}

/**
 * Passes users through the gates that are given.
 * @throws {RangeError} where a limit is given without its column, columns differ in length, or hold NaN.
 * @example const { open } = gatesOf({ intent, uplift }, { band: [0.02, 0.8], sensitivity: 0.01 });
 */
export function gatesOf(input: GateInput, limits: GateLimits): Gates {
  const { intent, uplift, lifetime } = input;
  const rows = checkColumns({ intent, uplift, lifetime });
  const want = (column: unknown, name: string, limit: string) => {
    if (column === undefined) throw new RangeError(`${limit} needs a column of ${name}`);
  };
  const { band, sensitivity, worth } = limits;
  if (band !== undefined) {
    want(intent, "intent", "band");
    if (!(finiteNumber(band[0], "band[0]") <= finiteNumber(band[1], "band[1]")))
      throw new RangeError(`band must ascend, got ${band[0]} and ${band[1]}`);
  }
  if (sensitivity !== undefined) want(uplift, "uplift", "sensitivity");
  if (worth !== undefined) want(lifetime, "lifetime", "worth");
  const [low, high] = band ?? [-Infinity, Infinity];
  const floor = sensitivity === undefined ? -Infinity : finiteNumber(sensitivity, "sensitivity");
  const least = worth === undefined ? -Infinity : finiteNumber(worth, "worth");
  const open = new Uint8Array(rows);
  const closed = { intent: 0, sensitivity: 0, lifetime: 0 };
  for (let i = 0; i < rows; i++) {
    const p = band ? ((intent as NumberColumn)[i] as number) : 0;
    if (p < low || p > high) closed.intent++;
    else if (sensitivity !== undefined && !(((uplift as NumberColumn)[i] as number) > floor)) closed.sensitivity++;
    else if (worth !== undefined && ((lifetime as NumberColumn)[i] as number) < least) closed.lifetime++;
    else open[i] = 1;
  }
  return { open, closed };
}

/** Columns of one length without NaN; returns the length. */
export function checkColumns(columns: Readonly<Record<string, NumberColumn | undefined>>): number {
  let [rows, first] = [-1, ""];
  for (const [name, column] of Object.entries(columns)) {
    if (column === undefined) continue;
    floats(column, name);
    if (rows < 0) [rows, first] = [column.length, name];
    if (column.length !== rows) throw new RangeError(`${name} has ${column.length} rows and ${first} has ${rows}`);
    const bad = column.findIndex((x) => Number.isNaN(x));
    if (bad >= 0) throw new RangeError(`${name}[${bad}] is NaN`);
  }
  if (rows < 0) throw new RangeError(`none of ${Object.keys(columns).join(", ")} is given`);
  return rows;
}
