// The application on AWS Lambda, behind an API Gateway (HTTP API) or a function URL.
import { handle } from "hono/aws-lambda";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";

export const handler = handle(createApp({ keys: readKeys(process.env.SHADOWPRICE_KEYS), solver: createPool() }));
