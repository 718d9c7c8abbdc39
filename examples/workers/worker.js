// The application on Cloudflare Workers: what is published is in Durable Objects, and copied to KV for those who only decide.
import { env } from "cloudflare:workers";
import { createMcp } from "shadowprice/mcp";
import { createApp, readKeys } from "shadowprice/serve";
import { copied, DurableStore } from "shadowprice/serve/workers";

export { StoreObject } from "shadowprice/serve/workers";
export default createApp({
  mcp: createMcp, // models talk to it at /mcp
  keys: readKeys(env.SHADOWPRICE_KEYS),
  store: copied(new DurableStore(env.STORE), env.PUBLISHED),
});
