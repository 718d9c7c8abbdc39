/** Tables that arrive in pieces of any size, are refused before they are whole, and leave as they are read. */
import {
  columnFromArray,
  dictionary,
  float32,
  float64,
  int32,
  int64,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/index.js";
import { app, quiet, read } from "../asking.js";

const ARROW = "application/vnd.apache.arrow.stream";
const FILE = "application/vnd.apache.arrow.file";
const CSV = "text/csv";
const PARQUET = "application/vnd.apache.parquet";
const PATH = `/v1/allocations?request=${encodeURIComponent('{"budget":40}')}`;

/** A body in pieces of so many bytes, and how many of them were asked for. */
function pieces(bytes: Uint8Array, size: number, then?: () => Promise<void>) {
  const seen = { bytes: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (seen.bytes >= bytes.length) {
          await then?.();
          controller.close();
          return;
        }
        controller.enqueue(bytes.slice(seen.bytes, seen.bytes + size));
        seen.bytes += size;
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

function request(body: BodyInit, type: string, headers: Record<string, string> = {}, path = PATH): Request {
  return new Request(`http://localhost${path}`, {
    ...{ method: "POST", body, headers: { "content-type": type, ...headers } },
    ...({ duplex: "half" } as object),
  });
}

const bytesOf = async (response: Response) => {
  expect(response.status, response.ok ? "" : await response.clone().text()).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
};

type Columns = Parameters<typeof tableFromColumns>[0];

const USERS = 300;
const draw = (i: number, j: number) => ((i * 7919 + j * 104_729) % 1000) / 100;

/** Doubles that an f32 holds and others, floats, NULLs, a column that nobody asked for, batches of 128 rows. */
function arrow(format: "stream" | "file" = "stream"): Uint8Array<ArrayBuffer> {
  const all = Array.from({ length: USERS }, (_, i) => i);
  const options = { maxBatchRows: 128 };
  const closed = (i: number) => i % 7 === 3;
  const columns: Columns = [
    [
      "noise",
      columnFromArray(
        all.map((i) => `row ${i}`),
        utf8(),
        options,
      ),
    ],
    [
      "user_id",
      columnFromArray(
        all.map((i) => BigInt(i + 1)),
        int64(),
        options,
      ),
    ],
    [
      "value_a",
      columnFromArray(
        all.map((i) => draw(i, 1)),
        float64(),
        options,
      ),
    ],
    [
      "cost_a",
      columnFromArray(
        all.map((i) => 1 + (i % 4) / 4),
        float64(),
        options,
      ),
    ],
    [
      "cost_b",
      columnFromArray(
        all.map((i) => (closed(i) ? null : 2 + (i % 3))),
        int32(),
        options,
      ),
    ],
    [
      "value_b",
      columnFromArray(
        all.map((i) => (closed(i) ? null : draw(i, 2))),
        float32(),
        options,
      ),
    ],
  ];
  return tableToIPC(tableFromColumns(columns), { format }) as Uint8Array<ArrayBuffer>;
}

const csv = new TextEncoder().encode(
  ["user_id,value_a,cost_a", ...Array.from({ length: 200 }, (_, i) => `"u ${i}",${draw(i, 1)},${1 + (i % 4)}.50`)].join(
    "\r\n",
  ),
);
const long = ["user_id,offer,value,cost", "ann,a,2,1", "ann,b,3,3", "bob,b,10.0,3", "cy,a,1,4", "bob,a,4,2", ""].join(
  "\n",
);

describe("a table that arrives in pieces", () => {
  it.each([
    ["Arrow stream", arrow(), ARROW],
    ["Arrow file", arrow("file"), FILE],
    ["CSV", csv, CSV],
  ])("is answered as one that is there: %s", async (_, bytes, type) => {
    // The note of an Arrow schema has the seconds that it took.
    const answered = async (response: Response) => {
      const answer = await bytesOf(response);
      return type === CSV ? new TextDecoder().decode(answer) : tableFromIPC(answer).toArray();
    };
    const whole = await answered(await app.request(request(bytes as BodyInit, type)));
    for (const size of [1, 3, 64, 1000, bytes.length - 1]) {
      const { stream } = pieces(bytes, size);
      expect(await answered(await app.request(request(stream, type)))).toEqual(whole);
    }
  });

  it("leaves with its numbers as they stood, whether the table holds them or not", async () => {
    const found = tableFromIPC(await bytesOf(await app.request(request(arrow(), ARROW)))).toArray();
    expect(found).toHaveLength(USERS);
    for (const [i, { offer, value, cost }] of found.entries()) {
      const asked = { a: [draw(i, 1), 1 + (i % 4) / 4], b: [Math.fround(draw(i, 2)), 2 + (i % 3)] }[offer as "a" | "b"];
      expect([value, cost]).toEqual(asked ?? [0, 0]);
    }
    const inFile = tableFromIPC(await bytesOf(await app.request(request(arrow(), ARROW, { accept: FILE })))).toArray();
    expect(inFile).toEqual(found);
    const parquet = await bytesOf(await app.request(request(arrow(), ARROW, { accept: PARQUET })));
    expect(new TextDecoder().decode(parquet.slice(0, 4))).toBe("PAR1");
  });

  it("reads ids of a dictionary that grows", async () => {
    const type = dictionary(utf8(), int32());
    const ids = columnFromArray(["x", "y", "z", "é", "w"], type, { maxBatchRows: 2 });
    const ones = columnFromArray([1, 2, 3, 4, 5], float32(), { maxBatchRows: 2 });
    const table = tableFromColumns([
      ["user_id", ids],
      ["value_a", ones],
      ["cost_a", ones],
    ] as Columns);
    const { stream } = pieces(tableToIPC(table, { format: "stream" }) as Uint8Array, 5);
    const found = tableFromIPC(await bytesOf(await app.request(request(stream, ARROW)))).toArray();
    expect(found.map(({ user_id }) => user_id)).toEqual(["x", "y", "z", "é", "w"]);
  });

  it("may be long, in any order, and of every kind", async () => {
    const answer = await app.request(request(long, CSV, {}, PATH.replace("40", "5")));
    expect(await answer.text()).toBe("user_id,offer,value,cost\nann,a,2,1\nbob,b,10.0,3\ncy,,0,0\n");
    const bytes = await bytesOf(await app.request(request(long, CSV, { accept: ARROW }, PATH.replace("40", "5"))));
    const decided = [
      { user_id: "ann", offer: "a", value: 2, cost: 1 },
      { user_id: "bob", offer: "b", value: 10, cost: 3 },
      { user_id: "cy", offer: null, value: 0, cost: 0 },
    ];
    expect(tableFromIPC(bytes).toArray()).toEqual(decided);
    const columns: Columns = [
      ["user_id", columnFromArray(["ann", "ann", "bob", "cy", "bob"], utf8())],
      ["offer", columnFromArray(["a", "b", "b", "a", "a"], utf8())],
      ["value", columnFromArray([2, 3, 10, 1, 4], float64())],
      ["cost", columnFromArray([1, 3, 3, 4, 2], float64())],
    ];
    const { stream } = pieces(tableToIPC(tableFromColumns(columns), { format: "stream" }) as Uint8Array, 7);
    const again = await bytesOf(await app.request(request(stream, ARROW, {}, PATH.replace("40", "5"))));
    expect(tableFromIPC(again).toArray()).toEqual(decided);
    const few = createApp({ ...quiet, limits: { users: 2 } });
    const { status, body } = await read(await few.request(request(long, CSV)));
    expect([status, body.limit]).toEqual([413, { name: "users", most: 2 }]);
  });
});

describe("a table that may not be", () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `${i},1,1`);
  const large = new TextEncoder().encode(`user_id,value_a,cost_a\n${lines.join("\n")}\n`);

  it("is refused while most of it is still to come", async () => {
    const few = createApp({ ...quiet, limits: { users: 1000 } });
    const { stream, seen } = pieces(large, 10_000);
    const { status, body } = await read(await few.request(request(stream, CSV)));
    expect([status, body.limit]).toEqual([413, { name: "users", most: 1000 }]);
    expect(seen.bytes).toBeLessThan(large.length * 0.8);
    expect(seen.cancelled).toBe(true);
    const wrong = new TextEncoder().encode(new TextDecoder().decode(large).replace("\n5,1,1", "\n5,x,1"));
    const cut = pieces(wrong, 10_000);
    expect((await read(await app.request(request(cut.stream, CSV)))).body.detail).toContain("row 6 (line 7)");
    expect(cut.seen.bytes).toBeLessThan(large.length * 0.8);
  });

  it("is refused by its bytes as they come, though it said nothing", async () => {
    const short = createApp({ ...quiet, limits: { tableBytes: 100_000 } });
    const { stream, seen } = pieces(large, 10_000);
    const { status, body } = await read(await short.request(request(stream, CSV)));
    expect([status, body.limit?.name]).toEqual([413, "tableBytes"]);
    expect(seen.bytes).toBeLessThanOrEqual(120_000);
  });

  it("is not waited for longer than a while", async () => {
    const hasty = createApp({ ...quiet, limits: { receiveSeconds: 1 } });
    const { stream } = pieces(csv.slice(0, 100), 100, () => new Promise(() => {}));
    const { status, body } = await read(await hasty.request(request(stream, CSV)));
    expect([status, body.limit]).toEqual([408, { name: "receiveSeconds", most: 1 }]);
  });

  it("claims no rows that are not there", async () => {
    const bytes = arrow().slice(0, 2000);
    const { status, body } = await read(await app.request(request(pieces(bytes, 100).stream, ARROW)));
    expect([status, body.detail]).toEqual([422, expect.stringContaining("it has no end mark")]);
  });
});

describe("an answer that is read slowly, or not to its end", () => {
  const many = new TextEncoder().encode(
    `user_id,value_a,cost_a\n${Array.from({ length: 60_000 }, (_, i) => `${i},1,1`).join("\n")}\n`,
  );

  it("is whole for a slow reader, and let go by one that leaves", async () => {
    // Of four bodies that may be held, none is after it was left.
    const small = createApp({ ...quiet, limits: { tableBytes: many.length + 1 } });
    for (let i = 0; i < 9; i++) {
      const answer = await small.request(request(pieces(many, 50_000).stream, CSV));
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      await reader.cancel();
    }
    const answer = await small.request(request(many, CSV));
    let text = "";
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(text.split("\n")).toHaveLength(60_002);
  });
});
