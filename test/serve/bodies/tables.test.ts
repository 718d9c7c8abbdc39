/** Tables as bodies: what they decide is what JSON decides, and what is wrong in them is named by row and column. */
import {
  columnFromArray,
  float32,
  float64,
  int64,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/index.js";
import { app, offers, post, quiet, read } from "../asking.js";

const ARROW = "application/vnd.apache.arrow.stream";
const FILE = "application/vnd.apache.arrow.file";
const CSV = "text/csv";
const PARQUET = "application/vnd.apache.parquet";

const csv = `user_id,value_5off,cost_5off,value_10off,cost_10off
anna,2,1,3,3
"b, ob",4,2,10,3
čeněk,1,4,1,9
`;

function send(body: BodyInit, type: string, { request = { budget: 5 } as unknown, headers = {}, of = app } = {}) {
  const query = request === null ? "" : `?request=${encodeURIComponent(JSON.stringify(request))}`;
  return of.request(`/v1/allocations${query}`, { method: "POST", headers: { "content-type": type, ...headers }, body });
}

type Columns = Parameters<typeof tableFromColumns>[0];

function arrow(
  format: "file" | "stream" = "stream",
  type = float32,
  ids: unknown[] = [7n, 8n, 9n],
): Uint8Array<ArrayBuffer> {
  const [values, costs] = [offers.values, offers.costs];
  const isText = typeof ids[0] === "string";
  const columns: Columns = [["user_id", columnFromArray(ids, isText ? utf8() : int64())]];
  offers.options.forEach((name, j) => {
    columns.push([`value_${name}`, columnFromArray(values[j] as number[], type())]);
    columns.push([`cost_${name}`, columnFromArray(costs[j] as number[], type())]);
  });
  return tableToIPC(tableFromColumns(columns), { format }) as Uint8Array<ArrayBuffer>;
}

const rows = async (response: Response) =>
  tableFromIPC(new Uint8Array(await response.arrayBuffer()), { useBigInt: true }).toArray();

const DECIDED = [
  { user_id: 7n, offer: "5off", value: 2, cost: 1 },
  { user_id: 8n, offer: "10off", value: 10, cost: 3 },
  { user_id: 9n, offer: null, value: 0, cost: 0 },
];

describe("POST /v1/allocations with a table", () => {
  it("takes a CSV and answers one, cells as they stood", async () => {
    const response = await send(csv, CSV);
    expect(response.headers.get("content-type")).toBe(CSV);
    expect(await response.text()).toBe('user_id,offer,value,cost\nanna,5off,2,1\n"b, ob",10off,10,3\nčeněk,,0,0\n');
    const result = JSON.parse(response.headers.get("shadowprice-result") as string);
    const { choices, phases, seconds, passes, ...own } = (
      await post("/v1/allocations", { offers, request: { budget: 5 } })
    ).body;
    expect(result).toMatchObject(own);
  });

  it("takes Arrow, file and stream, floats and doubles, and answers it", async () => {
    for (const [format, type, kind] of [
      ["stream", ARROW, float32],
      ["file", FILE, float64],
      ["stream", FILE, float32],
    ] as const) {
      const response = await send(arrow(format, kind as typeof float32), type);
      expect(response.headers.get("content-type")).toBe(type);
      expect(await rows(response)).toEqual(DECIDED);
    }
    const texts = await rows(await send(arrow("stream", float32, ["a", "é", "c"]), ARROW));
    expect(texts.map(({ user_id }) => user_id)).toEqual(["a", "é", "c"]);
  });

  it("answers what is accepted: another kind, or JSON", async () => {
    const crossed = await rows(await send(csv, CSV, { headers: { accept: ARROW } }));
    expect(crossed.map(({ user_id, offer }) => [user_id, offer])).toEqual([
      ["anna", "5off"],
      ["b, ob", "10off"],
      ["čeněk", null],
    ]);
    const parquet = await send(arrow(), ARROW, { headers: { accept: PARQUET } });
    const again = new Uint8Array(await parquet.arrayBuffer());
    expect(new TextDecoder().decode(again.subarray(0, 4))).toBe("PAR1");
    const inJson = await read(await send(csv, CSV, { headers: { accept: "application/json" } }));
    expect(inJson.body).toMatchObject({ status: "met", choices: [1, 2, 0], value: 12 });
    expect((await send(csv, CSV, { headers: { accept: "image/png" } })).status).toBe(406);
  });

  it("reads the Parquet that it wrote", async () => {
    // Decisions are a long table, in which every row must have its offer.
    const written = await send(arrow(), ARROW, { headers: { accept: PARQUET } });
    const { status, body } = await read(await send(await written.arrayBuffer(), PARQUET));
    expect([status, body.detail]).toEqual([
      422,
      expect.stringContaining('row 3, column "offer": the offer is missing'),
    ]);
  });

  it("answers impossible by JSON, and decides nothing", async () => {
    const { status, body } = await read(await send(arrow(), ARROW, { request: { budget: 1, exactlyOne: true } }));
    expect([status, body.status, body.choices]).toEqual([200, "impossible", []]);
  });

  it.each([
    [csv.replace("4,2,10", "4,x,10"), CSV, 'row 2 (line 3), column "cost_5off": "x" is not a number'],
    [csv.replace("čeněk", "anna"), CSV, 'row 3 (line 4), column "user_id": the user "anna" stands in row 1 already'],
    [csv.replace("cost_10off", "price"), CSV, 'column "cost_10off": is missing'],
    [
      "user_id,offer,value,cost\n1,a,1,1\n1,a,2,1\n",
      CSV,
      'row 2 (line 3), column "offer": user "1" has offer "a" in an earlier row',
    ],
    ["", CSV, "it is empty"],
    [arrow().slice(0, -8), ARROW, "it has no end mark"],
    [arrow("file").slice(0, -8), FILE, "it ends before its footer"],
    [new Uint8Array(100), PARQUET, "the Parquet file is damaged"],
    [arrow("stream", float32, [7n, 7n, 9n]), ARROW, 'row 2, column "user_id"'],
  ])("names what is wrong %#", async (body, type, detail) => {
    const answer = await read(await send(body as BodyInit, type as string));
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContain(detail);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  it("names an infinity by row and column, though plain columns go in whole", async () => {
    const inside = structuredClone(offers.values);
    (inside[1] as number[])[2] = Number.NEGATIVE_INFINITY;
    const columns: Columns = [["user_id", columnFromArray([1n, 2n, 3n], int64())]];
    offers.options.forEach((name, j) => {
      columns.push([`value_${name}`, columnFromArray(inside[j] as number[], float32())]);
      columns.push([`cost_${name}`, columnFromArray(offers.costs[j] as number[], float32())]);
    });
    const bytes = tableToIPC(tableFromColumns(columns), { format: "stream" }) as Uint8Array<ArrayBuffer>;
    const { status, body } = await read(await send(bytes, ARROW));
    expect([status, body.detail]).toEqual([
      422,
      expect.stringContaining('row 3, column "value_10off": the number is -Infinity'),
    ]);
  });

  it("survives bytes that were turned over anywhere", async () => {
    const whole = arrow();
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at] = (bytes[at] as number) ^ (at % 2 ? 0xff : 0x7f);
      expect((await send(bytes, ARROW)).status).toBeLessThan(500);
    }
  });

  it("asks for its request, and holds it to the schema", async () => {
    const without = await read(await send(csv, CSV, { request: null }));
    expect([without.status, without.body.detail]).toEqual([400, expect.stringContaining("?request=")]);
    const wrong = await read(await send(csv, CSV, { request: { budget: "5" } }));
    expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringContaining("request/budget")]);
    const unknown = await read(await send(csv, CSV, { request: { stock: { nobody: 1 } } }));
    expect(unknown.status).toBe(422);
    const twice = await read(await send(JSON.stringify({ offers, request: {} }), "application/json"));
    expect(twice.status).toBe(400);
  });

  it("holds bodies to bytes, users and options", async () => {
    const limited = (limits: object) => createApp({ ...quiet, limits });
    for (const [limits, name] of [
      [{ tableBytes: 50 }, "tableBytes"],
      [{ users: 2 }, "users"],
      [{ options: 1 }, "options"],
    ] as const) {
      const { status, body } = await read(await send(csv, CSV, { of: limited(limits) }));
      expect([status, body.limit?.name]).toEqual([413, name]);
      const chunked = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(csv));
          controller.close();
        },
      });
      const streamed = await limited(limits).request(
        new Request("http://localhost/v1/allocations?request={}", {
          ...{ method: "POST", body: chunked, headers: { "content-type": CSV } },
          ...({ duplex: "half" } as object),
        }),
      );
      expect(streamed.status).toBe(413);
    }
  });
});
