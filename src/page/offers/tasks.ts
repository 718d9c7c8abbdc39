/**
 * What the offers' workers do. One holds the table and the choices of the last exact answer; the other a sample of it, so that what is
 * dragged is not kept waiting by an exact answer under way.
 */
import { allocate } from "../../allocation/allocate.js";
import { frontier } from "../../allocation/frontier.js";
import { hasLimits } from "../../allocation/limits/solve.js";
import type { Offers } from "../../allocation/offers.js";
import type { AllocationResult, FrontierPoint } from "../../allocation/types.js";
import { fileReaders } from "../files/index.js";
import { Moved, type TaskContext } from "../worker/rpc.js";
import { type DecisionFormat, load, type Table } from "./table/load.js";
import { extrapolated, placed, type SampleColumns, sampleOf, scaled } from "./table/sample.js";
import type { Answer, Curve, From, Loaded, Look, Request } from "./types.js";

/** Budgets of a curve: of one limit from one reading of the table, of several limits each is a solve. */
const [POINTS, POINTS_OF_LIMITS] = [81, 15];

interface Held {
  offers: Offers;
  /** The part of all users that it is of. */
  part: number;
  table?: Table;
  choices?: Uint8Array | Uint16Array;
}
let held: Held | undefined;

function holding(): Held {
  if (!held) throw new Error("there is no table: load one first");
  return held;
}

export const tasks = {
  /** The columns of a file, before it is read. */
  async look({ file }: { file: File }): Promise<Look> {
    const { openFile, previewOf } = await fileReaders();
    const source = await openFile(file);
    return { columns: await previewOf(source), format: source.format, rows: source.rows };
  },

  async load({ from }: { from: From }, context: TaskContext): Promise<Moved<Loaded>> {
    // The table before it goes first: two would take twice the memory.
    held = undefined;
    const table = await load(from, context);
    const { offers } = table;
    held = { offers, part: 1, table };
    const sample = sampleOf(offers);
    const loaded: Loaded = { users: offers.users, options: [...offers.names], mostCost: mostCostOf(offers), sample };
    return new Moved(loaded, sample ? [...sample.values, ...sample.costs].map(({ buffer }) => buffer) : []);
  },

  /** Takes the sample of a table of so many users. */
  hold({ sample, users }: { sample: SampleColumns; users: number }): void {
    held = { offers: placed(sample), part: sample.users / users };
  },

  /** Value at every budget. */
  curve({ request }: { request: Request }, { progress }: TaskContext): Curve {
    const { offers, part } = holding();
    const { budget: _, ...limits } = request;
    const points = hasLimits(limits) ? POINTS_OF_LIMITS : POINTS;
    const found = frontier(offers, scaled(limits, part), { points, onProgress: progress });
    const times = (one: FrontierPoint): FrontierPoint => ({
      ...one,
      budget: one.budget / part,
      value: one.value / part,
      bound: one.bound / part,
      spend: one.spend / part,
    });
    return {
      points: found.points.filter(({ bound }) => bound !== Number.NEGATIVE_INFINITY).map(times),
      ...{ least: found.least / part, most: found.most / part, isEstimate: part < 1, status: found.status },
    };
  },

  /** While something is dragged: an answer without choices, which is an estimate where this holds a sample. */
  estimate({ request }: { request: Request }): Answer {
    const { offers, part } = holding();
    const answer = answerOf(allocate(offers, scaled(request, part)));
    return part < 1 ? extrapolated(answer, part) : answer;
  },

  /** The exact answer of all users, with its proof. Its choices stay here, for `decisions`. */
  solve({ request }: { request: Request }, { progress }: TaskContext): Answer {
    const now = holding();
    now.choices = undefined;
    const result = allocate(now.offers, request, { onProgress: progress });
    if (result.status === "met") now.choices = result.choices;
    return answerOf(result);
  },

  /** The decisions of the last exact answer, as a file. */
  async decisions({ format }: { format: DecisionFormat }, context: TaskContext): Promise<Blob> {
    const { table, choices } = holding();
    if (!table || !choices) throw new Error("there is no plan to write: solve first");
    return table.decide(format, choices, context);
  },
};

function answerOf({ choices: _, ...rest }: AllocationResult): Answer {
  return { ...rest, isEstimate: false };
}

/** Σ over users of the dearest offer that is open to them. */
function mostCostOf({ users, columns, stride, values, costs, engine }: Offers): number {
  const { buffer } = engine.memory;
  const most = new Float32Array(users);
  for (let j = 0; j < columns; j++) {
    const value = new Float32Array(buffer, values + j * stride, users);
    const cost = new Float32Array(buffer, costs + j * stride, users);
    for (let i = 0; i < users; i++) {
      if (value[i] !== Number.NEGATIVE_INFINITY && (cost[i] as number) > (most[i] as number))
        most[i] = cost[i] as number;
    }
  }
  let total = 0;
  for (const one of most) total += one;
  return total;
}
