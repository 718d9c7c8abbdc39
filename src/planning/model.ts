/**
 * A checked plan as numbers. A *line* is what has a curve: a channel, or a campaign of one. A *coordinate* is the spend of a
 * line in a period, at position line · periods + period. Limits are boxes of coordinates and sums of them.
 */
import { at } from "./check.js";
import { frequencyAt, type Insertions, type Reach, tableOf, unitsAt } from "./curves/reach.js";
import { drawsOf, isShared } from "./draws/check.js";
import type { Adstock, Campaign, Channel, Curve, PlanProblem } from "./types.js";

/** A part of the problem that set a limit: where it stands, and how the limit reads it back. */
export interface Source {
  /** Field path, as "channels[3].min". */
  path: string;
  /** Puts the limit to `amount` in a copy of the problem. */
  set(problem: PlanProblem, amount: number): void;
}

export interface ModelLine {
  name: string;
  channel: number;
  /** Number within the channel; −1 where the channel has no campaigns. */
  campaign: number;
  spec: Channel | Campaign;
  /** What one unit of response is worth under the objective. */
  worth: number;
  /** Of draws, what all of them share; else `spec` has it. */
  adstock?: Adstock;
}

/** A limit on the sum of some coordinates. */
export interface SumLimit {
  name: string;
  members: Int32Array;
  low: number;
  high: number;
  lowSource?: Source;
  highSource?: Source;
}

export interface Model {
  problem: PlanProblem;
  periods: number;
  lines: ModelLine[];
  /** lines × periods. */
  size: number;
  /** Boxes; `high` may be Infinity. */
  low: Float64Array;
  high: Float64Array;
  /** What set them; undefined for 0 and Infinity. */
  lowSource: (Source | undefined)[];
  highSource: (Source | undefined)[];
  /** Zero or at least this; 0 for none. */
  presence: Float64Array;
  /** Posterior draws of the curves; 0 where parameters are single numbers. With draws, `curves` are of them. */
  draws: number;
  /** f(x) = scale · curve(x · rate). */
  scale: Float64Array;
  rate: Float64Array;
  curves: Curve[];
  /** Spend today, 0 where it is not given; `hasCurrent` by line. */
  current: Float64Array;
  hasCurrent: boolean[];
  /** Without the budget. */
  sums: SumLimit[];
  /** Budget less reserve; Infinity where there is none. */
  budget: number;
  reserve: number;
}

/** Money as a share of the budget. */
function shareOf(share: number, { budget = 0 }: PlanProblem): number {
  return share * budget;
}

/** Reads a checked plan. */
export function modelOf(problem: PlanProblem): Model {
  const { periods = 1, budget = Number.POSITIVE_INFINITY, reserve } = problem;
  const lines = linesOf(problem);
  const size = lines.length * periods;
  const kept = reserve ? ("amount" in reserve ? reserve.amount : reserve.share * budget) : 0;
  const model: Model = {
    problem,
    periods,
    lines,
    size,
    low: new Float64Array(size),
    high: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    lowSource: new Array(size),
    highSource: new Array(size),
    presence: new Float64Array(size),
    draws: drawsOf(problem),
    scale: new Float64Array(size),
    rate: new Float64Array(size),
    curves: new Array(size),
    current: new Float64Array(size),
    hasCurrent: lines.map(({ spec }) => spec.current !== undefined),
    sums: [],
    budget: budget - kept,
    reserve: kept,
  };
  lines.forEach((_, line) => {
    placeLine(model, line);
  });
  placeSums(model);
  (problem.commitments ?? []).forEach((_, i) => {
    placeCommitment(model, i);
  });
  return model;
}

