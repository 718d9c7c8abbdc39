/** A Worker whose store a test asks from outside: test/serve/stores/workers.node.test.ts. */
import { DurableStore, type ObjectNamespace, StoreObject } from "../../../src/serve/workers/index.js";

export { StoreObject };

export default {
  async fetch(request: Request, env: Record<string, ObjectNamespace>): Promise<Response> {
    const asked = JSON.parse(decodeURIComponent(request.headers.get("x-asked") as string));
    const [of, call, kind, name, first, options] = asked;
    const store = new DurableStore(env[of] as ObjectNamespace);
    try {
      if (call === "read") {
        const found = await store.read(kind, name, first ?? undefined);
        return said({ version: found?.version ?? null }, found?.bytes);
      }
      if (call === "version") return said({ version: (await store.version(kind, name)) ?? null });
      if (call === "remove") return said({ version: await store.remove(kind, name, first) });
      const bytes = new Uint8Array(await request.arrayBuffer());
      return said({ version: await store.write(kind, name, bytes, first ?? undefined, options ?? {}) });
    } catch (error) {
      const { name: called, version, message } = error as Error & { version?: number };
      return said({ error: called === "ConflictError" ? called : `${called}: ${message}`, there: version });
    }
  },
};

function said(answer: object, body?: Uint8Array<ArrayBuffer>): Response {
  return new Response(body ?? null, { headers: { "x-answer": JSON.stringify(answer) } });
}
