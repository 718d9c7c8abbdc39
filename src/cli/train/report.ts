/** What a training says on the terminal. */
import type { Choice } from "../../learn/choose/choose.js";
import type { Valued } from "../../learn/choose/value.js";
import { LEAKS_BELOW } from "../../learn/data/guard.js";
import type { PropensityReport } from "../../learn/meta/types.js";
import { amount, count, counted, mebibytes, seconds, table } from "../format.js";
import { wrap } from "../report.js";
import type { Terminal } from "../terminal.js";
import type { TrainFlags, TrainRun } from "./train.js";

export function trainLines(run: TrainRun, flags: TrainFlags, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  const { table: file, learned, judged, output } = run;
  const { report, model } = learned;
  const arms = report.arms.map(({ name, rows }) => `${name} ${count(rows)}`).join(", ");
  const facts: [string, string][] = [
    ["learner", `${report.learner}: ${count(report.trees)} trees, ${count(report.leaves)} leaves`],
    ["trained on", `${count(report.rows)} rows: ${arms}`],
    ["features", featuresOf(run)],
    ...(run.chances ? ([["chances", chancesOf(run.chances)]] as [string, string][]) : []),
    ["leakage", leakageOf(run)],
    ["memory", `${mebibytes(report.memory)} stated before it began`],
  ];
  return [
    "",
    `${bold(file.path)}   ${dim(`${count(file.rows)} rows (${file.format}), ${seconds(run.seconds)}`)}`,
    "",
    ...(run.choice ? choiceLines(run.choice, terminal) : []),
    ...table(facts).map((line) => `  ${line}`),
    "",
    ...(judged ? testLines(run, terminal) : [`  ${dim("nothing was left out to test on (--test 0)")}`, ""]),
    `  the model is in ${bold(output)}   ${dim(`${count(model.size)} bytes; outputs ${model.outputs.join(", ")}`)}`,
    `    ${dim(`shadowprice score ${output} users.csv`)}`,
    ...(flags.cost === undefined ? [] : [`    ${dim("shadowprice allocate users.scores.csv --budget N")}`]),
    "",
  ];
}

/** The table of the comparison, the simplest first. */
export function choiceLines({ compared, random, chosen, why, folds, rows }: Choice, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  const cells = compared.map(({ learner, worth, behind, refused }) => {
    if (!worth || !behind) return [learner, "not compared", "", refused ?? ""];
    const back = behind.value === 0 ? "the best" : `${amount(behind.value)}, error ${amount(behind.error)}`;
    return [learner, interval(worth), back, learner === chosen ? "kept" : ""];
  });
  const [head = "", ...rest] = table(
    [
      ["learner, simplest first", "gain per row, mean over budgets", "behind the best", ""],
      ...cells,
      ["random", interval(random), "", ""],
    ],
    [1, 2],
  );
  return [
    `  ${dim(`Compared on ${count(rows)} rows in ${folds} folds, each decided by models that did not see it`)}`,
    `  ${dim(head)}`,
    ...rest.map((line, k) => `  ${compared[k]?.learner === chosen ? bold(line) : line}`),
    ...wrap(why, Math.max(40, terminal.columns - 4)).map((line) => `  ${line}`),
    "",
  ];
}

function featuresOf({ learned, table: { features } }: TrainRun): string {
  const { report, model, categories } = learned;
  const texts = Object.keys(categories);
  const named =
    texts.length > 0 ? `, of them texts: ${texts.slice(0, 6).join(", ")}${texts.length > 6 ? ", …" : ""}` : "";
  const left = report.dropped.map(
    ({ feature, why }) => `${feature} (${why === "constant" ? "the same" : "missing"} in all rows)`,
  );
  const of = `${count(model.features.length)} of ${count(Object.keys(features).length)} columns${named}`;
  return left.length === 0 ? of : `${of}; left out: ${left.slice(0, 6).join(", ")}${left.length > 6 ? ", …" : ""}`;
}

/** The feature that differs most between the arms, and that it may. */
function leakageOf({ learned: { report } }: TrainRun): string {
  const worst = report.balances.reduce(
    (least, one) => (one.p < least.p ? one : least),
    report.balances[0] ?? { feature: "", p: 1 },
  );
  const least = `least p = ${small(worst.p)}, ${worst.feature}`;
  const many = report.balances.filter(({ p }) => p < LEAKS_BELOW).length;
  if (many > 0) return `${counted(many, "feature")} that differ between the arms, as was allowed (${least})`;
  return `no feature tells the arms apart by more than chance (${least})`;
}

function chancesOf({ least, most, clipped }: PropensityReport): string {
  const raised = clipped > 0 ? `, of ${counted(clipped, "row")} raised` : "";
  return `estimated from the features, out of fold: ${amount(least)} to ${amount(most)}${raised}`;
}

function small(p: number): string {
  return p >= 0.001 ? p.toFixed(3) : p.toExponential(1);
}

function testLines({ judged }: TrainRun, terminal: Terminal): string[] {
  const { dim } = terminal.colours;
  if (!judged) return [];
  const at = (share: number, curve: readonly { share: number; gain: number }[]) =>
    amount(curve.find((point) => point.share === share)?.gain ?? 0);
  const shares = [0.1, 0.3, 0.5, 1];
  const rows = [judged.worth, judged.random].map((one) => [
    one.name,
    interval(one),
    ...shares.map((share) => at(share, one.curve)),
  ]);
  const head = ["decisions by", "gain per row, mean over budgets", ...shares.map((share) => `${100 * share} %`)];
  const [first = "", ...rest] = table([head, ...rows], [1, 2, 3, 4, 5]);
  return [
    `  ${dim(`On ${count(judged.rows)} rows that were left out, over giving nobody anything; at shares of the money that treats all`)}`,
    `  ${dim(first)}`,
    ...rest.map((line) => `  ${line}`),
    `  the model over random: ${interval(judged.overRandom)}`,
    `  ${dim(`test rows ${judged.fingerprint.slice(0, 16)}…, used ${judged.usedBefore === 0 ? "once" : `${judged.usedBefore + 1} times`}`)}`,
    "",
  ];
}

export function interval({ value, low, high }: Valued): string {
  return `${amount(value)} (${amount(low)} to ${amount(high)})`;
}
