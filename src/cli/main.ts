/** The command line: `shadowprice allocate | frontier | plan | train | score | evaluate | serve | demo`. */
import { readFileSync } from "node:fs";
import { Argument, Command, CommanderError, Option } from "commander";
import { LEARNERS } from "../learn/choose/learners.js";
import { type AllocateFlags, allocateCommand } from "./allocate.js";
import { type DemoFlags, demoCommand } from "./demo.js";
import { type EvaluateFlags, evaluateCommand, parseCosts, parseNames, parseNumbers } from "./evaluate/evaluate.js";
import { EXIT, exitCode, explain, Interrupted } from "./failure.js";
import { type FrontierFlags, frontierCommand } from "./frontier.js";
import { type PlanFlags, planCommand, planDemo } from "./plan/plan.js";
import { parseNumber, parseStock, parseWhole } from "./request.js";
import { parseOfferCosts, type ScoreFlags, scoreCommand } from "./score.js";
import type { ServeFlags } from "./serve.js";
import { openTerminal, ownName } from "./terminal.js";
import { upliftDemo } from "./train/demo.js";
import { parseShare, type TrainFlags, trainCommand } from "./train/train.js";

const CODES = `
Exit codes: 0 met, 1 failed, 2 wrong usage or wrong input, 3 impossible, 4 not found, 130 interrupted.`;

const FILES = `
FILE is CSV, Parquet or Arrow, told by its content. Wide: user_id, and for each offer NAME a value_NAME and a cost_NAME.
Long: user_id, offer, value, cost. A NULL pair means that the offer is not open to this user.`;

const LIMITS = `
LIMITS.json holds the same request as the API: an option given on the command line wins over the same key in the file.
  {"budget": 250000, "exactlyOne": true, "stock": {"5off": 10000}, "minReturn": 2, "minSpend": 100000,
   "groups": [{"name": "mail", "offers": ["5off", "10off"], "atMost": 90000, "atLeast": 20000}],
   "resources": [{"name": "hours", "atMost": 400}]}
A resource is what offers use beside money: a wide file has a column RESOURCE_OFFER (hours_5off) for each offer.`;

const TRAIN = `
FILE is CSV, Parquet or Arrow, told by its content. Features are numbers or texts; an empty cell is a missing value. A feature that
differs between the arms by more than chance (p < 1e-6) is refused: it came about after the treatment.`;

const SCORES = `
FILE is CSV, Parquet or Arrow, told by its content. An empty cell, NULL or NaN is a missing value. A column cost_NAME of FILE is
taken over. The output NAME of the model becomes value_NAME, cost_NAME stays what it is; one without a name is value_score.`;

const PLAN = `
PLAN.json, smallest: {"budget": 60, "channels": [{"name": "search", "curve": {"type": "hill", "max": 100, "half": 50, "shape": 3}}]};
all of it in shadowprice/plan.schema.json.`;

