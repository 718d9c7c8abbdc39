import { describe, expect, it } from "vitest";
import { compressors } from "../../src/files/source/parquet/compressors.js";

const TEXT = "ten percent off, ".repeat(12);
/** By pyarrow 26.0.1, whose codecs are the reference libraries': pa.compress(TEXT, codec). */
const BLOCKS = {
  SNAPPY: "zAFEdGVuIHBlcmNlbnQgb2ZmLCB0/hEA/hEA5hEA",
  GZIP: "H4sIAAAAAAACAytJzVMoSC1KTs0rUchPS9NRKBm6AgCyoUZYzAAAAA==",
  BROTLI: "G8sAAAQccqSfp1pYUpUiW1Gfu8SuZolA",
  ZSTD: "KLUv/SDMxQAAiHRlbiBwZXJjZW50IG9mZiwgAQBxRM0l",
  LZ4_RAW: "/wJ0ZW4gcGVyY2VudCBvZmYsIBEAo1BvZmYsIA==",
};
const hasZlib = globalThis.process?.getBuiltinModule?.("node:zlib") !== undefined;

const bytesOf = (block: string) => Uint8Array.from(atob(block), (byte) => byte.charCodeAt(0));

describe("pages of Parquet", () => {
  for (const [codec, block] of Object.entries(BLOCKS)) {
    // hyparquet has a Snappy of its own, which is taken where this one cannot be.
    const decompress = compressors[codec as keyof typeof BLOCKS];
    if (decompress === undefined) {
      it(`${codec} is left to hyparquet`, () => expect(codec).toBe("SNAPPY"));
      continue;
    }
    if (codec === "BROTLI" && !hasZlib) {
      it("in Brotli are refused by name where the runtime has no decoder", () => {
        expect(() => decompress(bytesOf(block), TEXT.length)).toThrow(/compressed with Brotli.*write it with Snappy/);
      });
      continue;
    }
    it(`${codec} as pyarrow writes it`, () => {
      expect(new TextDecoder().decode(decompress(bytesOf(block), TEXT.length))).toBe(TEXT);
    });
    it(`${codec} of more bytes than the page says is no answer of that size`, () => {
      let text = "";
      try {
        text = new TextDecoder().decode(decompress(bytesOf(block), 20));
      } catch {
        return;
      }
      expect(text).toBe(TEXT.slice(0, text.length));
      expect(text.length).toBeLessThanOrEqual(20);
    });
  }
});
