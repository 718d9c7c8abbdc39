/** The kernels `settle` and `interact` against their twins. */
import { afterEach, describe, expect, it } from "vitest";
import { Scratch } from "../../../src/engine/scratch.js";
import { createEngine } from "../../../src/index.js";
import { Carry, Column, interact, placeInteractions } from "../../../src/planning/flighting/kernel.js";
import { type Acting, interactions } from "../../reference/planning/interact.js";
import { type Chord, settle } from "../../reference/planning/settle.js";
import { random } from "../draws/made.js";

const engine = createEngine();
let scratch = new Scratch(engine.arena);
afterEach(() => {
  scratch.release();
  scratch = new Scratch(engine.arena);
});

function column(values: readonly number[]): Column {
  const made = new Column(engine, scratch, values.length);
  made.view.set(values);
  return made;
}

describe("settle", () => {
  for (const n of [1, 2, 5, 8, 33]) {
    for (const lifted of [false, true]) {
      it(`is its twin's: ${n} periods${lifted ? ", on chords" : ""}`, () => {
        const next = random(n);
        const many = () => Array.from({ length: n }, () => 10 * next());
        const [a, values, slopes] = [many(), many(), many()];
        slopes[n >> 1] = Number.POSITIVE_INFINITY;
        const chords = a.map((here, i): Chord => {
          // Before, at and past the end of the chord; and none.
          const end = [here + 1, here, here - 1, 0][i % 4] as number;
          return { start: next(), height: next(), slope: next(), end };
        });
        const its = settle(a, values, slopes, lifted ? chords : undefined);
        const carry = new Carry(engine, scratch, { lines: 1, periods: n, horizon: n });
        const at = { values: column(values), slopes: column(slopes) };
        const columns = (["start", "height", "slope", "end"] as const).flatMap((key) => chords.map((one) => one[key]));
        const mine = carry.settle(
          n,
          column(a),
          { values: at.values.at, slopes: at.slopes.at },
          lifted ? column(columns) : undefined,
        );
        expect(mine).toBeCloseTo(its.sum, 10);
        expect([...at.values.view]).toEqual(its.values.map((one) => expect.closeTo(one, 12)));
        expect([...at.slopes.view]).toEqual(its.slopes);
      });
    }
  }
});

describe("interact", () => {
  const kinds = ["geometric", "product", "pool"] as const;
  const all: Acting[] = kinds.flatMap((kind): Acting[] => [
    { kind, lag: 0, strength: 0.7, a: [0, 2], b: [1] },
    { kind, lag: kind === "pool" ? 0 : 2, strength: kind === "pool" ? 30 : 0.2, a: [3], b: [0, 1] },
  ]);
  const [lines, horizon] = [4, 7];
  const placed = all.map((one) => ({
    ...one,
    kind: kinds.indexOf(one.kind),
    ...{ a: Uint32Array.from(one.a), b: Uint32Array.from(one.b) },
  }));
  for (const chosen of [[0], [1], [2], [3], [4], [5], [0, 1, 2, 3, 4, 5]]) {
    for (const lifted of [false, true]) {
      it(`is its twin's: ${chosen.map((k) => all[k]?.kind).join(", ")}${lifted ? ", lifted" : ""}`, () => {
        const next = random(chosen.length + 1);
        const rows = (least: number, spread: number) =>
          Array.from({ length: lines }, () => Array.from({ length: horizon }, () => least + spread * next()));
        const [values, slopes, most] = [rows(0.5, 9), rows(0, 3), rows(10, 5)];
        const its = interactions(
          chosen.map((k) => all[k] as Acting),
          values,
          lifted,
          most,
        );
        const at = placeInteractions(engine, scratch, chosen.map((k) => placed[k]) as never);
        const mine = { values: column(values.flat()), slopes: column(slopes.flat()), most: column(most.flat()) };
        const factors = column(new Array(lines * horizon).fill(0));
        const addresses = {
          ...{ values: mine.values.at, slopes: mine.slopes.at },
          ...{ most: mine.most.at, factors: factors.at },
        };
        const sum = interact(engine, at, chosen.length, { lines, horizon }, addresses, lifted);
        expect(sum).toBeCloseTo(
          its.added.reduce((total, one) => total + one, 0),
          9,
        );
        const own = new Float64Array(engine.memory.buffer, at.out, chosen.length);
        its.added.forEach((one, k) => {
          expect(own[k]).toBeCloseTo(one, 9);
        });
        its.factors.flat().forEach((factor, i) => {
          expect(factors.view[i]).toBeCloseTo(factor, 9);
          expect(mine.slopes.view[i]).toBeCloseTo(factor * (slopes.flat()[i] as number), 9);
        });
      });
    }
  }
});
