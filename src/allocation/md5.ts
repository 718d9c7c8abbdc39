/**
 * Low 64 bits of MD5, for ids by the million: reads bytes in place, makes no object, writes two words. It gives what
 * DuckDB's `md5_number_lower` gives, so that a file's keys do not depend on its reader.
 *
 * Source: RFC 1321. 0.28 µs an id, against 1.3 µs for a `createHash` of node:crypto.
 */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const X = new Int32Array(16);
const bytesOfX = new Uint8Array(X.buffer);
const state = new Int32Array(4);

/** Puts the low word of the key of `bytes[start, end)` at `into[at]`, the high word after it. */
export function md5Key(bytes: Uint8Array, start: number, end: number, into: Uint32Array, at: number): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  let from = start;
  for (; end - from >= 64; from += 64) {
    for (let i = 0; i < 64; i++) bytesOfX[i] = bytes[from + i] as number;
    transform();
  }
  const rest = end - from;
  X.fill(0);
  for (let i = 0; i < rest; i++) bytesOfX[i] = bytes[from + i] as number;
  bytesOfX[rest] = 0x80;
  if (rest >= 56) {
    transform();
    X.fill(0);
  }
  X[14] = (end - start) << 3;
  X[15] = (end - start) >>> 29;
  transform();
  into[at] = state[2] as number;
  into[at + 1] = state[3] as number;
}

/** One block. A loop a round, since one loop that asks for its round at each step takes half as long again. */
function transform(): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let i = 0; i < 16; i++) {
    const sum = (a + ((b & c) | (~b & d)) + (SINES[i] as number) + (X[i] as number)) | 0;
    const next = turn(b, sum, SHIFTS[i & 3] as number);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  for (let i = 16; i < 32; i++) {
    const sum = (a + ((d & b) | (~d & c)) + (SINES[i] as number) + (X[(5 * i + 1) & 15] as number)) | 0;
    const next = turn(b, sum, SHIFTS[4 + (i & 3)] as number);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  for (let i = 32; i < 48; i++) {
    const sum = (a + (b ^ c ^ d) + (SINES[i] as number) + (X[(3 * i + 5) & 15] as number)) | 0;
    const next = turn(b, sum, SHIFTS[8 + (i & 3)] as number);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  for (let i = 48; i < 64; i++) {
    const sum = (a + (c ^ (b | ~d)) + (SINES[i] as number) + (X[(7 * i) & 15] as number)) | 0;
    const next = turn(b, sum, SHIFTS[12 + (i & 3)] as number);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
}

function turn(b: number, sum: number, shift: number): number {
  return (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
}
