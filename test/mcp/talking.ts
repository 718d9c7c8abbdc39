/** A conversation with the official client, over a real server on loopback. */

import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

export interface Listening {
  url: URL;
  close(): Promise<void>;
}

export async function listening(app: {
  fetch: (request: Request) => Response | Promise<Response>;
}): Promise<Listening> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}

export interface Talk {
  client: Client;
  transport: StreamableHTTPClientTransport;
  /** Calls a tool; throws where it answers an error. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any form
  ask(name: string, args?: object): Promise<any>;
  /** What a call that must be refused says. */
  refused(name: string, args?: object): Promise<string>;
}

export async function talking(url: URL, { key, sessionId }: { key?: string; sessionId?: string } = {}): Promise<Talk> {
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, sessionId });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  const call = async (name: string, args: object = {}) => {
    const result = await client.callTool({ name, arguments: args as Record<string, unknown> });
    const [first] = result.content as { text: string }[];
    return { isError: result.isError, structuredContent: result.structuredContent, text: first?.text ?? "" };
  };
  return {
    ...{ client, transport },
    async ask(name, args) {
      const { isError, text, structuredContent } = await call(name, args);
      if (isError) throw new Error(text);
      return { ...(structuredContent as object), text };
    },
    async refused(name, args) {
      const { isError, text } = await call(name, args);
      if (!isError) throw new Error(`answered: ${text}`);
      return text;
    },
  };
}
