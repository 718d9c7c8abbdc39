// The application on AWS Lambda, behind a function URL or an API Gateway (HTTP API).
import { handle } from "hono/aws-lambda";
import { createMcp } from "shadowprice/mcp";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { PostgresStore } from "shadowprice/serve/node";

const { DATABASE_URL, SHADOWPRICE_KEYS } = process.env;
const store = DATABASE_URL ? new PostgresStore(DATABASE_URL) : undefined; // without one: this instance's memory
const app = createApp({ keys: readKeys(SHADOWPRICE_KEYS), store, solver: createPool(), mcp: createMcp });
export const handler = handle(app);
