/** What can go wrong with a stream: each names its place, nothing more is written, and every iterator is closed. */
import { describe, expect, test } from "vitest";
import {
  type AllocationRequest,
  allocateStream,
  createEngine,
  type Decisions,
  type Tile,
  type TileSource,
} from "../../../src/index.js";
import { freeSpend, Random, shapes, type Table, tableOf } from "../tables.js";
import { sourceOf, stream, tileOf, usersOf } from "./streaming.js";

const table = tableOf(3000, 2, new Random(1), shapes.uniform as (typeof shapes)[string]);
const budget = 0.3 * freeSpend(table);
const SIZE = 100;

/** A source whose reading `bad` goes through `spoil`; `opened` and `closed` count its iterators. */
class Spoilt implements TileSource {
  readonly options = 2;
  opened = 0;
  closed = 0;
  constructor(
    readonly bad: number,
    readonly spoil: (tile: Tile, index: number) => Tile | undefined,
    readonly of: Table = table,
  ) {}

  async *tiles() {
    const reading = ++this.opened;
    try {
      for (let from = 0, index = 0; from < usersOf(this.of); from += SIZE, index++) {
        const tile = tileOf(this.of, from, from + SIZE);
        const given = reading === this.bad ? this.spoil(tile, index) : tile;
        if (!given) return;
        yield given;
      }
    } finally {
      this.closed++;
    }
  }
}

/** The stream fails with `message`; nothing is written after, the engine's memory is given back, iterators are closed. */
async function expectFailure(
  source: Spoilt,
  message: RegExp,
  request: AllocationRequest = { budget },
): Promise<number> {
  const engine = createEngine();
  const { used } = engine.arena;
  let written = 0;
  const write = ({ users }: Decisions) => {
    written += users;
  };
  await expect(allocateStream(source, request, { engine, write })).rejects.toThrow(message);
  expect(source.closed).toBe(source.opened);
  expect(engine.arena.used).toBe(used);
  return written;
}

const edited = (at: number, edit: (tile: Tile) => Partial<Tile>) => (tile: Tile, index: number) =>
  index === at ? { ...tile, ...edit(tile) } : tile;

describe("tiles that are none", () => {
  const cut = (columns: readonly Float32Array[]) => columns.map((column) => column.subarray(1));
  for (const [name, edit, message] of [
    ["no users", () => ({ users: 0 }), /users of tile 3 must be a whole number from 1/],
    ["half a user", () => ({ users: 1.5 }), /users of tile 3 must be a whole number/],
    [
      "too few numbers",
      ({ values }: Tile) => ({ values: cut(values) }),
      /values\[0\] of tile 3 has 99 numbers for 100/,
    ],
    [
      "a column too few",
      ({ costs }: Tile) => ({ costs: costs.slice(1) }),
      /tile 3 has 1 columns of costs for 2 options/,
    ],
    [
      "doubles",
      () => ({ costs: [new Float64Array(SIZE), new Float64Array(SIZE)] as never }),
      /costs\[0\] of tile 3 must be/,
    ],
    [
      "ids all at once",
      () => ({ ids: new Int32Array(SIZE) }),
      /tile 3 has integers for ids, tiles before it have no ids/,
    ],
    ["ids of no kind", () => ({ ids: new Float64Array(SIZE) as never }), /ids of tile 3 must be/],
  ] as const) {
    test(name, async () => {
      const source = new Spoilt(1, edited(3, edit as (tile: Tile) => Partial<Tile>));
      expect(await expectFailure(source, message)).toBe(0);
    });
  }

  test("numbers that are not finite name tile, row and option", async () => {
    for (const [value, cost, message] of [
      [Number.NaN, 1, /tile 12, row 1205, option "2": value is NaN/],
      [Infinity, 1, /tile 12, row 1205, option "2": value is Infinity/],
      [1, -Infinity, /tile 12, row 1205, option "2": cost is -Infinity/],
    ] as const) {
      const spoil = edited(12, (tile) => {
        (tile.values[1] as Float32Array)[5] = value;
        (tile.costs[1] as Float32Array)[5] = cost;
        return {};
      });
      expect(await expectFailure(new Spoilt(1, spoil), message)).toBe(0);
    }
  });

  test("nothing at all, and what is no source", async () => {
    await expectFailure(new Spoilt(1, () => undefined), /the source gave no tile/);
    const tiles = () => [tileOf(table, 0, 10)];
    const bad: [unknown, RegExp][] = [
      [null, /the source must be an object/],
      [{ options: 2 }, /needs a function tiles/],
      [{ options: 0, tiles }, /options must be/],
      [{ options: 2, tiles: () => 5 }, /tiles\(\) must give an iterable/],
      [{ options: 2, tiles: () => [5] }, /tile 0 must be an object/],
      [{ options: 2, slots: 2, tiles }, /slots are solved on a table/],
      [{ options: 2, users: 11, tiles }, /says that it has 11 users, and its tiles held 10/],
      [{ options: 2, users: -1, tiles }, /users of the source/],
    ];
    for (const [source, message] of bad) {
      await expect(allocateStream(source as TileSource, { budget })).rejects.toThrow(message);
    }
  });

  test("limits that are solved on a table", async () => {
    const source = sourceOf(table, () => SIZE);
    for (const request of [{ stock: { 1: 5 } }, { groups: [] }, { minReturn: 1 }, { minSpend: 1 }, { exact: true }]) {
      await expect(allocateStream(source, request)).rejects.toThrow(/is solved on a table, not on a stream/);
    }
    for (const options of [{ bound: "best" }, { write: 5 }, { engine: {} }]) {
      await expect(allocateStream(source, { budget }, options as never)).rejects.toThrow(/bound|write|engine/);
    }
  });

  test("ids that are texts in one tile and numbers in another", async () => {
    const tiles = () => [
      { ...tileOf(table, 0, 10), ids: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] },
      { ...tileOf(table, 10, 20), ids: Int32Array.from({ length: 10 }, (_, i) => i) },
    ];
    await expect(allocateStream({ options: 2, tiles }, { budget })).rejects.toThrow(/tile 1 has integers for ids/);
    const odd = () => [{ ...tileOf(table, 0, 3), ids: ["a", 7, "c"] as string[] }];
    await expect(allocateStream({ options: 2, tiles: odd }, { budget })).rejects.toThrow(/id of row 1, tile 0/);
  });
});

