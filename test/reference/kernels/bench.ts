/** Where a kernel and its twin are held against each other: one memory, copied before the call, compared after it. */
import { expect } from "vitest";
import { createEngine, type Engine } from "../../../src/index.js";
import { MAGIC, Memory } from "./memory.js";

interface Table {
  values: Float32Array[];
  costs: Float32Array[];
}

/** A place in memory for kernels to work on: blocks are zeroed, tables are padded with closed options. */
export class Bench {
  readonly engine: Engine = createEngine();
  #ignored: [start: number, end: number][] = [];

  block(bytes: number): number {
    const at = this.engine.arena.take(bytes);
    new Uint8Array(this.engine.memory.buffer, at, bytes).fill(0);
    return at;
  }

  /** A block whose bytes afterwards are nobody's business. */
  scratch(bytes: number): number {
    const at = this.block(bytes);
    this.#ignored.push([at, at + bytes]);
    return at;
  }

  bytes(content: Float32Array | Float64Array | Uint32Array | Uint16Array | Uint8Array | BigUint64Array): number {
    const at = this.block(content.byteLength);
    const source = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    new Uint8Array(this.engine.memory.buffer, at, content.byteLength).set(source);
    return at;
  }

  table({ values, costs }: Table): { values: number; costs: number; stride: number; options: number; users: number } {
    const users = (values[0] as Float32Array).length;
    const padded = Math.ceil(users / 16) * 16;
    const stride = padded * 4;
    const options = values.length;
    const at = this.block(2 * options * stride);
    values.forEach((column, j) => {
      const { buffer } = this.engine.memory;
      const v = new Float32Array(buffer, at + j * stride, padded).fill(-Infinity);
      const c = new Float32Array(buffer, at + (options + j) * stride, padded);
      v.set(column);
      // A closed option has cost 0, as `scan` leaves it.
      (costs[j] as Float32Array).forEach((cost, i) => {
        c[i] = column[i] === -Infinity ? 0 : cost;
      });
    });
    return { values: at, costs: at + options * stride, stride, options, users };
  }

  /** The block of sums, with the ways of counting money and value. */
  sums(costScale: number, costShift: number, valueQuantum: number, tileScale: number): number {
    const at = this.block(64);
    const view = new Float64Array(this.engine.memory.buffer, at, 8);
    view.set([costScale, costShift, MAGIC * valueQuantum, tileScale], 4);
    return at;
  }

  /** Runs both and compares what they return and every byte they leave. */
  both<T>(kernel: () => T, twin: (memory: Memory) => T): T {
    const copy = this.engine.memory.buffer.slice(0) as ArrayBuffer;
    const result = kernel();
    expect(twin(new Memory(copy))).toBe(result);
    const [ours, theirs] = [new Uint8Array(this.engine.memory.buffer), new Uint8Array(copy)];
    expect(theirs.length).toBe(ours.length);
    for (let i = 0; i < ours.length; i++) {
      if (ours[i] === theirs[i] || this.#ignored.some(([start, end]) => i >= start && i < end)) continue;
      expect.fail(`byte ${i}: kernel ${ours[i]}, twin ${theirs[i]}`);
    }
    return result;
  }

  /** The kernel's unsigned 32-bit results arrive signed. */
  get kernels() {
    return this.engine.kernels;
  }
}