function linesOf({ channels, objective }: PlanProblem): ModelLine[] {
  const blend = objective?.type === "blend" ? objective.weight : 1;
  const worth = ({ value = 1, longTerm = 1 }: Channel | Campaign) => value * (blend + (1 - blend) * longTerm);
  return channels.flatMap((channel, c): ModelLine[] => {
    const { campaigns } = channel;
    const adstock = adstockOf(channel);
    if (!campaigns) {
      return [{ name: channel.name, channel: c, campaign: -1, spec: channel, worth: worth(channel), adstock }];
    }
    return campaigns.map((spec, k) => ({
      name: `${channel.name} / ${spec.name}`,
      channel: c,
      campaign: k,
      spec,
      worth: worth(spec),
      adstock,
    }));
  });
}

/** A geometric adstock that ends is one of given weights; one that is drawn is not shared by all draws. */
function adstockOf({ adstock }: Channel): Adstock | undefined {
  if (!adstock || !isShared(adstock)) return undefined;
  if (!("decay" in adstock) || adstock.type !== "geometric") return adstock as Adstock;
  const { decay, length, normalised } = adstock as { decay: number; length?: number; normalised?: boolean };
  if (length === undefined) return adstock as Adstock;
  const weights = [1];
  for (let lag = 1; lag < length; lag++) weights.push((weights[lag - 1] as number) * decay);
  const sum = normalised ? weights.reduceRight((total, weight) => total + weight, 0) : 1;
  return { type: "kernel", weights: weights.map((weight) => weight / sum) };
}

function placeLine(model: Model, line: number): void {
  const { periods, problem } = model;
  const { spec, worth, channel, campaign } = model.lines[line] as ModelLine;
  const path = `channels[${channel}]${campaign < 0 ? "" : `.campaigns[${campaign}]`}`;
  const { min, max, current, cost = 1, seasonality = 1, presence, change, regimes } = spec;
  // A presence set by the share is of what the budget gives to a period.
  const least = presence ? ("atLeast" in presence ? presence.atLeast : shareOf(presence.share, problem) / periods) : 0;
  const tables = new Map<Curve, Curve>();
  for (let t = 0; t < periods; t++) {
    const i = line * periods + t;
    const regime = problem.regimes?.[t];
    // A regime may be called as every object's own fields are.
    const own = regime !== undefined && regimes && Object.hasOwn(regimes, regime) ? regimes[regime] : undefined;
    const curve = (own ?? spec.curve) as Curve;
    model.curves[i] = placed(curve, tables);
    model.scale[i] = worth * at(seasonality, t);
    model.rate[i] = 1 / at(cost, t);
    model.presence[i] = least;
    if (current !== undefined) model.current[i] = at(current, t);
    const field = (name: "min" | "max"): Source => ({
      path: `${path}.${name}${typeof spec[name] === "object" ? `[${t}]` : ""}`,
      set: (copy, amount) => setAmount(lineOf(copy, channel, campaign), name, t, amount),
    });
    if (min !== undefined) raise(model, i, at(min, t), field("min"));
    if (max !== undefined) lower(model, i, at(max, t), field("max"));
    if (change && current !== undefined) placeChange(model, i, line, path);
    if (curve.type === "reach" || curve.type === "insertions") {
      placeFrequency(model, i, curve, own ? `${path}.regimes.${regime}` : `${path}.curve`);
    }
  }
}

/** Insertions as the table that they are; made once for all periods. */
function placed(curve: Curve, tables: Map<Curve, Curve>): Curve {
  if (curve.type !== "insertions") return curve;
  const table = tables.get(curve) ?? tableOf(curve);
  tables.set(curve, table);
  return table;
}