describe("another reading, other users", () => {
  for (const reading of [2, 3]) {
    test(`reading ${reading} ends early`, async () => {
      const message = new RegExp(
        `reading ${reading} of the source is not what reading 1 was: it ended after 1500 users`,
      );
      await expectFailure(new Spoilt(reading, (tile, index) => (index < 15 ? tile : undefined)), message);
    });

    test(`reading ${reading} goes on`, async () => {
      const more = new Spoilt(
        reading,
        edited(29, ({ values, costs }) => ({
          users: 2 * SIZE,
          values: values.map((v) => Float32Array.of(...v, ...v)),
          costs: costs.map((c) => Float32Array.of(...c, ...c)),
        })),
      );
      await expectFailure(
        more,
        new RegExp(`reading ${reading} .*: tile 29 brings it to 3100 users and there were 3000`),
      );
    });

    test(`reading ${reading} has other numbers`, async () => {
      const spoil = edited(20, ({ costs }) => ({ costs: [costs[1], costs[0]] as Float32Array[] }));
      const written = await expectFailure(
        new Spoilt(reading, spoil),
        new RegExp(`reading ${reading} .*rows 0 to 2999 hold other numbers`),
      );
      expect(written).toBe(0);
    });
  }

  test("blocks before the one that changed are written, tile by tile, and no more", async () => {
    const long = tableOf(3 * 16_384, 2, new Random(2), shapes.uniform as (typeof shapes)[string]);
    const source = sourceOf(long, () => 1000);
    let readings = 0;
    const written: Decisions[] = [];
    const spoilt = {
      ...source,
      *tiles() {
        readings++;
        for (const tile of source.tiles() as Iterable<Tile>) {
          if (readings === 3 && written.length === 16) (tile.values[0] as Float32Array).fill(1);
          yield tile;
        }
      },
    };
    const write = (decisions: Decisions) => {
      written.push(decisions);
    };
    const request = { budget: 0.3 * freeSpend(long) };
    await expect(allocateStream(spoilt, request, { write })).rejects.toThrow(/reading 3 .*rows 16384 to 32767/);
    expect(written).toHaveLength(16);
  });

  test("ids that change", async () => {
    for (const id of [(i: number) => i, (i: number) => `user ${i}`]) {
      let readings = 0;
      const tiles = () => {
        readings++;
        const ids = Array.from({ length: 50 }, (_, i) => id(readings === 2 && i === 30 ? 99 : i));
        return [
          {
            ...tileOf(table, 0, 50),
            ids: typeof ids[0] === "string" ? (ids as string[]) : Int32Array.from(ids as number[]),
          },
        ];
      };
      await expect(allocateStream({ options: 2, tiles }, { budget: 3 })).rejects.toThrow(/reading 2 .*numbers or ids/);
    }
  });
});

