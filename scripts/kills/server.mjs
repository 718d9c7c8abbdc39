/** The server that scripts/serving-kills.mjs kills: the built application on a folder or a database, solves in workers. */
import { serve } from "@hono/node-server";
import { createPool } from "shadowprice/pool";
import { createApp } from "shadowprice/serve";
import { storeOf } from "shadowprice/serve/node";

const [folder, port, url] = process.argv.slice(2);
const log = ({ status, error }) => status >= 500 && error && console.error(error);
const app = createApp({ store: storeOf({ folder, url }), solver: createPool({ workers: 1 }), log });
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(port) }, () => console.log("listening"));
