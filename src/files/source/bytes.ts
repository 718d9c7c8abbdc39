/** Bytes that are read anywhere: of a file, or of a body in memory. */
import type { AsyncBuffer } from "hyparquet";

export interface Bytes {
  readonly size: number;
  /** Reads up to `length` bytes from `position` on into `into`, at `offset`. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

/** Bytes in memory. */
export function bytesOf(all: Uint8Array): Bytes {
  return {
    size: all.length,
    async read(into, offset, length, position) {
      const piece = all.subarray(position, position + length);
      into.set(piece, offset);
      return { bytesRead: piece.length };
    },
    async close() {},
  };
}

/** As hyparquet reads. */
export function asyncBufferOf(bytes: Bytes): AsyncBuffer {
  return {
    byteLength: bytes.size,
    async slice(start, end = bytes.size) {
      const piece = new Uint8Array(Math.max(0, end - start));
      for (let done = 0; done < piece.length; ) {
        const { bytesRead } = await bytes.read(piece, done, piece.length - done, start + done);
        if (bytesRead === 0) throw new RangeError(`the file ends at byte ${start + done} of ${end}`);
        done += bytesRead;
      }
      return piece.buffer;
    },
  };
}
