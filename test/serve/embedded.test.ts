/** The application inside a Hono of the caller's, under a path of its own, and with routes of the caller's beside it. */
import { Hono } from "hono";
import { expect, it } from "vitest";
import { createApp, type LogEntry } from "../../src/serve/index.js";
import { offers, quiet, read } from "./asking.js";

const policy = { options: [{ name: "5off", cost: 1 }], price: 1.5 };

const asJson = (method: string, body: unknown) => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

it("answers under the path at which it is mounted, by route and by mount", async () => {
  for (const host of [
    new Hono().route("/offers", createApp(quiet)),
    new Hono().mount("/offers", createApp(quiet).fetch),
  ]) {
    const put = await read(await host.request("/offers/v1/policies/spring", asJson("PUT", policy)));
    expect(put.status, JSON.stringify(put.body)).toBe(201);
    const users = [{ values: [3] }];
    const decided = await read(await host.request("/offers/v1/policies/spring/decisions", asJson("POST", { users })));
    expect(decided.body.decisions[0].offer).toBe("5off");
    const solved = await host.request("/offers/v1/allocations", asJson("POST", { offers, request: { budget: 5 } }));
    expect((await read(solved)).body.status).toBe("met");
    expect((await host.request("/offers/healthz")).status).toBe(200);
    expect((await host.request("/offers/v1/policies/spring/decisions")).status).toBe(405);
  }
});

it("has one line in the log for each request, and lets the caller's routes be", async () => {
  const log: LogEntry[] = [];
  const app = createApp({ log: (entry) => log.push(entry) });
  app.get("/mine", (context) => context.text("mine"));
  expect(await (await app.request("/mine")).text()).toBe("mine");
  await app.request("/v1/policies/none/decisions", asJson("POST", {}));
  await app.request("/v1/policies/none");
  await app.request("/nowhere");
  expect(log.map(({ route, status }) => [route, status])).toEqual([
    ["/mine", 200],
    ["/v1/policies/:name/decisions", 404],
    ["/v1/policies/:name", 404],
    ["/*", 404],
  ]);
});
