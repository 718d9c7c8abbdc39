/** Bytes that are put together before it is known where in memory they will lie: addresses in them are made good then. */
export class Image {
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  /** Where addresses stand. */
  readonly #addresses: number[] = [];

  /** Bytes so far, to a whole line of 64. */
  get size(): number {
    return Math.ceil(this.#end / 64) * 64;
  }

  /** Leaves room for `bytes` bytes, zeroes, on a multiple of `align`, and says where. */
  room(bytes: number, align = 8): number {
    const at = Math.ceil(this.#end / align) * align;
    this.#end = at + bytes;
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.size));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  /** Adds a column and says where. */
  add(column: Uint8Array | Float32Array | Float64Array | Uint32Array, align = 8): number {
    const at = this.room(column.byteLength, align);
    this.#bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    return at;
  }

  u8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  u32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  f64(at: number, value: number): void {
    this.#view.setFloat64(at, value, true);
  }

  /** Moves bytes, and the addresses among them. */
  move(from: number, to: number, bytes: number): void {
    this.#bytes.copyWithin(to, from, from + bytes);
    for (const [i, at] of this.#addresses.entries()) {
      if (at >= from && at < from + bytes) this.#addresses[i] = at - from + to;
    }
  }

  /** The address that offset `to` of the image will have. */
  address(at: number, to: number): void {
    this.u32(at, to);
    this.#addresses.push(at);
  }

  /** Writes the image at `base`. */
  write(buffer: ArrayBufferLike, base: number): void {
    new Uint8Array(buffer, base, this.#end).set(this.#bytes.subarray(0, this.#end));
    const view = new DataView(buffer, base, this.#end);
    for (const at of this.#addresses) view.setUint32(at, view.getUint32(at, true) + base, true);
  }
}
