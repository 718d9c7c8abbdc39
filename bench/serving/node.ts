/** Decisions and tables, asked of a Node server on loopback by other processes. */
import { median } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { lightgbm } from "../uplift/made.js";
import { couponArrow, modelledBody, modelledPolicy, OPTIONS, plainBody, plainPolicy } from "./made.js";
import { type Asking, type Load, Place } from "./place.js";

const USERS = 1_000_000;
const CONNECTIONS = 8;
/** Of what all of them spend, a third: the million decisions of a campaign. */
const REQUEST = encodeURIComponent(JSON.stringify({ budget: 100_000 }));
const ARROW = "application/vnd.apache.arrow.stream";

export default async function measure({ users = USERS, quick, say }: SuiteOptions): Promise<Row[]> {
  const [rounds, seconds] = quick ? [3, 0.5] : [9, 2];
  const place = await Place.open();
  try {
    const model = lightgbm();
    const [output] = model.outputs as [string];
    await place.put("/v1/models/forest", model.bytes() as Uint8Array<ArrayBuffer>, "application/octet-stream");
    await place.put("/v1/policies/plain", plainPolicy());
    await place.put("/v1/policies/modelled", modelledPolicy(output));
    const plain: Asking = ask("plain", place.file("plain.json", plainBody()));
    const modelled: Asking = ask("modelled", place.file("modelled.json", modelledBody(model.features)));
    const arrow = place.file("users.arrow", couponArrow(users));
    const table: Asking = { path: `/v1/allocations?request=${REQUEST}`, body: arrow, type: ARROW };
    say("serving: decisions beside a constant");
    const beside = await compared(place, [plain, modelled], rounds, seconds);
    say("serving: decisions while allocations run");
    const busy = await whileSolving(place, { ...plain, seconds }, table, rounds);
    say("serving: a table in, decisions out");
    return [...beside, { ...busy, n: users }, await tables(place, table, rounds, users)];
  } finally {
    place.close();
  }
}

function ask(policy: string, body: string): Asking {
  return { path: `/v1/policies/${policy}/decisions`, body, connections: CONNECTIONS };
}

/** Each route and the constant that parses the same body, by turns. */
async function compared(place: Place, askings: readonly Asking[], rounds: number, seconds: number): Promise<Row[]> {
  const routes = askings.flatMap((asking) => [asking, { ...asking, path: "/constant" }]);
  const loads: Load[][] = routes.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, route] of routes.entries()) {
      const load = await place.load({ ...route, seconds });
      if (round > 0) loads[i]?.push(load);
    }
  }
  const [values, forest] = askings.map((_, i) => [loads[2 * i], loads[2 * i + 1]] as [Load[], Load[]]);
  return [
    compare("decisions for one user, values in the request", values as [Load[], Load[]], 0.85, 1.5),
    compare("decisions for one user, 20 features and 100 trees", forest as [Load[], Load[]], 0.75),
  ];
}

function compare(name: string, [ours, theirs]: [Load[], Load[]], least: number, most?: number): Row {
  const of = (what: keyof Load) => median(ours.map((load, i) => load[what] / (theirs[i] as Load)[what]));
  const [rate, p99] = [of("rate"), of("p99")];
  return {
    name,
    n: OPTIONS,
    data: `offers, ${CONNECTIONS} connections`,
    median_ms: median(ours.map(({ p50 }) => p50)),
    figures: {
      "requests/s": Math.round(median(ours.map((load) => load.rate))),
      "of a constant's": short(rate),
      "ms p99": short(median(ours.map((load) => load.p99))),
      "× the constant's p99": short(p99),
    },
    asked: `≥ ${least} of the requests/s of a route that parses the same body${most ? `, p99 ≤ ${most} ×` : ""}`,
    met: rate >= least && p99 <= (most ?? Number.POSITIVE_INFINITY),
  };
}

async function whileSolving(place: Place, decisions: Asking, table: Asking, rounds: number): Promise<Omit<Row, "n">> {
  const [idle, busy]: [Load[], Load[]] = [[], []];
  let solved = 0;
  for (let round = 0; round <= rounds; round++) {
    const alone = await place.load(decisions);
    const { found, answers } = await place.beside(table, () => place.load(decisions));
    if (round === 0) continue;
    idle.push(alone);
    busy.push(found);
    solved += answers;
  }
  const times = median(busy.map(({ p99 }, i) => p99 / (idle[i] as Load).p99));
  return {
    name: "decisions while allocations run in the same server",
    data: `users × ${OPTIONS} an allocation, Arrow`,
    median_ms: median(busy.map(({ p50 }) => p50)),
    figures: {
      "ms p99": short(median(busy.map(({ p99 }) => p99))),
      "× idle p99": short(times),
      "requests/s": Math.round(median(busy.map(({ rate }) => rate))),
      "requests/s idle": Math.round(median(idle.map(({ rate }) => rate))),
      "allocations meanwhile": solved,
    },
    asked: "p99 ≤ 3 × idle",
    met: times <= 3,
  };
}

async function tables(place: Place, table: Asking, rounds: number, users: number): Promise<Row> {
  const [ours, echoes]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const echo = await place.load({ ...table, path: "/echo", requests: 1 });
    const allocation = await place.load({ ...table, requests: 1 });
    if (round === 0) continue;
    echoes.push(echo.p50);
    ours.push(allocation.p50);
  }
  const times = median(ours.map((ms, i) => ms / (echoes[i] as number)));
  return {
    name: "POST /v1/allocations, Arrow in and out",
    n: users,
    data: `${OPTIONS} offers, doubles`,
    median_ms: median(ours),
    ratio_to: { "receiving and echoing the body": times },
    figures: { "ms of the echo": short(median(echoes)) },
    asked: "≤ 2 × the time to receive and echo the body",
    met: times <= 2,
  };
}

function short(x: number): number {
  return Number(x.toPrecision(3));
}
