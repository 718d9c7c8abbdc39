/** A seeded share of scripts/fuzz-routes.mjs: every route asked for what its schema says, for nearly that, and for what nobody should send. */
import { describe, expect, it } from "vitest";
// @ts-expect-error: a script, without types
import { fuzzed } from "../../scripts/fuzz/fuzz.mjs";
import { createMcp } from "../../src/mcp/index.js";
import { createApp } from "../../src/serve/index.js";

describe("any request", () => {
  it("is answered in time, with what the document says, and never by a fault", async () => {
    const { statuses, failures } = await fuzzed(createApp, { mcp: createMcp, seed: 1, requests: 3_000 });
    expect(failures).toEqual([]);
    // The draws reach behind the schemas: a good share is solved.
    expect(statuses[200]).toBeGreaterThan(900);
    for (const status of [400, 401, 404, 405, 412, 413, 415, 422, 428]) expect(statuses).toHaveProperty(String(status));
  });
});
