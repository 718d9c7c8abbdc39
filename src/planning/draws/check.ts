/** What a plan of posterior draws must keep beside its form: lists of one length, and fields that go together. */

import type { Channel, Curve, DrawnCurve, Line, PlanProblem } from "../types.js";

/** Families of curves whose parameters may be lists, one entry a draw. */
const DRAWN_FAMILIES: readonly string[] = [
  ...["hill", "logit", "logistic", "tanh", "michaelis-menten", "power", "root", "log", "exponential", "linear"],
];

export function canBeDrawn(type: string): boolean {
  return DRAWN_FAMILIES.includes(type);
}

/** Objectives that a risk has the place of. */
const PLAIN = ["response", "blend"];

/** How many draws the curves of a plan have; 0 where all parameters are single numbers. */
export function drawsOf(plan: PlanProblem): number {
  for (const { values } of parametersOf(plan)) if (typeof values === "object") return values.length;
  return 0;
}

/** @throws {RangeError | TypeError} naming the field. */
export function checkDraws(plan: PlanProblem): void {
  const draws = drawsOf(plan);
  const { risk, budget, objective } = plan;
  if (draws === 0) {
    if (risk) throw new RangeError("risk is over posterior draws, and no curve has any: give parameters as lists");
    return;
  }
  let first = "";
  for (const { path, values } of parametersOf(plan)) {
    if (typeof values !== "object") continue;
    if (first === "") first = path;
    if (values.length === draws) continue;
    throw new RangeError(
      `${path} must have one entry for each of ${draws} draws, as ${first} has, got ${values.length}`,
    );
  }
  for (const { path, curve, channel } of curvesOf(plan)) {
    const { adstock } = channel;
    if (canBeDrawn(curve.type) || adstock?.type !== "geometric" || typeof adstock.decay === "number") continue;
    throw new RangeError(
      `channels[${plan.channels.indexOf(channel)}].adstock.decay must be one number where a curve is ${curve.type} (${path}), got ${draws} draws`,
    );
  }
  plan.channels.forEach(({ adstock, saturation }, c) => {
    if (saturation !== "before" || adstock?.type !== "geometric" || typeof adstock.decay === "number") return;
    throw new RangeError(
      `channels[${c}].adstock.decay must be one number where saturation comes before the adstock, got ${draws} draws`,
    );
  });
  if (budget === undefined) throw new TypeError("budget is missing: a plan over posterior draws needs one");
  if (risk && risk.type !== "expectation" && !PLAIN.includes(objective?.type ?? "response")) {
    throw new RangeError(
      `risk.type must be expectation where the objective is ${objective?.type}, got ${JSON.stringify(risk.type)}`,
    );
  }
}

/** The exponent, or the largest of the draws. */
export function largest(values: number | readonly number[]): number {
  return typeof values === "number" ? values : values.reduce((most, value) => Math.max(most, value), 0);
}

function* curvesOf({
  channels,
}: PlanProblem): Generator<{ path: string; curve: Curve | DrawnCurve; channel: Channel }> {
  for (const [c, channel] of channels.entries()) {
    const lines: [string, Line][] = [
      [`channels[${c}]`, channel],
      ...(channel.campaigns ?? []).map((one, k): [string, Line] => [`channels[${c}].campaigns[${k}]`, one]),
    ];
    for (const [path, { curve, regimes }] of lines) {
      if (curve) yield { path: `${path}.curve`, curve, channel };
      for (const [name, own] of Object.entries(regimes ?? {}))
        if (own) yield { path: `${path}.regimes.${name}`, curve: own, channel };
    }
  }
}

function* parametersOf(plan: PlanProblem): Generator<{ path: string; values: number | readonly number[] }> {
  for (const { path, curve } of curvesOf(plan)) {
    if (!canBeDrawn(curve.type)) continue;
    for (const [name, values] of Object.entries(curve)) {
      if (name !== "type" && values !== undefined) yield { path: `${path}.${name}`, values: values as number };
    }
  }
  for (const [c, { adstock }] of plan.channels.entries()) {
    if (adstock?.type === "geometric") yield { path: `channels[${c}].adstock.decay`, values: adstock.decay };
  }
}

/** Whether an adstock has one weight a lag for all draws. */
export function isShared(adstock: NonNullable<Channel["adstock"]>): boolean {
  return adstock.type !== "geometric" || typeof adstock.decay === "number";
}