/** A frequency of reach is a ceiling on spend, since both rise together. */
function placeFrequency(model: Model, i: number, curve: Reach | Insertions, path: string): void {
  const { objective } = model.problem;
  const rate = model.rate[i] as number;
  const ofAll = objective?.type === "reach" ? objective.frequencyAtMost : Number.POSITIVE_INFINITY;
  const own = curve.frequencyAtMost ?? Number.POSITIVE_INFINITY;
  const frequency = Math.min(own, ofAll);
  if (frequency === Number.POSITIVE_INFINITY) return;
  const { channel, campaign } = model.lines[Math.floor(i / model.periods)] as ModelLine;
  lower(model, i, unitsAt(curve, frequency) / rate, {
    path: own <= ofAll ? `${path}.frequencyAtMost` : "objective.frequencyAtMost",
    set: (copy, amount) => {
      // A hair more, so that the ceiling that is found from it is not below the amount.
      const needed = frequencyAt(curve, amount * rate) * (1 + 1e-12);
      if (copy.objective?.type === "reach") copy.objective.frequencyAtMost = Math.max(ofAll, needed);
      const line = lineOf(copy, channel, campaign);
      for (const one of [line.curve, ...Object.values(line.regimes ?? {})]) {
        if (one && "frequencyAtMost" in one && one.frequencyAtMost !== undefined) {
          one.frequencyAtMost = Math.max(one.frequencyAtMost, needed);
        }
      }
    },
  });
}

function placeChange(model: Model, i: number, line: number, path: string): void {
  const { spec, channel, campaign } = model.lines[line] as ModelLine;
  const { down, up } = spec.change ?? {};
  const today = model.current[i] as number;
  const source = (side: "down" | "up"): Source => ({
    path: `${path}.change.${side}`,
    set: (copy, amount) => {
      const change = (lineOf(copy, channel, campaign).change ?? {}) as { down?: number; up?: number };
      if (side === "down") change.down = Math.min(1, Math.max(0, 1 - amount / today));
      else if (today > 0) change.up = Math.max(0, amount / today - 1);
      else change.up = undefined;
    },
  });
  if (down !== undefined) raise(model, i, (1 - down) * today, source("down"));
  if (up !== undefined) lower(model, i, (1 + up) * today, source("up"));
}

function lineOf({ channels }: PlanProblem, channel: number, campaign: number): Channel | Campaign {
  const found = channels[channel] as Channel;
  return campaign < 0 ? found : ((found.campaigns as readonly Campaign[])[campaign] as Campaign);
}

function setAmount(line: Channel | Campaign, name: "min" | "max", t: number, amount: number): void {
  const value = line[name];
  if (typeof value === "object") line[name] = value.with(t, amount);
  else line[name] = amount;
}

function raise({ low, lowSource }: Model, i: number, amount: number, source: Source): void {
  if (amount <= (low[i] as number)) return;
  low[i] = amount;
  lowSource[i] = source;
}

function lower({ high, highSource }: Model, i: number, amount: number, source: Source): void {
  if (amount >= (high[i] as number)) return;
  high[i] = amount;
  highSource[i] = source;
}

/** Sums that the problem limits: campaigns of a channel in a period, a channel over all periods, groups of channels. */
function placeSums(model: Model): void {
  const { problem, periods } = model;
  problem.channels.forEach((channel, c) => {
    const { campaigns, min, max, total, name } = channel;
    for (let t = 0; campaigns && t < periods; t++) {
      if (min === undefined && max === undefined) break;
      const where = periods > 1 ? ` in period ${t + 1}` : "";
      const field = (side: "min" | "max"): Source => ({
        path: `channels[${c}].${side}${typeof channel[side] === "object" ? `[${t}]` : ""}`,
        set: (copy, amount) => setAmount(copy.channels[c] as Channel, side, t, amount),
      });
      model.sums.push({
        name: `channel ${name}${where}`,
        members: membersOf(model, new Set([c]), [t]),
        low: min === undefined ? 0 : at(min, t),
        high: max === undefined ? Number.POSITIVE_INFINITY : at(max, t),
        lowSource: field("min"),
        highSource: field("max"),
      });
    }
    if (total?.atLeast === undefined && total?.atMost === undefined) return;
    const field = (side: "atLeast" | "atMost"): Source => ({
      path: `channels[${c}].total.${side}`,
      set: (copy, amount) => Object.assign((copy.channels[c] as Channel).total as object, { [side]: amount }),
    });
    model.sums.push({
      name: `channel ${name} over all periods`,
      members: membersOf(model, new Set([c])),
      low: total.atLeast ?? 0,
      high: total.atMost ?? Number.POSITIVE_INFINITY,
      lowSource: field("atLeast"),
      highSource: field("atMost"),
    });
  });
  (problem.groups ?? []).forEach((_, g) => {
    placeGroup(model, g);
  });
}

