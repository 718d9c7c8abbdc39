/**
 * What the pages of a Parquet file are compressed with. hyparquet-compressors' own list is not taken: it brings Brotli's dictionary (55 KB by
 * gzip of every bundle), and on workerd, where nothing compiles WebAssembly from bytes, its Snappy stops the import of all the others.
 */
import { decompress as decompressZstd } from "fzstd";
import type { Compressors } from "hyparquet";
import { gunzip } from "hyparquet-compressors/src/gzip.js";
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors/src/lz4.js";
import { snappyUncompressor } from "hysnappy";

export const compressors: Compressors = {
  ...snappy(),
  GZIP: (bytes, length) => gunzip(bytes, new Uint8Array(length)),
  BROTLI: brotli,
  ZSTD: (bytes, length) => decompressZstd(bytes, new Uint8Array(length)),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/** Where WebAssembly may not be compiled, hyparquet's own reads it, more slowly. */
function snappy(): Compressors {
  try {
    return { SNAPPY: snappyUncompressor() };
  } catch {
    return {};
  }
}

/** The runtime's own: Node, Deno, Bun, Workers with Node's modules. */
function brotli(bytes: Uint8Array, length: number): Uint8Array {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib) return zlib.brotliDecompressSync(bytes, { maxOutputLength: length });
  throw new RangeError(
    "its pages are compressed with Brotli, which this runtime has no decoder of: write it with Snappy, ZSTD or GZIP",
  );
}
