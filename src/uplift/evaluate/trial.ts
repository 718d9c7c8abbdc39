/** Reads an experiment at the border: kinds, lengths, values, arms by number, clusters by number, chances by row. */
import { floats, kind, plainObject } from "../../engine/check.js";
import type { NumberColumn, Trial } from "./types.js";

export interface ReadTrial {
  rows: number;
  /** Names of the arms, the control first, the others in order. */
  names: string[];
  /** Number of each row's arm in `names`. */
  arm: Uint16Array;
  outcome: Float64Array;
  cost?: Float64Array;
  /** Chance of the arm that the row got. */
  chance: Float64Array;
  /** Chance of each arm by design, where it is one for all rows; else undefined. */
  design?: number[];
  /** Unit that each row is drawn with. */
  units: Uint32Array;
  unitCount: number;
}

const MOST_ARMS = 65_534;

/** @throws {TypeError} for a wrong kind, {RangeError} for a wrong value, naming the row. */
export function readTrial(trial: Trial): ReadTrial {
  plainObject(trial, "the trial");
  const { treatment, control = 0, cluster } = trial;
  const outcome = numbers(trial.outcome, "outcome");
  const rows = outcome.length;
  if (rows === 0) throw new RangeError("outcome has no rows");
  if (!isList(treatment)) throw new TypeError(`treatment must be an array of arms by row, got ${kind(treatment)}`);
  sameLength(treatment.length, rows, "treatment");
  const { names, arm } = readArms(treatment, control);
  const cost = trial.cost && numbers(trial.cost, "cost", rows);
  return {
    ...{ rows, names, arm, outcome, ...(cost && { cost }) },
    ...chances(trial.propensity, names, arm),
    ...readUnits(cluster, rows),
  };
}

/** A column of finite numbers as f64; `rows` long where that is known. */
export function numbers(column: NumberColumn, name: string, rows?: number): Float64Array {
  floats(column, name);
  if (rows !== undefined) sameLength(column.length, rows, name);
  const wide = Float64Array.from(column);
  const bad = wide.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new RangeError(`${name}[${bad}] must be finite, got ${wide[bad]}: leave such rows out`);
  return wide;
}

function sameLength(length: number, rows: number, name: string): void {
  if (length !== rows) throw new RangeError(`${name} has ${length} rows, outcome has ${rows}`);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function readArms(treatment: ArrayLike<number | string>, control: number | string) {
  const found = new Map<string, number>();
  const raw = new Uint32Array(treatment.length);
  for (let i = 0; i < treatment.length; i++) {
    const one = treatment[i];
    if (typeof one !== "string" && !(typeof one === "number" && Number.isFinite(one))) {
      throw new TypeError(`treatment[${i}] must be a number or a name, got ${one}`);
    }
    const name = String(one);
    let number = found.get(name);
    if (number === undefined) {
      number = found.size;
      if (number > MOST_ARMS) throw new RangeError(`treatment has more than ${MOST_ARMS} arms`);
      found.set(name, number);
    }
    raw[i] = number;
  }
  const all = [...found.keys()];
  const listed = all.slice(0, 20).join(", ");
  if (!found.has(String(control))) {
    throw new RangeError(
      `no row has the control ${JSON.stringify(control)}: the arms are ${listed}; name the control's value`,
    );
  }
  if (all.length === 1) throw new RangeError(`all rows are in one arm, ${listed}: a comparison needs two`);
  const others = all.filter((name) => name !== String(control)).sort(byNumberOrName);
  const names = [String(control), ...others];
  const place = Uint16Array.from(all, (name) => names.indexOf(name));
  return { names, arm: Uint16Array.from(raw, (number) => place[number] as number) };
}

function byNumberOrName(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference;
}

function chances(propensity: Trial["propensity"], names: string[], arm: Uint16Array) {
  const rows = arm.length;
  if (propensity === undefined) {
    const counts = new Array<number>(names.length).fill(0);
    for (const a of arm) counts[a] = (counts[a] as number) + 1;
    return { chance: Float64Array.from(arm, (a) => (counts[a] as number) / rows) };
  }
  if (ArrayBuffer.isView(propensity)) {
    const chance = numbers(propensity, "propensity", rows);
    const bad = chance.findIndex((p) => !(p > 0 && p <= 1));
    if (bad >= 0) {
      throw new RangeError(
        `propensity[${bad}] must be above 0 and at most 1, got ${chance[bad]}: it is the chance of the arm that the row got`,
      );
    }
    return { chance };
  }
  plainObject(propensity, "propensity");
  const design = names.map((name) => {
    const p = (propensity as Record<string, number>)[name];
    if (typeof p !== "number" || !(p > 0 && p <= 1)) {
      throw new RangeError(`propensity of arm ${JSON.stringify(name)} must be above 0 and at most 1, got ${p}`);
    }
    return p;
  });
  const total = design.reduce((sum, p) => sum + p, 0);
  if (Math.abs(total - 1) > 1e-6) throw new RangeError(`propensities of the arms must add up to 1, they make ${total}`);
  return { design, chance: Float64Array.from(arm, (a) => design[a] as number) };
}

/** Units that rows are drawn with, by number. */
export function readUnits(cluster: Trial["cluster"], rows: number): Pick<ReadTrial, "units" | "unitCount"> {
  if (cluster === undefined) return { units: Uint32Array.from({ length: rows }, (_, i) => i), unitCount: rows };
  if (!isList(cluster)) throw new TypeError(`cluster must be an array of ids by row, got ${kind(cluster)}`);
  sameLength(cluster.length, rows, "cluster");
  const found = new Map<unknown, number>();
  const units = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const id = cluster[i];
    if (id === undefined || id === null || Number.isNaN(id)) throw new RangeError(`cluster[${i}] is missing`);
    let unit = found.get(id);
    if (unit === undefined) {
      unit = found.size;
      found.set(id, unit);
    }
    units[i] = unit;
  }
  if (found.size < 2) throw new RangeError("all rows are in one cluster: a bootstrap by cluster needs more");
  return { units, unitCount: found.size };
}
