// The decisions route alone, for the tightest edge: reads from KV what worker.js published.
import { env } from "cloudflare:workers";
import { createDecide, readKeys } from "shadowprice/serve/decide";
import { KvStore } from "shadowprice/serve/workers";

export default createDecide({ keys: readKeys(env.SHADOWPRICE_KEYS), store: new KvStore(env.PUBLISHED) });
