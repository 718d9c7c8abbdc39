/** Pages of other origins. In a page itself nobody may set the header that says the origin. */
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/index.js";
import { app, get, quiet } from "../asking.js";

describe("a request", () => {
  it("of another origin's page is answered only where that origin is allowed", async () => {
    const open = createApp({ ...quiet, origins: ["https://planner.example"] });
    const allowed = async (of: typeof app, origin: string) =>
      (await get("/healthz", { of, headers: { origin } })).headers.get("access-control-allow-origin");
    expect(await allowed(open, "https://planner.example")).toBe("https://planner.example");
    expect(await allowed(open, "https://other.example")).toBeNull();
    expect(await allowed(app, "https://planner.example")).toBeNull();
  });
});
