/** What channels do to each other's response, as the kernels take it (assembly/planning/interact.ts). */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import type { Model } from "../model.js";
import type { Interaction } from "../types.js";
import { Column, interact, placeInteractions } from "./kernel.js";

/** A kind of the kernel: its number, and the lines of both sides. */
export interface Acting {
  kind: 0 | 1 | 2;
  lag: number;
  strength: number;
  a: number[];
  b: number[];
}

function actingOf(interaction: Interaction, linesOf: (channel: string) => number[]): Acting {
  if (interaction.type === "pool") {
    const { channels, size } = interaction;
    return { kind: 2, lag: 0, strength: size, a: channels.flatMap(linesOf), b: [] };
  }
  if (interaction.type === "ordered") {
    const { first, next, strength, lag = 1 } = interaction;
    return { kind: 0, lag, strength, a: linesOf(first), b: linesOf(next) };
  }
  const { channels, strength, form = "geometric" } = interaction;
  const [a, b] = channels as [string, string];
  return { kind: form === "geometric" ? 0 : 1, lag: 0, strength, a: linesOf(a), b: linesOf(b) };
}

export class Interactions {
  readonly #engine: Engine;
  readonly #at: { records: number; out: number };
  readonly #shape: { lines: number; horizon: number };
  readonly #factors: Column;
  readonly #most: Column;
  readonly all: readonly Acting[];

  constructor(engine: Engine, scratch: Scratch, { problem, lines }: Model, horizon: number) {
    this.#engine = engine;
    this.#shape = { lines: lines.length, horizon };
    const linesOf = (name: string) =>
      lines.flatMap(({ channel }, line) => (problem.channels[channel]?.name === name ? [line] : []));
    this.all = (problem.interactions ?? []).map((interaction) => actingOf(interaction, linesOf));
    this.#at = placeInteractions(engine, scratch, this.all);
    this.#factors = new Column(engine, scratch, lines.length * horizon);
    this.#most = new Column(engine, scratch, lines.length * horizon);
  }

  /** Products are not concave, whatever the curves are. */
  get concave(): boolean {
    return this.all.every(({ kind }) => kind !== 1);
  }

  /** Response · this is no less than all that pairs add to it; undefined where products know no such number. */
  get most(): number | undefined {
    let factor = 1;
    for (const { kind, strength } of this.all) {
      if (kind === 1) return undefined;
      // √(A B) ≤ (A + B) / 2.
      if (kind === 0) factor += strength / 2;
    }
    return factor;
  }

  /** Lines of which a root starts vertically. */
  vertical(line: number): boolean {
    return this.all.some(({ kind, a, b }) => kind === 0 && (a.includes(line) || b.includes(line)));
  }

  /** What lines bring at most, by period of the horizon. */
  bound(values: Float64Array): void {
    this.#most.view.set(values);
  }

  /** What they add to values; slopes become slopes of the whole. */
  add(at: { values: number; slopes: number }, lifted: boolean): number {
    if (this.all.length === 0) return 0;
    const columns = { ...at, most: this.#most.at, factors: this.#factors.at };
    return interact(this.#engine, this.#at, this.all.length, this.#shape, columns, lifted);
  }

  /** What each of them added, last. */
  get added(): Float64Array {
    return new Float64Array(this.#engine.memory.buffer, this.#at.out, this.all.length).slice();
  }
}
