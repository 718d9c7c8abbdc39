import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, CeilingError, mebibytes } from "../../src/engine/arena.js";

const PAGE = 65_536;
const BASE = 1_000;
/** The first line of 64 bytes at or after BASE. */
const FIRST = 1_024;

function arenaOf(pages: number): Arena {
  return new Arena(new WebAssembly.Memory({ initial: 1, maximum: pages }), BASE, pages * PAGE);
}

describe("the arena", () => {
  it("starts every block on a line of 64 bytes, after the base, and counts whole lines", () => {
    const arena = arenaOf(4);
    const starts = [1, 63, 64, 65, 0].map((bytes) => arena.take(bytes));
    expect(starts).toEqual([FIRST, FIRST + 64, FIRST + 128, FIRST + 192, FIRST + 320]);
    expect(arena.used).toBe(FIRST + 384);
  });

  it("serves a given block again, from its beginning", () => {
    const arena = arenaOf(4);
    const first = arena.take(640);
    const second = arena.take(64);
    arena.give(first, 640);
    expect(arena.take(64)).toBe(first);
    expect(arena.take(576)).toBe(first + 64);
    expect(arena.take(64)).toBe(second + 64);
  });

  it("joins a given block with its free neighbours on both sides", () => {
    const arena = arenaOf(4);
    const [a, b, c] = [arena.take(128), arena.take(128), arena.take(128)];
    const last = arena.take(64);
    arena.give(a, 128);
    arena.give(c, 128);
    expect(arena.take(256)).toBe(last + 64);
    arena.give(b, 128);
    expect(arena.take(384)).toBe(a);
  });

  it("gives the end back, so that used falls", () => {
    const arena = arenaOf(4);
    const before = arena.used;
    const a = arena.take(128);
    const b = arena.take(128);
    arena.give(a, 128);
    expect(arena.used).toBe(before + 256);
    arena.give(b, 128);
    expect(arena.used).toBe(before);
  });

  it("grows the memory for a block past its end, and what was written stays", () => {
    const arena = arenaOf(16);
    const small = arena.take(64);
    new Uint8Array(arena.memory.buffer, small, 64).fill(7);
    const large = arena.take(5 * PAGE);
    expect(arena.memory.buffer.byteLength).toBeGreaterThanOrEqual(large + 5 * PAGE);
    expect(arena.memory.buffer.byteLength).toBeLessThanOrEqual(16 * PAGE);
    expect([...new Uint8Array(arena.memory.buffer, small, 64)]).toEqual(Array(64).fill(7));
  });

  it("serves the last byte under the ceiling, and not one line more", () => {
    const arena = arenaOf(4);
    const start = arena.take(4 * PAGE - FIRST);
    expect(start).toBe(FIRST);
    expect(arena.memory.buffer.byteLength).toBe(4 * PAGE);
    expect(() => arena.take(1)).toThrow(CeilingError);
    arena.give(start, 4 * PAGE - FIRST);
    expect(arena.take(1)).toBe(FIRST);
  });

  it("is unharmed by a block that it refused", () => {
    const arena = arenaOf(4);
    const used = arena.used;
    expect(() => arena.take(4 * PAGE)).toThrow(CeilingError);
    expect(arena.used).toBe(used);
    expect(arena.memory.buffer.byteLength).toBe(PAGE);
    expect(arena.take(64)).toBe(FIRST);
  });

  it("never lets two live blocks overlap, and is empty again when all are given", () => {
    const step = fc.record({ bytes: fc.nat(3_000), give: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const arena = arenaOf(64);
        const empty = arena.used;
        const live: { start: number; bytes: number }[] = [];
        for (const { bytes, give, which } of steps) {
          if (give && live.length > 0) {
            const [block] = live.splice(which % live.length, 1);
            if (block) arena.give(block.start, block.bytes);
          } else {
            live.push({ start: arena.take(bytes), bytes });
          }
          expectApart(live, arena);
        }
        for (const { start, bytes } of live) arena.give(start, bytes);
        expect(arena.used).toBe(empty);
      }),
    );
  });
});

function expectApart(blocks: { start: number; bytes: number }[], arena: Arena): void {
  let end = FIRST;
  for (const { start, bytes } of blocks.toSorted((a, b) => a.start - b.start)) {
    expect(start % 64).toBe(0);
    expect(start).toBeGreaterThanOrEqual(end);
    end = start + Math.max(bytes, 1);
  }
  expect(end).toBeLessThanOrEqual(arena.used);
  expect(arena.used).toBeLessThanOrEqual(arena.memory.buffer.byteLength);
}

describe("mebibytes", () => {
  it.each([
    [0, "0.0 MiB"],
    [1_048_576, "1.0 MiB"],
    [1_572_864, "1.5 MiB"],
    [104_857_600, "100 MiB"],
    [4_026_531_840, "3840 MiB"],
  ])("writes %i bytes as %s", (bytes, text) => {
    expect(mebibytes(bytes)).toBe(text);
  });
});
