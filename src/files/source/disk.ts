/** Bytes of a file on the disk. */
import { open } from "node:fs/promises";
import type { Bytes } from "./bytes.js";

export async function openDisk(path: string): Promise<Bytes> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return {
      size,
      read: (into, offset, length, position) => file.read(into, offset, length, position),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
