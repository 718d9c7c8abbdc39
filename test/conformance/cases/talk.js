/** The Model Context Protocol, where a place mounts it: a conversation of three messages. */
const headers = { accept: "application/json, text/event-stream" };
const message = (name, method, params, result, more) => ({
  ...{ name, path: "/mcp", headers, mcp: true, body: { jsonrpc: "2.0", id: 1, method, params } },
  expect: { status: 200, body: { jsonrpc: "2.0", id: 1, result } },
  ...more,
});
const session = { session: "mcp, initialize" };

export const talk = [
  message(
    "mcp, initialize",
    "initialize",
    { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "conformance", version: "1" } },
    { protocolVersion: "2025-06-18", serverInfo: { name: "shadowprice" } },
  ),
  message("mcp, tools", "tools/list", {}, {}, session),
  message(
    "mcp, a call",
    "tools/call",
    {
      name: "allocate_offers",
      arguments: {
        offers: {
          options: ["5off", "10off"],
          values: [
            [2, 4, 1],
            [3, 10, 1],
          ],
          costs: [
            [1, 2, 4],
            [3, 3, 9],
          ],
        },
        request: { budget: 5 },
      },
    },
    { structuredContent: { status: "met", gain: 12, decisions: [1, 2, 0] } },
    session,
  ),
  {
    ...{ name: "mcp, without a session", path: "/mcp", headers, mcp: true },
    body: { jsonrpc: "2.0", id: 1, method: "tools/list" },
    expect: { status: 400, body: { type: "urn:shadowprice:problem:invalid-request" } },
  },
];
