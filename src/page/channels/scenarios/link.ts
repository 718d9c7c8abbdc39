/** A plan as a link: its JSON, deflated, behind the tab's name. What comes back is checked like any file. */
import type { PlanProblem } from "../../../planning/types.js";

/** Letters of a link that mail programs and chats still pass on whole. */
const LONGEST = 16_000;
/** Bytes that a link may unfold to. */
const LARGEST = 1 << 20;
const NAME = "plan=";

/** The part of a link behind the question mark. */
export async function packed(problem: PlanProblem): Promise<string> {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(problem)), new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const rest = NAME + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  if (rest.length > LONGEST) throw new RangeError("this plan is too large for a link: save it as a file and send that");
  return rest;
}

/** The plan of a link; undefined where the link has none. */
export async function unpacked(rest: string): Promise<unknown> {
  if (!rest.startsWith(NAME)) return undefined;
  try {
    const text = atob(rest.slice(NAME.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new TypeError("the link holds no plan: it may have been cut. Ask for it again, or for the plan as a file.");
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
    if (size > LARGEST) {
      await reader.cancel();
      throw new RangeError(`a plan in a link may have ${LARGEST} bytes`);
    }
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
