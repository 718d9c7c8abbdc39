/** The suite on the application as it stands in src: the packed package is asked the same by test/runtimes. */
import { expect, test } from "vitest";
import { createMcp } from "../../src/mcp/index.js";
import { createApp, readKeys } from "../../src/serve/index.js";
import { cases } from "./cases/index.js";
import { type Answers, answersOf, compare, SHADOWPRICE_KEYS } from "./suite.js";

async function answers(isKeyed: boolean): Promise<Answers> {
  const app = createApp({ log: () => {}, mcp: createMcp, ...(isKeyed && { keys: readKeys(SHADOWPRICE_KEYS) }) });
  return answersOf(
    async ({ path, ...init }) => {
      const response = await app.request(path, init);
      const { status, headers } = response;
      return { status, headers: Object.fromEntries(headers), body: new Uint8Array(await response.arrayBuffer()) };
    },
    { isKeyed, hasMcp: true },
  );
}

test("every case is answered as expected, and with keys as without", async () => {
  const first = await answers(true);
  expect(Object.keys(first)).toEqual(cases.map(({ name }) => name));
  compare(await answers(false), first);
});

interface Table {
  options: string[];
  values: (number | null)[][];
  costs: (number | null)[][];
  resources?: Record<string, number[][]>;
}

/** What a small allocation must bring: the best of all plans that hold every limit. */
function best({ values, costs, resources = {}, options }: Table, request: Record<string, never>): number {
  const users = values[0]?.length as number;
  let most = Number.NEGATIVE_INFINITY;
  for (let plan = 0; plan < 3 ** users; plan++) {
    const choices = Array.from({ length: users }, (_, i) => Math.floor(plan / 3 ** i) % 3);
    const sum = (columns: (number | null)[][], of = options) =>
      choices.reduce((total, choice, i) => {
        if (choice === 0 || !of.includes(options[choice - 1] as string)) return total;
        return total + (columns[choice - 1]?.[i] ?? Number.NaN);
      }, 0);
    const [value, cost] = [sum(values), sum(costs)];
    const isWithin =
      !Number.isNaN(value) &&
      cost <= (request.budget ?? Number.POSITIVE_INFINITY) &&
      cost >= (request.minSpend ?? 0) &&
      value >= (request.minReturn ?? 0) * cost &&
      (!request.exactlyOne || !choices.includes(0)) &&
      Object.entries(request.stock ?? {}).every(
        ([name, stock]) => choices.filter((choice) => options[choice - 1] === name).length <= (stock as number),
      ) &&
      ((request.groups ?? []) as { offers: string[]; atMost?: number; atLeast?: number }[]).every((group) => {
        const spent = sum(costs, group.offers);
        return spent <= (group.atMost ?? Number.POSITIVE_INFINITY) && spent >= (group.atLeast ?? 0);
      }) &&
      ((request.resources ?? []) as { name: string; atMost: number }[]).every(
        ({ name, atMost }) => sum(resources[name] ?? []) <= atMost,
      );
    if (isWithin) most = Math.max(most, value);
  }
  return most;
}

const SMALL = cases.filter(({ path, body }) => path === "/v1/allocations" && body?.offers?.values?.[0]?.length <= 3);
test.each(SMALL.filter(({ expect: { status } }) => status === 200))("$name: no other plan brings more", (one) => {
  const { offers, request } = one.body;
  expect(one.expect.body === undefined || one.expect.body.status !== "met").toBe(
    one.name === "no other origins" || best(offers, request) === Number.NEGATIVE_INFINITY,
  );
  if (one.expect.body?.status === "met") expect(one.expect.body.value).toBe(best(offers, request));
});
