/** Tables over a real connection, solved in a worker: clients that go, and what is left of them. */
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createApp, type Solver, Turns } from "../../../src/serve/index.js";
import { createNodeApp, createPool } from "../../../src/serve/node/index.js";

const script = new URL("../../../dist/pool.worker.js", import.meta.url);
const pool = createPool({ size: 1, queue: 2, script });
const { app } = createNodeApp({ solver: pool, log: () => {} });
let server: ServerType;
beforeAll(async () => {
  server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  await pool.close();
});

const ROWS = 400_000;
const table = `user_id,value_a,cost_a\n${Array.from({ length: ROWS }, (_, i) => `${i},${(i % 97) / 10},1`).join("\n")}\n`;

function post(length = table.length): ClientRequest {
  return request({
    ...{ port: (server.address() as AddressInfo).port, host: "127.0.0.1", method: "POST" },
    path: `/v1/allocations?request=${encodeURIComponent('{"budget":1000}')}`,
    headers: { "content-type": "text/csv", "content-length": length },
  });
}

async function answered(client: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(client, "response");
  return response;
}

const rest = { running: 0, waiting: 0, memory: 0 };

it("gives the worker to others when a client goes while it sends", async () => {
  for (let i = 0; i < 3; i++) {
    const client = post();
    client.on("error", () => {});
    client.write(table.slice(0, table.length / 2));
    await vi.waitFor(() => expect(pool.state.running).toBe(1), 5000);
    client.destroy();
    await vi.waitFor(() => expect(pool.state).toMatchObject(rest), 5000);
  }
});

it("writes on for a reader that is slow, solves for others meanwhile, and stops for one that goes", async () => {
  const client = post();
  client.end(table);
  const response = await answered(client);
  const [first] = await once(response, "data");
  response.pause();
  // Nobody reads, and the worker is free.
  await vi.waitFor(() => expect(pool.state).toMatchObject(rest), 5000);
  const columns = { options: ["a"], users: 2, values: [Float64Array.of(1, 2)], costs: [Float64Array.of(1, 1)] };
  expect((await pool.allocate(columns, { budget: 1 })).value).toBe(2);
  let text = first.toString();
  for await (const piece of response) text += piece;
  expect(text.split("\n")).toHaveLength(ROWS + 2);

  for (let i = 0; i < 6; i++) {
    const going = post();
    going.on("error", () => {});
    going.end(table);
    const left = await answered(going);
    await once(left, "data");
    left.destroy();
    going.destroy();
  }
  await vi.waitFor(() => expect(pool.state).toMatchObject(rest), 5000);
  const again = post();
  again.end(table);
  expect((await answered(again)).resume().statusCode).toBe(200);
});

it("breaks the answer when its worker ends", async () => {
  const other = createPool({ size: 1, script });
  const { app: mortal } = createNodeApp({ solver: other, log: () => {} });
  const response = await mortal.request("/v1/allocations?request=%7B%22budget%22%3A1000%7D", {
    ...{ method: "POST", headers: { "content-type": "text/csv" }, body: table },
  });
  expect(response.status).toBe(200);
  await other.close();
  await expect(response.text()).rejects.toThrow();
});

// Here alone: workerd calls the break that its reader is told of unhandled, too.
it("breaks where its writing fails", async () => {
  const turns = new Turns();
  const solver: Solver = {
    state: turns.state,
    run: async (task, args, options) => {
      // biome-ignore lint/suspicious/noExplicitAny: of whichever task
      const result: any = await turns.run(task, args, options);
      async function* broken() {
        const [first, second] = [await result.pieces.next(), await result.pieces.next()];
        yield first.value;
        yield second.value;
        await result.pieces.return();
        throw new Error("the disk of the inside");
      }
      return { ...result, pieces: broken() };
    },
  };
  const answer = await createApp({ log: () => {}, solver }).request("/v1/allocations?request={}", {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: table,
  });
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
});
