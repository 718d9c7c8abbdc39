/** The read baseline over the bytes of a table: see ../assembly/readers.ts. */
import { readFileSync } from "node:fs";
import type { Offers } from "../../src/index.js";
import type { Case } from "../measure.js";

interface Readers {
  readOne(from: number, bytes: number): number;
  readFour(from: number, bytes: number): number;
  readColumns(from: number, columns: number, stride: number, bytes: number): number;
}

/** Bytes that a reading of the table takes: the values and costs of all users, in whole lines of 16 users. */
export function bytesOf(offers: Offers): number {
  return 2 * offers.columns * offers.stride;
}

/** One case for each number of streams, over the engine's own memory. */
export function readCases(offers: Offers): Case[] {
  const module = new WebAssembly.Module(readFileSync("build/readers.wasm"));
  const instance = new WebAssembly.Instance(module, { env: { memory: offers.engine.memory } });
  const readers = instance.exports as unknown as Readers;
  const { values, columns, stride } = offers;
  const bytes = bytesOf(offers);
  if (offers.costs !== values + columns * stride)
    throw new Error("the columns of values and costs are no longer adjacent");
  // What was read must be looked at, and all readers read the same words: their exclusive or is one number.
  const seen = new Set<number>();
  const keep = (sum: number) => {
    seen.add(sum);
    if (seen.size > 1) throw new Error(`the readers disagree: ${[...seen].join(", ")}`);
  };
  return [
    { name: "1 stream", run: () => keep(readers.readOne(values, bytes)) },
    { name: "4 streams", run: () => keep(readers.readFour(values, bytes)) },
    { name: `${2 * columns} streams`, run: () => keep(readers.readColumns(values, 2 * columns, stride, stride)) },
  ];
}
