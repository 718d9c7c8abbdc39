/** Text in bytes, on every runtime; Node's own ways where there are any. */

interface NodeBuffer {
  allocUnsafe(size: number): Uint8Array<ArrayBuffer>;
}

type Test = (bytes: Uint8Array) => boolean;

interface NodeModules {
  getBuiltinModule?(name: "node:buffer"): { isUtf8?: Test; isAscii?: Test } | undefined;
}

const { Buffer: Native, process } = globalThis as { Buffer?: NodeBuffer; process?: NodeModules };
const native = process?.getBuiltinModule?.("node:buffer");

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();

/** Bytes of any content: a Buffer where there is one, whose search for a byte is native. */
export function newBytes(size: number): Uint8Array<ArrayBuffer> {
  return Native ? Native.allocUnsafe(size) : new Uint8Array(size);
}

export function decodeText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** One character a byte. */
export function decodeLatin(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function isUtf8(bytes: Uint8Array): boolean {
  if (native?.isUtf8) return native.isUtf8(bytes);
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isAscii(bytes: Uint8Array): boolean {
  return native?.isAscii ? native.isAscii(bytes) : bytes.every((byte) => byte < 128);
}
