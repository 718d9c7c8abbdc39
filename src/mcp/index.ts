/**
 * shadowprice over the Model Context Protocol (streamable HTTP). Needs @hono/mcp and @modelcontextprotocol/sdk beside hono.
 * @module
 */
export { createMcp, type McpOptions } from "./mcp.js";
export type { SessionLimits } from "./sessions.js";
