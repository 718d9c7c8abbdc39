/**
 * Bytes as a kernel sees them, for the kernels' twins: the same addresses, the same layouts, plain reads and writes.
 */
export class Memory {
  readonly #view: DataView;

  constructor(readonly buffer: ArrayBuffer) {
    this.#view = new DataView(buffer);
  }

  u8 = (at: number) => this.#view.getUint8(at);
  u16 = (at: number) => this.#view.getUint16(at, true);
  u32 = (at: number) => this.#view.getUint32(at, true);
  f32 = (at: number) => this.#view.getFloat32(at, true);
  f64 = (at: number) => this.#view.getFloat64(at, true);
  i64 = (at: number) => this.#view.getBigInt64(at, true);
  u64 = (at: number) => this.#view.getBigUint64(at, true);

  setU8 = (at: number, x: number) => this.#view.setUint8(at, x);
  setU16 = (at: number, x: number) => this.#view.setUint16(at, x, true);
  setU32 = (at: number, x: number) => this.#view.setUint32(at, x, true);
  setF32 = (at: number, x: number) => this.#view.setFloat32(at, x, true);
  setF64 = (at: number, x: number) => this.#view.setFloat64(at, x, true);
  setI64 = (at: number, x: bigint) => this.#view.setBigInt64(at, x, true);
  setU64 = (at: number, x: bigint) => this.#view.setBigUint64(at, x, true);
}

/** Rounds to the nearest whole number, halves to the even one, as WebAssembly does. */
export function nearest(x: number): number {
  const floor = Math.floor(x);
  const part = x - floor;
  if (part !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

export const MAGIC = 1.5 * 2 ** 52;

/** x in quanta of value; `magic` is MAGIC · quantum. */
export function quanta(x: number, magic: number): bigint {
  return BigInt((x + magic - magic) / (magic / MAGIC));
}

/** The block of sums: what choices cost and bring, and how money and value are counted. */
export class Sums {
  constructor(
    readonly memory: Memory,
    readonly at: number,
  ) {}

  addCost(quanta: bigint): void {
    this.memory.setI64(this.at, this.memory.i64(this.at) + quanta);
  }

  addValue(quanta: bigint): void {
    this.memory.setI64(this.at + 8, this.memory.i64(this.at + 8) + (quanta >> 32n));
    this.memory.setI64(this.at + 16, this.memory.i64(this.at + 16) + (quanta & 0xffff_ffffn));
  }

  get stay(): number {
    return this.memory.u32(this.at + 24);
  }

  set stay(count: number) {
    this.memory.setU32(this.at + 24, count);
  }

  costQuanta(cost: number): bigint {
    return BigInt(Math.ceil(cost * this.memory.f64(this.at + 32) - this.memory.f64(this.at + 40)));
  }

  get valueMagic(): number {
    return this.memory.f64(this.at + 48);
  }

  get tileScale(): number {
    return this.memory.f64(this.at + 56);
  }
}

export function setChoice(m: Memory, choices: number, wide: boolean, user: number, option: number): void {
  if (wide) m.setU16(choices + 2 * user, option);
  else m.setU8(choices + user, option);
}