describe("what others throw, and aborts", () => {
  test("a source that throws", async () => {
    for (const reading of [1, 2, 3]) {
      const spoil = (tile: Tile, index: number) => {
        if (index === 7) throw new Error("the disk is gone");
        return tile;
      };
      await expectFailure(new Spoilt(reading, spoil), /the disk is gone/);
    }
  });

  test("a write that throws, and one that rejects", async () => {
    for (const fail of [
      () => {
        throw new Error("no room");
      },
      () => Promise.reject(new Error("no room")),
    ]) {
      const source = new Spoilt(0, (tile) => tile);
      let calls = 0;
      const write = () => (++calls === 1 ? fail() : undefined);
      await expect(allocateStream(source, { budget }, { write })).rejects.toThrow("no room");
      expect(calls).toBe(1);
      expect(source.closed).toBe(source.opened);
    }
  });

  test("a write is awaited before the next, and before the next tile is asked for", async () => {
    const events: string[] = [];
    const source = sourceOf(
      tableOf(5 * 16_384, 2, new Random(2), shapes.uniform as (typeof shapes)[string]),
      () => 16_384,
    );
    const watched = {
      ...source,
      *tiles() {
        for (const tile of source.tiles() as Iterable<Tile>) {
          events.push("tile");
          yield tile;
        }
        events.push("end");
      },
    };
    const write = async ({ from }: Decisions) => {
      events.push(`write ${from / 16_384}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      events.push("written");
    };
    await allocateStream(watched, { budget: 100 }, { write });
    const last = events.slice(events.lastIndexOf("end") - 15);
    expect(last).toEqual([...Array.from({ length: 5 }, (_, i) => ["tile", `write ${i}`, "written"]).flat(), "end"]);
  });

  test("an abort, in every reading and while waiting, throws its reason and closes the iterator", async () => {
    const seen = new Set<string>();
    for (let stop = 1; stop <= 3; stop++) {
      const source = new Spoilt(0, (tile) => tile);
      const controller = new AbortController();
      let calls = 0;
      const onProgress = ({ phase }: { phase: string }) => {
        seen.add(phase);
        if (++calls === stop) controller.abort(new Error("enough"));
      };
      const { signal } = controller;
      await expect(allocateStream(source, { budget }, { signal, onProgress, write: () => {} })).rejects.toThrow(
        "enough",
      );
      expect(calls).toBe(stop);
      expect(source.closed).toBe(source.opened);
    }
    expect([...seen]).toEqual(["sample", "pass", "write"]);
  });

  test("an abort does not wait for a tile that never comes, nor for a write that never ends", async () => {
    const never = new Promise<never>(() => {});
    for (const where of ["tile", "write"]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("too slow")), 20);
      let returned = 0;
      const tiles = () => {
        const given = [tileOf(table, 0, 10)][Symbol.iterator]();
        return {
          [Symbol.asyncIterator]: () => ({
            next: async () => {
              const next = given.next();
              return where === "tile" && next.done ? never : next;
            },
            return: () => {
              returned++;
              return Promise.resolve({ done: true as const, value: undefined });
            },
          }),
        };
      };
      const write = () => (where === "write" ? never : undefined);
      const { signal } = controller;
      await expect(allocateStream({ options: 2, tiles }, { budget }, { signal, write })).rejects.toThrow("too slow");
      if (where === "tile") expect(returned).toBe(1);
    }
  });

  test("aborted before it starts: the source is not read", async () => {
    const source = new Spoilt(0, (tile) => tile);
    await expect(allocateStream(source, { budget }, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow(
      "no",
    );
    expect(source.opened).toBe(0);
  });
});

test("what cannot be met is not written", async () => {
  const poor = await stream(
    sourceOf(table, () => SIZE),
    { budget: 1e-3, exactlyOne: true },
  );
  expect(poor.result).toMatchObject({ status: "impossible", clash: { limits: ["budget", "exactlyOne"] } });
  expect(poor.written).toEqual([]);
  const closed = tableOf(500, 2, new Random(1), (_, __, user) => (user === 70 ? [-Infinity, 0] : [1, 1]));
  const unserved = await stream(
    sourceOf(closed, () => SIZE),
    { budget: 300, exactlyOne: true },
  );
  expect(unserved.result).toMatchObject({ status: "impossible", none: 1, clash: { limits: ["exactlyOne"] } });
  expect(unserved.written).toEqual([]);
});
