/** `#wasm` in the page's worker: the kernels as a file of their own, a quarter smaller than as text inside of a script. */
import url from "../../../build/engine.wasm?url";

// By bytes: not every static server knows the type that compileStreaming insists on.
const answer = await fetch(new URL(url, import.meta.url));
if (!answer.ok) throw new Error(`the engine could not be loaded: ${answer.status} for ${answer.url}`);
export const module = await WebAssembly.compile(await answer.arrayBuffer());
