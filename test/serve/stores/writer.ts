/** A server that publishes as fast as it can, and says what was acknowledged: test/serve/stores/folder.node.test.ts kills it. */
import { writeSync } from "node:fs";
import { FolderStore } from "../../../src/serve/node/index.js";

const store = new FolderStore(process.argv[2] as string);
await store.open();
// Synchronous, so that a line that was written is a version that was acknowledged before it.
writeSync(1, "open\n");
await Promise.all(
  ["a", "b", "c", "d"].map(async (name) => {
    for (;;) {
      const last = await store.version("policy", name);
      const version = (last ?? 0) + 1;
      const bytes = new TextEncoder().encode(`${name} ${version} `.repeat(2_000));
      writeSync(1, `${name} ${await store.write("policy", name, bytes, last)}\n`);
    }
  }),
);
