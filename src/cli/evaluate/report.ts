/** An evaluation as text. */
import type { ReadTable } from "../../files/columns.js";
import type { PolicyCurve, PolicyPoint } from "../../policy/curve.js";
import type { Comparison, Estimate, Evaluation, ScoreResult } from "../../uplift/evaluate/types.js";
import { drawChart, interpolate } from "../chart.js";
import { amount, count, seconds, share, table } from "../format.js";
import type { Terminal } from "../terminal.js";
import type { EvaluateFlags } from "./evaluate.js";

/** Metrics on the terminal; `--json` has all. */
const SHOWN = [
  "qini.sklift",
  "auuc.sklift",
  "auuc.causalml",
  "qini.ydf",
  "q1.pylift",
  "autoc.grf",
  "qini.grf",
  "aucc.dfcl",
];

export function evaluationLines(
  file: ReadTable,
  flags: EvaluateFlags,
  judged: Evaluation,
  policies: Readonly<Record<string, PolicyCurve>>,
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colours;
  const drawn = judged.units === judged.rows ? "" : `, ${count(judged.units)} clusters`;
  return [
    "",
    `${bold(file.path)}   ${dim(`${count(judged.rows)} rows${drawn} (${file.format}); outcome ${flags.outcome}`)}`,
    ...judged.comparisons.flatMap((comparison) => comparisonLines(comparison, judged, terminal)),
    ...Object.entries(policies).flatMap(([name, curve]) => policyLines(name, curve, flags, terminal)),
    "",
    ...checkLines(judged, terminal),
    `  ${dim(`intervals: ${share(judged.level)} by ${count(judged.resamples)} resamples, seed ${judged.seed}; ${seconds(judged.seconds)}`)}`,
    "",
  ];
}

/** A number of three digits that count. */
function digits(x: number): string {
  if (!Number.isFinite(x)) return "–";
  return Math.abs(x) >= 1000 ? amount(x) : x.toFixed(Math.abs(x) >= 10 ? 2 : 4);
}

function range({ value, low, high }: Estimate): string {
  return Number.isFinite(low) ? `${digits(value)} (${digits(low)} to ${digits(high)})` : digits(value);
}

function comparisonLines(comparison: Comparison, judged: Evaluation, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  const { arm, control, treated, controls, effect, scores } = comparison;
  const columns = scores.filter(({ kind }) => kind !== "random");
  const metrics = (scores[0] as ScoreResult).metrics.filter(
    ({ name }) => SHOWN.includes(name) || name.startsWith("uplift@"),
  );
  const rows = metrics.map(({ name, random }) => [
    name,
    ...columns.map(({ metrics: all }) => range(all.find((one) => one.name === name) as Estimate)),
    digits(random),
  ]);
  const [head = "", ...rest] = table([["", ...columns.map(({ name }) => name), "random"], ...rows]);
  const lines = [
    "",
    `  ${bold(`${arm} against ${control}`)}   ${dim(`${count(treated)} and ${count(controls)} rows; effect ${range(effect)}`)}`,
    "",
    `  ${dim(head)}`,
    ...rest.map((line) => `  ${line}`),
  ];
  for (const score of columns.filter(({ kind }) => kind === "score")) {
    lines.push("", ...verdict(score, judged, terminal), "", ...gainLines(score, terminal));
  }
  return lines;
}

/** Whether the score beats what stands beside it, by the intervals of the differences. */
function verdict({ name, metrics }: ScoreResult, judged: Evaluation, { colours }: Terminal): string[] {
  const ranked = metrics.find((one) => one.name === "autoc.grf");
  if (!ranked) return [];
  const say = (what: string, difference: Estimate | undefined) => {
    if (!difference || !Number.isFinite(difference.low)) return [];
    const won = difference.low > 0 ? "better than" : difference.high < 0 ? "worse than" : "not told apart from";
    return [`  ${colours.bold(name)} is ${won} ${what}: autoc.grf ${range(difference)}`];
  };
  const response = say("a plain response model", ranked.over.response);
  const none = response.length > 0 ? [] : [`  ${colours.dim(`response model: ${judged.response}`)}`];
  return [...say("a random order", ranked.over.random), ...response, ...none];
}

