/** Node's Buffer, which the readers of src/files use by its global name: the `buffer` package, made for browsers, has it. */
import { Buffer } from "buffer";

export function provideBuffer(): void {
  Object.assign(globalThis, { Buffer });
}
