// The application on Cloudflare Workers.
import { env } from "cloudflare:workers";
import { createApp, readKeys } from "shadowprice/serve";

export default createApp({ keys: readKeys(env.SHADOWPRICE_KEYS) });
