/** The separable method on one model: curves placed once, then solved at any budget. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { Coordinates } from "../kernel.js";
import type { Model } from "../model.js";
import { keepsLimits, responseOf } from "../report/baselines.js";
import type { Ask, Reading, Solver } from "../solver.js";
import type { Curve } from "../types.js";
import type { Framed } from "./feasible.js";
import { finish, type Solved } from "./finish.js";
import { readSeparable } from "./reading.js";
import { Relaxation } from "./relax.js";
import { type Found, Search, type SearchOptions } from "./search.js";
import { type Group, type Reach, reaches, type Tree } from "./tree.js";

export class Separable implements Solver {
  readonly method = "separable";
  readonly tree: Tree;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly coordinates: Coordinates;
  readonly #framed: Framed;
  readonly #scratch: Scratch;
  readonly #settings: Pick<SearchOptions, "tolerance" | "nodes" | "deadline" | "watch">;
  readonly #twins: (Int32Array | undefined)[];
  #guess = 0;
  /** Nodes of all searches. */
  nodes = 0;

  constructor(
    engine: Engine,
    framed: Framed,
    settings: Pick<SearchOptions, "tolerance" | "nodes" | "deadline" | "watch">,
  ) {
    const { model, tree, low, high } = framed;
    this.#framed = framed;
    this.#settings = settings;
    this.tree = tree;
    this.low = low;
    this.high = high;
    this.#scratch = new Scratch(engine.arena);
    try {
      this.coordinates = new Coordinates(engine, this.#scratch, model.size);
      tree.order.forEach((i, p) => {
        const [scale, rate] = [model.scale[i] as number, model.rate[i] as number];
        this.coordinates.place(p, model.curves[i] as Curve, scale, rate, model.presence[i] as number, this.#scratch);
      });
      this.coordinates.finish();
    } catch (error) {
      this.#scratch.release();
      throw error;
    }
    this.#twins = twinsOf(framed);
  }

  /** The best plan of at most (or, where the plan says so, of exactly) `budget`; each unit of money kept is worth `fee`. */
  solve(budget: number, fee: number, ask: Ask = {}): Found {
    this.setBudget(budget);
    const { low, high } = this;
    const relaxation = new Relaxation(this.coordinates, this.tree, fee);
    const guess = ask.guess ?? (this.#guess > 0 ? this.#guess : this.#firstGuess(budget));
    const boxes = { low, high, twins: this.#twins };
    const search = new Search(this.coordinates, relaxation, this.tree, boxes, fee, {
      ...this.#settings,
      ...ask,
      guess,
    });
    const found = search.run();
    this.nodes += found.nodes;
    if (found.price > 0) this.#guess = found.price;
    return found;
  }

  setBudget(budget: number): void {
    const { root } = this.tree;
    if (this.#framed.model.problem.spend === "exactly") root.low = budget;
    root.high = budget;
  }

  /** What a unit of money brings where everybody gets the same. */
  #firstGuess(budget: number): number {
    const each = budget / this.low.length;
    const x = this.low.map((l, i) => Math.max(l, Math.min(this.high[i] as number, each)));
    const { values } = this.coordinates.evaluate(x);
    const value = values.reduce((sum, f) => sum + f, 0);
    return budget > 0 && value > 0 ? value / budget : 1;
  }

  /** From positions to coordinates. */
  unordered(x: Float64Array): Float64Array {
    const out = new Float64Array(x.length);
    this.tree.order.forEach((i, p) => {
      out[i] = x[p] as number;
    });
    return out;
  }

  ordered(x: Float64Array): Float64Array {
    return Float64Array.from(this.tree.order, (i) => x[i] as number);
  }

  /** Lowers the boxes to where no plan of most response − fee · spend goes beyond them; returns their sum. */
  worthAtMost(fee: number): number {
    const { low, high, coordinates } = this;
    const z = coordinates.inflections.slice();
    let sum = 0;
    for (let p = 0; p < low.length; p++) {
      let top = Math.max(1, 2 * (low[p] as number), z[p] === Number.POSITIVE_INFINITY ? 0 : 2 * (z[p] as number));
      while (top < (high[p] as number) && top < 1e290 && !coordinates.levelAt(p, top, fee)) top *= 2;
      top = Math.min(top, high[p] as number);
      if (top >= 1e290) {
        throw new RangeError(
          `channel "${this.#nameAt(p)}" earns more than it costs at any spend: give it a max, or a budget`,
        );
      }
      high[p] = top;
      sum += top;
    }
    return sum;
  }

  /** Field paths of all floors. */
  floors(): string[] {
    const { model, tree } = this.#framed;
    const groups = tree.groups.map((group) => (group.low > 0 ? group.lowSource?.path : undefined));
    return [...new Set([...model.lowSource.map((source) => source?.path), ...groups])].filter(
      (path) => path !== undefined,
    );
  }

  #nameAt(p: number): string {
    const { model, tree } = this.#framed;
    return model.lines[Math.floor((tree.order[p] as number) / model.periods)]?.name ?? "";
  }

  get framed(): Framed {
    return this.#framed;
  }

  get model(): Model {
    return this.#framed.model;
  }

  span(): { least: number; most: number } {
    const { tree, low, high } = this;
    tree.root.high = Number.POSITIVE_INFINITY;
    return reaches(tree, low, high).reach.get(tree.root) as Reach;
  }

  finish(found: Found, fee: number, extra: Solved["extra"]): Solved {
    return finish(this, found, fee, extra);
  }

  read(solved: Solved): Reading {
    return readSeparable(this, solved);
  }

  responseOf(plan: Float64Array): number {
    return responseOf(this, plan);
  }

  keepsLimits(plan: Float64Array): boolean {
    return keepsLimits(this, plan);
  }

  release(): void {
    this.#scratch.release();
  }
}

/** Positions with the same curve, box and group: their order means nothing, and the search looks at one order only. */
function twinsOf({ model, tree, low, high }: Framed): (Int32Array | undefined)[] {
  const texts = new Map<Curve, string>();
  const text = (curve: Curve): string => {
    const known = texts.get(curve);
    if (known !== undefined) return known;
    const made = JSON.stringify(curve);
    texts.set(curve, made);
    return made;
  };
  const twins: (Int32Array | undefined)[] = new Array(model.size);
  const classes = new Map<string, number[]>();
  const gather = (group: Group): void => {
    classes.clear();
    for (let p = group.from; p < group.own; p++) {
      const i = tree.order[p] as number;
      const key = [
        text(model.curves[i] as Curve),
        model.scale[i],
        model.rate[i],
        low[p],
        high[p],
        model.presence[i],
      ].join();
      const known = classes.get(key);
      if (known) known.push(p);
      else classes.set(key, [p]);
    }
    for (const members of classes.values()) {
      if (members.length < 2) continue;
      const list = Int32Array.from(members);
      for (const p of members) twins[p] = list;
    }
  };
  for (const group of tree.groups) gather(group);
  return twins;
}
