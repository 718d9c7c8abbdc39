/** The attributes of an ONNX node, by name. What is not there is empty. */
import type { Message } from "./protobuf.js";

/** Field numbers of onnx.proto3. */
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE = { name: 1, integer: 3, text: 4, tensor: 5, floats: 7, integers: 8, texts: 9 };
export const TENSOR = { type: 2, floats: 4, integers: 5, name: 8, raw: 9, doubles: 10 };
const [FLOAT, BYTE] = [1, 2];
export const DOUBLE = 11;

export interface Attributes {
  integers(name: string): number[];
  integer(name: string): number;
  floats(name: string): number[];
  texts(name: string): string[];
  text(name: string): string;
  /** A tensor of doubles. */
  doubles(name: string): number[];
}

export class NodeAttributes implements Attributes {
  readonly #all = new Map<string, Message>();

  constructor(node: Message) {
    for (const one of node.messages(NODE_ATTRIBUTE)) this.#all.set(one.text(ATTRIBUTE.name), one);
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  integers(name: string): number[] {
    return this.#all.get(name)?.integers(ATTRIBUTE.integers) ?? [];
  }

  integer(name: string): number {
    return this.#all.get(name)?.integer(ATTRIBUTE.integer) ?? 0;
  }

  floats(name: string): number[] {
    return this.#all.get(name)?.floats(ATTRIBUTE.floats) ?? [];
  }

  texts(name: string): string[] {
    return this.#all.get(name)?.texts(ATTRIBUTE.texts) ?? [];
  }

  text(name: string): string {
    return this.#all.get(name)?.text(ATTRIBUTE.text) ?? "";
  }

  doubles(name: string): number[] {
    const { numbers, isDouble } = this.reals(name);
    if (numbers.length > 0 && !isDouble) throw new RangeError(`${name} must be a tensor of doubles`);
    return numbers;
  }

  /** A tensor of floats or doubles. */
  reals(name: string): { numbers: number[]; isDouble: boolean } {
    const tensor = this.#tensor(name);
    if (!tensor) return { numbers: [], isDouble: false };
    const type = tensor.integer(TENSOR.type);
    if (type !== FLOAT && type !== DOUBLE) throw new RangeError(`${name} must be a tensor of floats or doubles`);
    const isDouble = type === DOUBLE;
    const raw = tensor.bytes(TENSOR.raw);
    if (!raw) return { numbers: isDouble ? tensor.doubles(TENSOR.doubles) : tensor.floats(TENSOR.floats), isDouble };
    const size = isDouble ? 8 : 4;
    if (raw.length % size !== 0)
      throw new RangeError(`${name} has ${raw.length} bytes, which are no numbers of ${size}`);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const read = (at: number) => (isDouble ? view.getFloat64(at, true) : view.getFloat32(at, true));
    return { numbers: Array.from({ length: raw.length / size }, (_, i) => read(size * i)), isDouble };
  }

  /** A tensor of bytes. */
  bytes(name: string): number[] {
    const tensor = this.#tensor(name);
    if (!tensor) return [];
    if (tensor.integer(TENSOR.type) !== BYTE) throw new RangeError(`${name} must be a tensor of uint8`);
    const raw = tensor.bytes(TENSOR.raw);
    return raw ? [...raw] : tensor.integers(TENSOR.integers);
  }

  #tensor(name: string): Message | undefined {
    return this.#all.get(name)?.messages(ATTRIBUTE.tensor)[0];
  }
}