function gainLines({ curve, calibration = [] }: ScoreResult, terminal: Terminal): string[] {
  const { cyan, yellow, dim } = terminal.colours;
  const points = curve.map(({ share: x, gain }) => ({ x: 100 * x, y: gain }));
  const end = points.at(-1)?.y ?? 0;
  const marks = Array.from({ length: 9 }, (_, k) => 10 * (k + 1)).map((x) => ({ x, y: (end * x) / 100, sign: "o" }));
  const chart = drawChart(points, {
    ...{ width: Math.min(terminal.columns, 90) - 4, height: 10, unicode: terminal.unicode },
    ...{
      xName: "% of rows treated, best first",
      yName: "gain per row   (o random)",
      marks,
      paint: cyan,
      paintMark: yellow,
    },
  });
  const rows = calibration.map(({ rows: n, predicted, observed }, b) => [
    String(b + 1),
    count(n),
    digits(predicted),
    range(observed),
    digits(interpolate(points, (100 * (b + 1)) / calibration.length) || 0),
  ]);
  const [head = "", ...rest] = table(
    [["bucket", "rows", "score", "observed effect", "gain so far"], ...rows],
    [1, 2, 4],
  );
  return [...chart.map((line) => `  ${line}`), "", `  ${dim(head)}`, ...rest.map((line) => `  ${line}`)];
}

function policyLines(
  name: string,
  { points, constants, rows }: PolicyCurve,
  flags: EvaluateFlags,
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colours;
  const response = points.some((point) => point.response);
  const cell = ({ outcome }: PolicyPoint) => range(outcome.hajek);
  const body = points.map(({ budget, scores, response: other, random }) => [
    amount(budget),
    cell(scores),
    ...(response ? [other ? cell(other) : ""] : []),
    cell(random),
    count(scores.effective),
  ]);
  const head = ["budget", name, ...(response ? ["response model"] : []), "random", "effective rows"];
  const [first = "", ...rest] = table([head, ...body], [0, head.length - 1]);
  return [
    "",
    `  ${bold(`${flags.outcome} per row under a budget for ${count(rows)} rows`)}   ${dim("Hájek")}`,
    "",
    `  ${dim(first)}`,
    ...rest.map((line) => `  ${line}`),
    ...constants.map((one) => `  ${dim(`${one.name}: ${range(one.outcome.hajek)}`)}`),
  ];
}

function checkLines({ checks, arms, response }: Evaluation, { colours }: Terminal): string[] {
  const { sampleRatio, overlap, balance } = checks;
  const warn = (text: string) => `  ${colours.yellow(`! ${text}`)}`;
  const lines: string[] = [];
  if (sampleRatio.suspicious)
    lines.push(warn(`sample ratio mismatch, p = ${sampleRatio.p.toExponential(1)}: ${sampleRatio.why}`));
  if (overlap.suspicious)
    lines.push(warn(`propensities down to ${overlap.least}: a few rows decide the weighted estimates`));
  const worst = balance.reduce((a, b) => (Math.abs(b.difference) > Math.abs(a?.difference ?? 0) ? b : a), balance[0]);
  if (worst && Math.abs(worst.difference) > 0.1) {
    lines.push(
      warn(
        `${worst.feature} differs between arms by ${worst.difference.toFixed(2)} standard deviations (${worst.arm})`,
      ),
    );
  }
  lines.push(
    `  ${colours.dim(`arms: ${arms.map(({ name, share: part, mean }) => `${name} ${share(part)}, mean ${digits(mean)}`).join("; ")}`)}`,
  );
  lines.push(`  ${colours.dim(`response model: ${response}`)}`);
  return lines;
}
