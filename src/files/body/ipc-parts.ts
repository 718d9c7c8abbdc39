/** Where the parts of Arrow bytes lie that we wrote ourselves. */
import { Flat, headOf } from "./ipc.js";

/** A message: first byte, the byte behind it, and how many of it are metadata (with their length before them) and data. */
export interface IpcPart {
  start: number;
  end: number;
  metadata: number;
  data: number;
}

/** As a footer says where a batch lies. */
export type Block = Pick<IpcPart, "start" | "metadata" | "data">;

/** Fields of a footer. */
export const FOOTER = { dictionaries: 2, records: 3 } as const;
/** Bytes of a block: i64 start · i32 metadata · 4 unused · i64 data */
const BLOCK = 24;
/** Behind the footer: its length in four bytes, and the mark. */
const TAIL = 10;
/** Before the metadata: the continuation and the length. */
const PREFIX = 8;

/** The messages of a stream. */
export function messagesOf(bytes: Uint8Array): IpcPart[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: IpcPart[] = [];
  for (let start = 0; ; ) {
    const size = view.getInt32(start + 4, true);
    if (size === 0) return parts;
    const metadata = PREFIX + size;
    const data = headOf(bytes.subarray(start + PREFIX, start + metadata)).length;
    const end = start + metadata + data;
    parts.push({ start, end, metadata, data });
    start = end;
  }
}

/** The footer of a file: where it begins, and a way to say where its blocks lie. */
export function footerOf(file: Uint8Array): { start: number; place(field: number, blocks: readonly Block[]): void } {
  const end = file.length - TAIL;
  const size = new DataView(file.buffer, file.byteOffset, file.length).getInt32(end, true);
  const start = end - size;
  const flat = Flat.root(file.subarray(start, end));
  const view = new DataView(file.buffer, file.byteOffset + start, size);
  return {
    start,
    place(field, blocks) {
      const [first, count] = flat.structs(field, BLOCK);
      if (count !== blocks.length) throw new Error(`a footer of ${count} blocks for ${blocks.length}`);
      for (const [i, block] of blocks.entries()) {
        const at = first + BLOCK * i;
        view.setBigInt64(at, BigInt(block.start), true);
        view.setInt32(at + 8, block.metadata, true);
        view.setBigInt64(at + 16, BigInt(block.data), true);
      }
    },
  };
}
