// The application on Azure Functions (programming model v4).
import azure from "@azure/functions";
import { createMcp } from "shadowprice/mcp";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { PostgresStore } from "shadowprice/serve/node";

const { DATABASE_URL, SHADOWPRICE_KEYS } = process.env;
const store = DATABASE_URL ? new PostgresStore(DATABASE_URL) : undefined; // without one: this instance's memory
const app = createApp({ keys: readKeys(SHADOWPRICE_KEYS), store, solver: createPool(), mcp: createMcp });

/** Its requests and answers are the Web's in all but class. */
export async function handler({ url, method, headers, body }) {
  const response = await app.fetch(new Request(url, { method, headers, body, duplex: "half" }));
  return { status: response.status, headers: response.headers, body: response.body };
}

azure.app.setup({ enableHttpStream: true });
azure.app.http("shadowprice", {
  methods: ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"],
  authLevel: "anonymous", // the application asks for its own keys
  route: "{*path}",
  handler,
});
