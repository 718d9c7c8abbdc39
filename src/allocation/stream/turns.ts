/** A table solved in turns: what runs on one thread with everything else, such as requests at the edge, is not held up by it. */
import { breath } from "../../engine/breath.js";
import { kind } from "../../engine/check.js";
import { Offers } from "../offers.js";
import type { AllocationRequest, AllocationResult } from "../types.js";
import { streamWith } from "./stream.js";
import type { StreamOptions, Tile } from "./types.js";

/** Numbers a turn: about two milliseconds of each reading. */
const TURN = 1 << 19;

/**
 * As `allocate`, with a turn for timers and events about every two milliseconds: the same choices, value and bound, in two to three
 * times the time. One budget; the table may not be filled or released meanwhile.
 *
 * @param options of a stream, but `engine` and `write`: it takes working memory of its own.
 * @throws as `allocateStream`, and for a table with candidate slots.
 * @example const { choices } = await allocateInTurns(offers, { budget: 100_000 }, { signal });
 */
export async function allocateInTurns(
  offers: Offers,
  request: AllocationRequest,
  options: Omit<StreamOptions, "engine" | "write"> = {},
): Promise<AllocationResult> {
  if (!(offers instanceof Offers)) throw new TypeError(`allocateInTurns needs a table, got ${kind(offers)}`);
  if (offers.hasSlots) throw new RangeError("candidate slots are solved at once: call allocate");
  const { users, names, facts } = offers;
  const choices = names.length > 254 ? new Uint16Array(users) : new Uint8Array(users);
  const { inexact, below, lostValues } = facts;
  const { users: _, ...result } = await streamWith(
    { users, options: names, tiles: () => tilesOf(offers) },
    request,
    { ...options, write: (tile) => choices.set(tile.choices, tile.from) },
    undefined,
    { narrowed: { inexact, below, lostValues }, keyed: true },
  );
  // Nothing was written of what is impossible: no one gets anything.
  return { ...result, choices };
}

/** The table's columns where they lie, some users a tile. */
async function* tilesOf(offers: Offers): AsyncGenerator<Tile> {
  const most = Math.max(1024, Math.floor(TURN / offers.columns));
  for (let from = 0; from < offers.users; from += most) {
    await breath();
    yield tileOf(offers, from, Math.min(most, offers.users - from));
  }
}

function tileOf({ engine, columns, stride, values, costs, keys }: Offers, from: number, users: number): Tile {
  const { buffer } = engine.memory;
  const rows = (start: number) =>
    Array.from({ length: columns }, (_, j) => new Float32Array(buffer, start + j * stride + 4 * from, users));
  const tile: Tile = { users, values: rows(values), costs: rows(costs) };
  if (keys) tile.ids = new BigUint64Array(buffer, keys + 8 * from, users);
  return tile;
}