/** Runs one command line and resolves to its exit code. */
async function run(process: NodeJS.Process): Promise<number> {
  const terminal = openTerminal(process);
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Interrupted()));
  let code: number = EXIT.met;
  const program = new Command("shadowprice")
    .description("Decides which user gets which offer under a budget, and proves how near the optimum the answer is.")
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", CODES);
  shared(program.command("allocate").argument("<FILE>", "offers"))
    .description("give each user the right offer under a budget and write the decisions")
    .option("--budget <N>", "most money to spend, in the money of the costs", parseNumber)
    .option("--output <FILE>", "decisions: user_id, offer, value, cost (default: offers.csv → offers.decisions.csv)")
    .option("--stock <OFFER=N,…>", "at most N users get this offer", parseStock)
    .option("--exact", "prove the integer optimum: one budget, up to 100,000 users")
    .option("--time-limit <SECONDS>", "with --exact: end with the best found and how far off it can be", parseNumber)
    .option("--unit <U>", "count money in whole units of this size (default: found in the costs)", parseNumber)
    .addHelpText("after", FILES + LIMITS + CODES)
    .action(async (file: string, flags: AllocateFlags) => {
      code = await allocateCommand(file, flags, terminal, controller.signal);
    });
  shared(program.command("frontier").argument("<FILE>", "offers"))
    .description("value, spend and price of money at every budget")
    .option("--points <N>", "how many budgets (default: 60)", parseWhole(2, 100_000))
    .addHelpText("after", FILES + LIMITS + CODES)
    .action(async (file: string, flags: FrontierFlags) => {
      code = await frontierCommand(file, flags, terminal, controller.signal);
    });
  program
    .command("plan")
    .argument("<PLAN.json>", "channels with response curves, a budget and limits")
    .description("how much each channel spends, with a proof that no plan does better")
    .option("--budget <N>", "most money to spend, in place of the file's", parseNumber)
    .option("--method <NAME>", "separable or flighting (default: what the plan needs)")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", PLAN + CODES)
    .action(async (file: string, flags: PlanFlags) => {
      code = await planCommand(file, flags, terminal, controller.signal);
    });
  program
    .command("train")
    .argument("<FILE>", "an experiment: a row for each person, what they got, what came of it, what was known before")
    .description("learn from an experiment what each offer is worth to whom: a model that score reads")
    .requiredOption("--treatment <COL>", "column with the arm that each row got; needed")
    .requiredOption("--control <VALUE>", "its value for the control; needed")
    .requiredOption("--outcome <COL>", "column with what came out; needed")
    .option("-o, --model <FILE>", "where the model goes (default: campaign.csv → campaign.model)")
    .option(
      "--cost <COL | ARM=N,…>",
      "what the treatment cost each row, or what each arm costs: learned beside the value",
      parseCosts,
    )
    .option("--features <COL,…>", "columns known before the treatment (default: all others)", parseNames)
    .option("--without <COL,…>", "columns that are no features", parseNames)
    .option("--allow <COL,…>", "features that may differ between the arms: you know why", parseNames)
    .option("--id <COL>", "column that names the row, no feature (default: user_id, where there is one)")
    .option("--cluster <COL>", "rows that belong together: tested and left out together")
    .option(
      "--propensity <COL | ARM=P,…>",
      "chance with which rows got their arm (default: the arms' shares)",
      parseCosts,
    )
    .option(
      "--estimate-propensity",
      "nobody drew the arms: chances by the features, which must say all by which people were chosen",
    )
    .option("--weight <COL>", "what each row weighs")
    .option(
      "--learner <NAME>",
      `${LEARNERS.map(({ name }) => name).join(", ")} (default: some are compared, and the simplest of the best kept)`,
    )
    .option("--trees <N>", "trees at most (default: the learner's own)", parseWhole(1, 100_000))
    .option("--test <SHARE>", "share of the rows left out to judge the model on, 0 for none", parseShare, 0.2)
    .option("--seed <S>", "the same seed gives the same model everywhere", parseWhole(0, Number.MAX_SAFE_INTEGER), 1)
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", TRAIN + CODES)
    .action(async (file: string, flags: TrainFlags) => {
      code = await trainCommand(file, flags, terminal, controller.signal);
    });
  program
    .command("score")
    .argument("<MODEL>", "a tree model: ours, XGBoost, LightGBM, CatBoost, ONNX or portable JSON")
    .argument("<FILE>", "users: user_id, and a column by the name of each feature")
    .description("what each offer is worth to each user, as an offer file that allocate reads")
    .option("--output <FILE>", "user_id, value_NAME (and cost_NAME) (default: users.csv → users.scores.csv)")
    .option(
      "--cost <OFFER=N,…>",
      "what an offer costs (N alone: every offer), where neither model nor file says",
      parseOfferCosts,
    )
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", SCORES + CODES)
    .action(async (model: string, file: string, flags: ScoreFlags) => {
      code = await scoreCommand(model, file, flags, terminal, controller.signal);
    });
  program
    .command("evaluate")
    .argument("<FILES...>", "models, if any, then a file of an experiment: CSV, Parquet or Arrow")
    .usage("[options] [MODEL…] FILE")
    .description(
      "judge models, or scores in columns, on an experiment: Qini, AUUC and their kin by package, with intervals",
    )
    .requiredOption("--treatment <COL>", "column with the arm that each row got; needed")
    .requiredOption("--control <VALUE>", "its value for the control; needed")
    .requiredOption("--outcome <COL>", "column with what came out; needed")
    .option("--score <COL,…>", "columns with scores to judge", parseNames)
    .option("--response <COL>", "a response model's prediction (default: least squares on the features)")
    .option("--features <COL,…>", "columns known before the treatment, beside those of the models", parseNames)
    .option("--cost <COL | ARM=N,…>", "what the treatment cost each row, or what each arm costs", parseCosts)
    .option("--budget <N,…>", "with --cost: most money for all rows, for the values of policies", parseNumbers)
    .option("--propensity <COL>", "chance with which each row got its arm (default: the arms' shares)")
    .option("--cluster <COL>", "rows that belong together are resampled together")
    .option("--top <SHARE,…>", "shares for uplift at the top (default: 0.1,0.3)", parseNumbers)
    .option("--resamples <N>", "bootstrap resamples (default: 1000)", parseWhole(0, 100_000))
    .option("--level <P>", "coverage of the intervals (default: 0.95)", parseNumber)
    .option("--seed <S>", "seed of the resamples (default: 1)", parseWhole(0, Number.MAX_SAFE_INTEGER))
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", CODES)
    .action(async (files: string[], flags: EvaluateFlags) => {
      code = await evaluateCommand(files, flags, terminal, controller.signal);
    });
  program
    .command("serve")
    .description("the page at /, and the application under /v1/")
    .option("--port <N>", "where it listens; 0 takes a free one", parseWhole(0, 65_535), 8787)
    .option("--host <HOST>", "address that it listens on: 0.0.0.0 for all of this machine's", "127.0.0.1")
    .option(
      "--folder <DIR>",
      "where what is published is kept (default: the database of DATABASE_URL, else shadowprice-data, made with the first thing to keep)",
    )
    .option(
      "--key <KEY[:SCOPE,…]>",
      "asks callers for this key; scopes are decide, solve and publish (default: all); may come again",
      gather,
    )
    .option("--open-cors <ORIGIN>", "lets pages of this origin call; may come again", gather)
    .addHelpText("after", CODES)
    .action(async (flags: ServeFlags) => {
      // Loaded when it is asked for: Hono, zod and their kin take 60 ms.
      const { serveCommand } = await import("./serve.js");
      code = await serveCommand(flags, terminal, controller.signal, process);
    });
  program
    .command("demo")
    .addArgument(
      new Argument("[WHAT]", "which example").choices(["allocation", "plan", "uplift"]).default("allocation"),
    )
    .description(
      "the embedded examples: a campaign of synthetic users and eight discounts, a plan of six channels, or an experiment to learn from",
    )
    .option("--users <N>", "how many users (default: 1,000,000; of the experiment 60,000)", parseWhole(1, 20_000_000))
    .option("--seed <S>", "seed of the generator", parseWhole(0, Number.MAX_SAFE_INTEGER), 1)
    .option(
      "--budget <N>",
      "most money to spend (default: a fifth of what the highest discount for everyone costs)",
      parseNumber,
    )
    .option("--output <FILE>", "decisions: .csv, .parquet or .arrow", "decisions.csv")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", CODES)
    .action(async (what: "allocation" | "plan" | "uplift", flags: Omit<DemoFlags, "users"> & { users?: number }) => {
      const { signal } = controller;
      const { budget, json, users = 1_000_000 } = flags;
      if (what === "plan") code = await planDemo({ budget, json }, terminal, signal);
      else if (what === "uplift") code = await upliftDemo(flags, terminal, signal, ownName(process));
      else code = await demoCommand({ ...flags, users }, terminal, signal, ownName(process));
    });
  try {
    await program.parseAsync(serving(process.argv));
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.met : EXIT.usage;
    terminal.warn(explain(error));
    return exitCode(error);
  }
}

/** `npm start -- serve` arrives as `demo serve`. */
function serving([node, script, ...words]: string[]): string[] {
  const isDemo = words[0] === "demo" && words[1] === "serve";
  return [node as string, script as string, ...(isDemo ? words.slice(1) : words)];
}

/** An option that may come again. */
function gather(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** As the package says it, which lies above dist/. */
function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

function shared(command: Command): Command {
  return command
    .option("--limits <LIMITS.json>", "the request as JSON")
    .option("--exactly-one", "every user gets exactly one offer (default: at most one)")
    .option("--assume-unique", "do not check that no user comes twice")
    .addOption(
      new Option("--reader <NAME>", "what reads the file (default: DuckDB where it is installed and faster)").choices([
        "duckdb",
        "javascript",
      ]),
    )
    .option("--json", "print one JSON object and nothing else");
}

// `shadowprice … | head` closes our stdout early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.met);
  throw error;
});

void run(process).then((code) => {
  process.exitCode = code;
});
