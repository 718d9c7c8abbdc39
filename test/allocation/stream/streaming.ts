/** From a table to a stream of it and back: what every test of `allocateStream` needs. */
import { expect } from "vitest";
import { streamWith } from "../../../src/allocation/stream/stream.js";
import type {
  AllocationRequest,
  AllocationResult,
  Decisions,
  Ids,
  StreamOptions,
  StreamResult,
  Tile,
  TileSource,
} from "../../../src/index.js";
import { firstDifference, solve } from "../solving.js";
import type { Table } from "../tables.js";

/** Sizes so small that small data fill them: nearly every step is looked at twice. */
export const TIGHT = { steps: 8192, sample: 2000, block: 512 };
export const ROOMY = { steps: 1_000_000, sample: 1 << 20, block: 0 };

export const usersOf = (table: Table) => (table.values[0] as Float32Array).length;

/** The users [from, to) of a table as a tile. */
export function tileOf({ values, costs }: Table, from: number, to: number, ids?: Ids): Tile {
  const cut = (columns: Float32Array[]) => columns.map((column) => column.slice(from, to));
  return { users: to - from, values: cut(values), costs: cut(costs), ...(ids && { ids: ids.slice(from, to) as Ids }) };
}

/** A table in tiles whose sizes come from `size`, another one for each. */
export function sourceOf(table: Table, size: (tile: number) => number, ids?: Ids): TileSource {
  const users = usersOf(table);
  return {
    options: table.values.length,
    *tiles() {
      for (let from = 0, tile = 0; from < users; tile++) {
        const to = Math.min(users, from + size(tile));
        yield tileOf(table, from, to, ids);
        from = to;
      }
    },
  };
}

export interface Streamed {
  result: StreamResult;
  choices: number[];
  written: Decisions[];
}

export async function stream(
  source: TileSource,
  request: AllocationRequest,
  options: StreamOptions = {},
  tuning = TIGHT,
): Promise<Streamed> {
  const written: Decisions[] = [];
  const write = (decisions: Decisions) => {
    written.push(decisions);
  };
  const result = await streamWith(source, request, { write, ...options }, tuning);
  return { result, written, choices: written.flatMap(({ choices }) => [...choices]) };
}

/** The stream must say and decide what the table does. */
export async function expectSame(
  table: Table,
  request: AllocationRequest,
  {
    size = () => 1000,
    ids,
    bound,
    tuning = TIGHT,
  }: { size?: (tile: number) => number; ids?: Ids; bound?: "quick" | "f64"; tuning?: typeof TIGHT } = {},
): Promise<Streamed> {
  const expected = solve(table, request, { ...(ids && { ids }), ...(bound && { bound }) });
  const streamed = await stream(sourceOf(table, size, ids), request, { ...(bound && { bound }) }, tuning);
  expect(comparable(streamed.result)).toEqual({ ...comparable(expected), users: usersOf(table) });
  if (expected.status === "met") {
    expect(firstDifference(streamed.choices, expected.choices)).toBe(undefined);
    for (const [i, { from, users, choices }] of streamed.written.entries()) {
      expect(from).toBe(streamed.written.slice(0, i).reduce((sum, tile) => sum + tile.users, 0));
      expect(choices).toHaveLength(users);
      expect(choices.BYTES_PER_ELEMENT).toBe(expected.choices.BYTES_PER_ELEMENT);
    }
  } else expect(streamed.written).toEqual([]);
  return streamed;
}

/** A result without what differs by the way of solving. */
function comparable(result: StreamResult | AllocationResult): Partial<AllocationResult> {
  const { passes: _, seconds: __, phases: ___, choices: ____, ...rest } = result as AllocationResult;
  return rest;
}
