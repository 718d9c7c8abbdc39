/**
 * Universal Binary JSON (ubjson.org, draft 12), as XGBoost writes it: big-endian numbers, arrays of one type with their count,
 * counts never larger than what is left of the file.
 */

/** Bytes of a number. */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/** Nesting beyond this is no model. */
const MOST_DEPTH = 64;

export function parseUbjson(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(reader.type(), 0);
  reader.end();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text = new TextDecoder();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves on by so many bytes and returns where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at)
      throw new RangeError(
        `byte ${at}: ${count} bytes belong here and ${this.#bytes.length - at} are left: the file was cut`,
      );
    this.#at += count;
    return at;
  }

  type(): string {
    let type = "N";
    while (type === "N") type = String.fromCharCode(this.#bytes[this.#take(1)] as number);
    return type;
  }

  end(): void {
    if (this.#at < this.#bytes.length)
      throw new RangeError(`byte ${this.#at}: the object has ended and the file has not`);
  }

  value(type: string, depth: number): unknown {
    switch (type) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#array(depth + 1);
      case "S":
      case "H":
        return this.#string();
      case "C":
        return String.fromCharCode(this.#bytes[this.#take(1)] as number);
      case "T":
        return true;
      case "F":
        return false;
      case "Z":
        return null;
      default:
        return this.#number(type);
    }
  }

  #number(type: string): number {
    const view = this.#view;
    switch (type) {
      case "i":
        return view.getInt8(this.#take(1));
      case "U":
        return view.getUint8(this.#take(1));
      case "I":
        return view.getInt16(this.#take(2));
      case "l":
        return view.getInt32(this.#take(4));
      case "L":
        return Number(view.getBigInt64(this.#take(8)));
      case "d":
        return view.getFloat32(this.#take(4));
      case "D":
        return view.getFloat64(this.#take(8));
      default:
        throw new RangeError(`byte ${this.#at - 1}: "${type}" is no type of UBJSON`);
    }
  }

  /** A length or count; `least` is how many bytes each element has at least. */
  #count(least: number): number {
    const count = this.#number(this.type());
    if (!(Number.isInteger(count) && count >= 0 && count * least <= this.#bytes.length - this.#at))
      throw new RangeError(
        `byte ${this.#at}: a count of ${count}, and ${this.#bytes.length - this.#at} bytes are left`,
      );
    return count;
  }

  #string(): string {
    const length = this.#count(1);
    const at = this.#take(length);
    return this.#text.decode(this.#bytes.subarray(at, at + length));
  }

  /** What may stand behind [ and {: the type of all elements, and how many. */
  #head(least: number): { type: string; count: number } {
    let [type, count] = ["", -1];
    if (this.#next() === "$") {
      this.#take(1);
      type = this.type();
      if ("ZTFN".includes(type)) throw new RangeError(`byte ${this.#at}: elements of type "${type}" have no bytes`);
      if (this.#next() !== "#") throw new RangeError(`byte ${this.#at}: a type of elements without their count`);
    }
    if (this.#next() === "#") {
      this.#take(1);
      count = this.#count(Math.max(least, SIZES[type] ?? 1));
    }
    return { type, count };
  }

  /** The next type, not yet taken; no-ops are. */
  #next(): string {
    const type = this.type();
    this.#at--;
    return type;
  }

  #array(depth: number): unknown {
    this.#checkDepth(depth);
    const { type, count } = this.#head(1);
    if (type !== "" && "iUIlLdD".includes(type)) return this.#numbers(type, count);
    const items: unknown[] = [];
    while (count < 0 ? this.#next() !== "]" : items.length < count) items.push(this.value(type || this.type(), depth));
    if (count < 0) this.#take(1);
    return items;
  }

  #numbers(type: string, count: number): Float32Array | Float64Array {
    const numbers = type === "d" ? new Float32Array(count) : new Float64Array(count);
    for (let i = 0; i < count; i++) numbers[i] = this.#number(type);
    return numbers;
  }

  #object(depth: number): Record<string, unknown> {
    this.#checkDepth(depth);
    const { type, count } = this.#head(2);
    const object: Record<string, unknown> = Object.create(null);
    for (let i = 0; count < 0 ? this.#next() !== "}" : i < count; i++) {
      const name = this.#string();
      object[name] = this.value(type || this.type(), depth);
    }
    if (count < 0) this.#take(1);
    return object;
  }

  #checkDepth(depth: number): void {
    if (depth > MOST_DEPTH)
      throw new RangeError(`byte ${this.#at}: objects inside of objects, more than ${MOST_DEPTH} deep`);
  }
}
