/**
 * `node:fs/promises` for the readers of src/files in the page: files that were dropped, by their names. The build puts it in Node's
 * place (scripts/build/page.mjs); the readers ask for no more than this of it.
 */

const dropped = new Map<string, File>();

/** Lets the readers open `file` by its name. */
export function admit(file: File): string {
  dropped.set(file.name, file);
  return file.name;
}

function find(path: string): File {
  const file = dropped.get(path);
  if (!file) throw Object.assign(new Error(`there is no file ${path}`), { code: "ENOENT" });
  return file;
}

/** Size and last change, from which the readers tell whether a file is still the one that was opened. */
export async function stat(path: string) {
  const { size, lastModified } = find(path);
  return { dev: 0n, ino: 0n, size: BigInt(size), mtimeNs: BigInt(lastModified) * 1_000_000n };
}

/** As of Node: what the readers call of it. */
export interface FileHandle {
  fd: number;
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number; buffer: Uint8Array }>;
  stat(): Promise<{ size: number; isFile(): boolean }>;
  close(): Promise<void>;
}

export async function open(path: string): Promise<FileHandle> {
  const file = find(path);
  const close = async () => {};
  const handle: FileHandle = {
    // apache-arrow knows a file by its number.
    fd: 0,
    async read(into, offset, length, position) {
      const bytes = new Uint8Array(await file.slice(position, position + length).arrayBuffer());
      into.set(bytes, offset);
      return { bytesRead: bytes.length, buffer: into };
    },
    stat: async () => ({ size: file.size, isFile: () => true }),
    close,
  };
  // For `await using`, also where the runtime does not know the symbol yet.
  const dispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
  return Object.assign(handle, { [dispose]: close });
}
