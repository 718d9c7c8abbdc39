/** Examples that a host calls: their handlers with the objects of that host. Neither host runs offline. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SHADOWPRICE_KEYS } from "../suite.js";

/** AWS: function URLs and API Gateway's HTTP APIs send the same format 2.0 by turns; bodies as base64 and as text. */
export async function lambda(folder) {
  const { handler, stop } = await load(folder, "index.mjs");
  let turn = 0;
  return {
    ...{ stop, options: { hasMcp: true } },
    async ask(asked) {
      const { statusCode, headers, body = "", isBase64Encoded } = await handler(event(asked, turn++ % 2 === 0), {});
      return {
        status: statusCode,
        headers: small(headers),
        body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
      };
    },
  };
}

/** As AWS documents it ("Working with AWS Lambda proxy integrations for HTTP APIs"). */
function event({ method, path, headers, body }, isFunctionUrl) {
  const host = isFunctionUrl
    ? "abcdefg.lambda-url.eu-central-1.on.aws"
    : "abcdefg.execute-api.eu-central-1.amazonaws.com";
  const isText = /json|text/.test(headers["content-type"] ?? "") && !isFunctionUrl;
  return {
    ...{ version: "2.0", routeKey: "$default", rawPath: path, rawQueryString: "" },
    headers: {
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "192.0.2.1",
      host,
      ...headers,
    },
    requestContext: {
      ...{
        accountId: isFunctionUrl ? "anonymous" : "123456789012",
        apiId: "abcdefg",
        domainName: host,
        domainPrefix: "abcdefg",
      },
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "conformance" },
      ...{ requestId: "id", routeKey: "$default", stage: "$default" },
      ...{ time: "12/Mar/2026:19:03:58 +0000", timeEpoch: 1773342238000 },
    },
    ...(body && { body: Buffer.from(body).toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body !== undefined && !isText,
  };
}

export async function azure(folder) {
  const { handler, stop } = await load(folder, "index.mjs");
  // What their host gives a handler: it has no named exports for ES modules.
  const { HttpRequest, InvocationContext } = createRequire(join(folder, "index.mjs"))("@azure/functions");
  return {
    ...{ stop, options: { hasMcp: true } },
    async ask({ method, path, headers, body }) {
      const url = `http://localhost:7071${path}`;
      const request = new HttpRequest({ url, method, headers, ...(body && { body: { bytes: body } }) });
      const answer = await handler(request, new InvocationContext({ functionName: "shadowprice" }));
      const sent = new Uint8Array(await new Response(answer.body).arrayBuffer());
      return { status: answer.status, headers: Object.fromEntries(new Headers(answer.headers)), body: sent };
    },
  };
}

/** Imports a handler. Until it is stopped what it prints is kept quiet: a host would keep the log of requests. */
async function load(folder, file) {
  process.env.SHADOWPRICE_KEYS = SHADOWPRICE_KEYS;
  const { log, warn, debug } = console;
  Object.assign(console, { log: () => {}, warn: () => {}, debug: () => {} });
  const stop = () => Object.assign(console, { log, warn, debug });
  try {
    return { ...(await import(pathToFileURL(join(folder, file)).href)), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function small(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
