/**
 * MD5, for the tie-breaking keys of text ids only: DuckDB computes the same in SQL, so that a file's ids need not become
 * JavaScript strings. Nothing here relies on it being hard to collide; equal keys fall back to the order of the rows.
 *
 * Source: RFC 1321.
 */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);
const words = new Int32Array(16);

/** The last 8 bytes of the digest, read little-endian (`md5_number_lower` in DuckDB). */
export function md5Low(bytes: Uint8Array): bigint {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, bytes.length << 3, true);
  view.setUint32(padded.length - 4, bytes.length >>> 29, true);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i, true);
    transform(state);
  }
  return (BigInt((state[3] as number) >>> 0) << 32n) | BigInt((state[2] as number) >>> 0);
}

function transform(state: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let f: number;
    let g: number;
    if (round === 0) [f, g] = [(b & c) | (~b & d), i];
    else if (round === 1) [f, g] = [(d & b) | (~d & c), (5 * i + 1) & 15];
    else if (round === 2) [f, g] = [b ^ c ^ d, (3 * i + 5) & 15];
    else [f, g] = [c ^ (b | ~d), (7 * i) & 15];
    const sum = (a + f + (SINES[i] as number) + (words[g] as number)) | 0;
    const shift = SHIFTS[round * 4 + (i & 3)] as number;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
}
