/** The reference page in Chromium: axe finds nothing serious, in light and dark, on a wide screen and on a phone, and nothing is asked for. */
import AxeBuilder from "axe-core";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/index.js";
import { type Listening, listening } from "../../mcp/talking.js";
import { quiet } from "../asking.js";

let server: Listening;
let browser: Browser;
beforeAll(async () => {
  const keys = [{ key: "a-key-that-solves-0001", scopes: ["solve"] as const }];
  server = await listening(createApp({ ...quiet, keys }));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe("/docs in a browser", () => {
  it.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)("%s, %i pixels wide: nothing serious, nothing from elsewhere", async (colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: false });
    const page = await context.newPage();
    const asked: string[] = [];
    const said: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => said.push(message.text()));
    const url = new URL("/docs", server.url).href;
    await page.goto(url, { waitUntil: "networkidle" });
    expect(asked.filter((one) => one !== url && !one.endsWith("/favicon.ico"))).toEqual([]);
    expect(said.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
    // The page's own width: nothing runs out of it.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    if (process.env.DOCS_PICTURES)
      await page.screenshot({ path: `${process.env.DOCS_PICTURES}/${colorScheme}-${width}.png` });
    await page.evaluate(AxeBuilder.source);
    const { violations } = (await page.evaluate("axe.run()")) as {
      violations: { id: string; impact: string; nodes: unknown[] }[];
    };
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes[0]).slice(0, 300)}`)).toEqual([]);
    await context.close();
  });
});