function placeGroup(model: Model, g: number): void {
  const { problem } = model;
  const group = (problem.groups ?? [])[g];
  if (!group) return;
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY, shareAtLeast = 0, shareAtMost, name } = group;
  const most = shareAtMost === undefined ? Number.POSITIVE_INFINITY : shareOf(shareAtMost, problem);
  const least = shareOf(shareAtLeast, problem);
  const byShare = { low: least > atLeast, high: most < atMost };
  const source = (field: "atLeast" | "atMost" | "shareAtLeast" | "shareAtMost"): Source => ({
    path: `groups[${g}].${field}`,
    set: (copy, amount) => {
      // More than the whole budget is no share of it: then the budget gives way.
      if (field.startsWith("share")) copy.budget = Math.max(copy.budget ?? 0, amount);
      const value = field.startsWith("share") ? Math.min(1, amount / (copy.budget as number)) : amount;
      Object.assign((copy.groups ?? [])[g] as object, { [field]: value });
    },
  });
  const named = new Map(problem.channels.map((channel, c) => [channel.name, c]));
  const channels = new Set(group.channels.map((channel) => named.get(channel) as number));
  model.sums.push({
    name: `group ${name}`,
    members: membersOf(
      model,
      channels,
      group.periods?.map((period) => period - 1),
    ),
    low: Math.max(atLeast, least),
    high: Math.min(atMost, most),
    lowSource: source(byShare.low ? "shareAtLeast" : "atLeast"),
    highSource: source(byShare.high ? "shareAtMost" : "atMost"),
  });
}

function membersOf({ lines, periods }: Model, channels: ReadonlySet<number>, only?: readonly number[]): Int32Array {
  const times = only ?? Array.from({ length: periods }, (_, t) => t);
  return Int32Array.from(
    lines.flatMap(({ channel }, line) => (channels.has(channel) ? times.map((t) => line * periods + t) : [])),
  );
}

/** Of a channel with campaigns a commitment holds for their sum. */
function placeCommitment(model: Model, number: number): void {
  const { problem, periods, lines } = model;
  const commitment = (problem.commitments ?? [])[number];
  if (!commitment) return;
  const { amount, type = "exact", period } = commitment;
  const channel = problem.channels.findIndex(({ name }) => name === commitment.channel);
  const campaigns = problem.channels[channel]?.campaigns;
  const times = period === undefined ? Array.from({ length: periods }, (_, t) => t) : [period - 1];
  const source: Source = {
    path: `commitments[${number}].amount`,
    set: (copy, value) => Object.assign((copy.commitments ?? [])[number] as object, { amount: value }),
  };
  const whole = campaigns && commitment.campaign === undefined;
  for (const t of times) {
    if (whole) {
      model.sums.push({
        name: `commitment of ${commitment.channel}${periods > 1 ? ` in period ${t + 1}` : ""}`,
        members: membersOf(model, new Set([channel]), [t]),
        low: amount,
        high: type === "exact" ? amount : Number.POSITIVE_INFINITY,
        lowSource: source,
        highSource: source,
      });
      continue;
    }
    const campaign = campaigns?.findIndex(({ name }) => name === commitment.campaign) ?? -1;
    const line = lines.findIndex((one) => one.channel === channel && one.campaign === campaign);
    raise(model, line * periods + t, amount, source);
    if (type === "exact") lower(model, line * periods + t, amount, source);
  }
}
