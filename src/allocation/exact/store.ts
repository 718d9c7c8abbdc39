/** The memory of an exact solve: states, their trace, moves; counted against a cap, given back with the scratch. */
import { CeilingError, mebibytes } from "../../engine/arena.js";
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import * as kernel from "./kernel.js";

/** Most memory of a search where the caller names none. */
const MOST_BYTES = 2 ** 30;
/** States and nodes that a search starts with room for. */
const STATES = 4096;
const NODES = 16_384;

export class Store {
  readonly states: kernel.States;
  readonly #engine: Engine;
  readonly #scratch: Scratch;
  readonly #limit: number;
  readonly #layer: number;
  #heads = 0;
  #headCount = 0;
  #used = 0;

  constructor(engine: Engine, scratch: Scratch, limit = MOST_BYTES) {
    this.#engine = engine;
    this.#scratch = scratch;
    this.#limit = limit;
    this.#layer = this.take(kernel.LAYER_BYTES);
    this.states = {
      at: this.take(STATES * kernel.STATE_BYTES),
      count: 0,
      capacity: STATES,
      room: this.take(STATES * kernel.STATE_BYTES),
      roomCapacity: STATES,
      trace: this.take(NODES * kernel.NODE_BYTES),
      nodes: 1,
      nodeCapacity: NODES,
      z: 0n,
      node: 0,
      beyond: kernel.NOTHING,
      delta: 0n,
    };
  }

  /** @throws {CeilingError} past the cap or the engine's ceiling. */
  take(bytes: number): number {
    this.#count(bytes);
    return this.#scratch.take(bytes);
  }

  /** A new block of `size` bytes that starts with the first `bytes` of another of `before` bytes, which is given back. */
  grow(from: number, before: number, bytes: number, size: number): number {
    this.#count(size);
    const to = this.#scratch.move(from, bytes, size);
    this.#used -= before;
    return to;
  }

  give(start: number, bytes: number): void {
    this.#scratch.give(start);
    this.#used -= bytes;
  }

  /** The plan alone; z is what is known already, reached by no move. */
  start(weight: bigint, z: bigint, delta: bigint): void {
    const { states } = this;
    Object.assign(states, { count: 1, z, delta });
    if (weight > 0n && weight <= delta) states.beyond = 0n;
    kernel.startStates(this.#engine, states, weight);
  }

  /** Lets a group enter the core, with as much room as that takes. Nothing has changed when this throws. */
  expand(list: kernel.Moves, group: { first: number; count: number }, by: kernel.Bounds): void {
    if (group.count + 1 > this.#headCount) {
      if (this.#heads) this.give(this.#heads, this.#headCount * kernel.HEAD_BYTES);
      this.#headCount = 2 * (group.count + 1);
      this.#heads = this.take(this.#headCount * kernel.HEAD_BYTES);
    }
    for (let collected = false; ; ) {
      const status = kernel.expand(this.#engine, this.#layer, this.states, list, group, this.#heads, by);
      if (status === "done") return;
      if (status === "states") this.#growRoom();
      else collected = this.#growTrace(collected);
    }
  }

  /** The states to come need not be copied: nothing stands there yet. */
  #growRoom(): void {
    const { states } = this;
    const capacity = 2 * Math.max(states.roomCapacity, states.capacity);
    this.give(states.room, states.roomCapacity * kernel.STATE_BYTES);
    states.roomCapacity = 0;
    states.room = this.take(capacity * kernel.STATE_BYTES);
    states.roomCapacity = capacity;
  }

  /** Drops what nothing leads back to, once a layer; twice the room where that does not free half. */
  #growTrace(collected: boolean): true {
    const { states } = this;
    if (!collected) {
      const bytes = 4 * states.nodes;
      const places = this.take(bytes);
      kernel.collect(this.#engine, states, places);
      this.give(places, bytes);
      if (states.nodes < states.nodeCapacity / 2) return true;
    }
    const before = states.nodeCapacity * kernel.NODE_BYTES;
    states.trace = this.grow(states.trace, before, states.nodes * kernel.NODE_BYTES, 2 * before);
    states.nodeCapacity *= 2;
    return true;
  }

  #count(bytes: number): void {
    if (this.#used + bytes > this.#limit) {
      throw new CeilingError(`the proof needs more than the ${mebibytes(this.#limit)} it may use: raise memory`);
    }
    this.#used += bytes;
  }
}
