/** The endpoint in every runtime: a conversation by hand, mounted by hand. */
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { createMcp } from "../../src/mcp/index.js";
import { EXAMPLE_PLAN } from "../../src/serve/schemas/examples.js";

const app = new Hono();
app.route("/mcp", createMcp());

let id: string | null = null;
async function send(method: string, params: object) {
  const response = await app.request("/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...(id ? { "mcp-session-id": id } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  id = response.headers.get("mcp-session-id");
  return (await response.json()).result;
}

describe("shadowprice/mcp", () => {
  it("talks wherever Hono does", async () => {
    const clientInfo = { name: "test", version: "1" };
    const { serverInfo, instructions } = await send("initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo,
    });
    expect(serverInfo.name).toBe("shadowprice");
    expect(instructions).toContain("describe_problem");
    await send("tools/call", { name: "plan_budget", arguments: { plan: EXAMPLE_PLAN } });
    const changed = await send("tools/call", {
      name: "change_scenario",
      arguments: { changes: [{ channel: "tv", change: -0.1 }] },
    });
    expect(changed.structuredContent).toMatchObject({ status: "met", scenario: "tv -10 %" });
    const { resources } = await send("resources/list", {});
    const { contents } = await send("resources/read", { uri: resources[0].uri });
    expect(JSON.parse(contents[0].text).required).toEqual(["channels"]);
    const { messages } = await send("prompts/get", { name: "plan_with_me", arguments: { goal: "awareness" } });
    expect(messages[0].content.text).toContain("The goal: awareness");
  });
});
