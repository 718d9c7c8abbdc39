/** In place of the decoder of Brotli, whose dictionary alone would be a fifth of all the page's scripts. */
export function decompressBrotli(): never {
  throw new RangeError(
    "its pages are compressed with Brotli, which the page does not read: write it with Snappy, ZSTD or GZIP",
  );
}
