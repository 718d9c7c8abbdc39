/**
 * Protocol buffers' wire format, as much as ONNX needs: varints, 32 and 64 bits, lengths. Every length is checked against the
 * message that it stands in; groups are refused.
 */

const VARINT = 0;
const WIDE = 1;
const BYTES = 2;
const SINGLE = 5;

/** A message: its fields in their order, by number; nothing is copied. */
export class Message {
  readonly #fields = new Map<number, { wire: number; at: number; end: number }[]>();
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
    while (this.#at < end) this.#readField();
  }

  #readField(): void {
    const begin = this.#at;
    const tag = Number(this.#varint());
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    const size = wire === WIDE ? 8 : wire === SINGLE ? 4 : wire === BYTES ? Number(this.#varint()) : 0;
    const at = this.#at;
    if (wire === VARINT) this.#varint();
    else if (![WIDE, BYTES, SINGLE].includes(wire) || field === 0)
      throw new RangeError(`byte ${begin}: ${tag} begins no field: the file is no ONNX model, or was damaged`);
    if (size > this.#end - at)
      throw new RangeError(`byte ${at}: ${size} bytes belong here and ${this.#end - at} are left: the file was cut`);
    this.#at = wire === VARINT ? this.#at : at + size;
    const list = this.#fields.get(field);
    const found = { wire, at, end: this.#at };
    if (list) list.push(found);
    else this.#fields.set(field, [found]);
  }

  /** A varint at the place where reading stands, as a 64-bit number without sign. */
  #varint(end = this.#end): bigint {
    let [low, high, shift] = [0, 0n, 0];
    for (let n = 0; ; n++) {
      if (this.#at >= end) throw new RangeError(`byte ${this.#at}: a number does not end: the file was cut`);
      if (n === 10) throw new RangeError(`byte ${this.#at}: a number of more than 10 bytes`);
      const byte = this.#bytes[this.#at++] as number;
      if (n < 4) low |= (byte & 127) << shift;
      else high |= BigInt(byte & 127) << BigInt(shift);
      shift += 7;
      if (byte < 128) return BigInt.asUintN(64, high | BigInt(low));
    }
  }

  #of(field: number, wire: number) {
    const list = this.#fields.get(field) ?? [];
    for (const one of list) {
      if (one.wire !== wire)
        throw new RangeError(`byte ${one.at}: field ${field} is of wire type ${one.wire} where ${wire} belongs`);
    }
    return list;
  }

  messages(field: number): Message[] {
    return this.#of(field, BYTES).map(({ at, end }) => new Message(this.#bytes, at, end));
  }

  texts(field: number): string[] {
    return this.#of(field, BYTES).map(({ at, end }) => new TextDecoder().decode(this.#bytes.subarray(at, end)));
  }

  text(field: number): string {
    return this.texts(field).at(-1) ?? "";
  }

  bytes(field: number): Uint8Array | undefined {
    const last = this.#of(field, BYTES).at(-1);
    return last && this.#bytes.subarray(last.at, last.end);
  }

  /** Integers, packed or one by one. */
  integers(field: number): number[] {
    const out: number[] = [];
    for (const { wire, at, end } of this.#fields.get(field) ?? []) {
      if (wire !== VARINT && wire !== BYTES) throw new RangeError(`byte ${at}: field ${field} must be whole numbers`);
      for (this.#at = at; this.#at < end; ) out.push(Number(BigInt.asIntN(64, this.#varint(end))));
    }
    return out;
  }

  integer(field: number): number {
    return this.integers(field).at(-1) ?? 0;
  }

  floats(field: number): number[] {
    return this.#numbers(field, SINGLE, 4, (at) => this.#view.getFloat32(at, true));
  }

  doubles(field: number): number[] {
    return this.#numbers(field, WIDE, 8, (at) => this.#view.getFloat64(at, true));
  }

  #numbers(field: number, own: number, size: number, read: (at: number) => number): number[] {
    const out: number[] = [];
    for (const { wire, at, end } of this.#fields.get(field) ?? []) {
      if ((wire !== own && wire !== BYTES) || (end - at) % size !== 0)
        throw new RangeError(`byte ${at}: field ${field} must be numbers of ${size} bytes`);
      for (let i = at; i < end; i += size) out.push(read(i));
    }
    return out;
  }
}
