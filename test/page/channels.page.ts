/** The channels' flow, as a marketer goes through it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planBudget } from "../../src/index.js";
import { openStage, type Stage, seriousFindings } from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "shadowprice-page-"));
/** Two S-shaped channels: all of 60 on the first is best, 100 · 60³ / (50³ + 60³) = 63.3431. */
const PROBLEM = {
  budget: 60,
  currency: "EUR",
  channels: [
    { name: "search", current: 20, curve: { type: "hill", max: 100, half: 50, shape: 3 } },
    { name: "tv", current: 40, curve: { type: "hill", max: 90, half: 50, shape: 3 } },
  ],
} as const;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

async function drop(page: Page, content: unknown): Promise<void> {
  const path = join(folder, "PLAN.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  await page.getByLabel(/^Drop a plan/).setInputFiles(path);
}

const tile = (page: Page, name: string) =>
  page
    .locator(".tile", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .first();
const settled = (page: Page) => page.locator('table[aria-busy="false"]').waitFor();

async function opened(hash = "#/channels"): Promise<{ page: Page; problems: string[] }> {
  const one = await stage.open(hash);
  await one.page.getByRole("heading", { level: 1 }).waitFor();
  return one;
}

describe("channels", () => {
  it("plans a dropped file as the package does, and edits its limits", async () => {
    const { page, problems } = await opened();
    await drop(page, PROBLEM);
    const { response, spent } = planBudget(PROBLEM);
    expect(response).toBeCloseTo(63.3431, 3);
    await tile(page, "Response").waitFor();
    expect(await tile(page, "Response").textContent()).toBe(response.toFixed(2));
    expect(await tile(page, "Spend").textContent()).toBe(spent.toFixed(2));
    await page.getByText("What other budgets would bring").first().waitFor();

    await page.getByLabel("search: At most").fill("10");
    await page.keyboard.press("Enter");
    const limited = planBudget({ ...PROBLEM, channels: [{ ...PROBLEM.channels[0], max: 10 }, PROBLEM.channels[1]] });
    await page.getByText(limited.response.toFixed(2), { exact: true }).first().waitFor();
    await settled(page);
    expect(await tile(page, "Response").textContent()).toBe(limited.response.toFixed(2));
    await page.getByLabel("Response of", { exact: true }).selectOption("tv");
    await page.getByRole("img", { name: /^tv brings up to/ }).waitFor();
    expect(problems).toEqual([]);
  });

  it("says what clashes and takes the nearest that is possible", async () => {
    const { page } = await opened();
    await drop(page, PROBLEM);
    await tile(page, "Response").waitFor();
    await page.getByLabel("tv: At least").fill("70");
    await page.keyboard.press("Enter");
    await page.getByText("No plan can keep these limits together.").waitFor();
    await page.getByRole("button", { name: "Take the nearest that is possible" }).click();
    await tile(page, "Response").waitFor();
    await settled(page);
  });

  it("refuses what is no plan, by the field, and changes nothing", async () => {
    const { page } = await opened();
    for (const [content, message] of [
      ["{", "it is no JSON"],
      [{ budget: 60, channels: [{ name: "tv" }] }, "channels[0]"],
      [{ ...PROBLEM, budget: -1 }, "budget"],
    ] as const) {
      await drop(page, content);
      await page.getByRole("alert").getByText(message).first().waitFor();
    }
    await drop(page, PROBLEM);
    await tile(page, "Response").waitFor();
    const before = await tile(page, "Response").textContent();
    await page.getByLabel("tv: At most").fill("-5");
    await page.keyboard.press("Enter");
    await page.getByText("Write 0 or more.").waitFor();
    expect(await tile(page, "Response").textContent()).toBe(before);
  });

  it("keeps plans side by side, and shares one by its link", async () => {
    const { page } = await opened();
    await drop(page, PROBLEM);
    await tile(page, "Response").waitFor();
    await page.getByLabel("Name of this plan").fill("sixty");
    await page.getByRole("button", { name: "Keep this plan" }).click();
    await page.getByRole("textbox", { name: "Budget", exact: true }).fill("30");
    await page.keyboard.press("Enter");
    await page.getByText("of a budget of 30.00").waitFor();
    await settled(page);
    const comparison = page.getByRole("region", { name: "Kept plans side by side" });
    expect(await comparison.getByRole("row", { name: /^Response/ }).textContent()).toContain("63.34");
    await page.getByRole("button", { name: "Copy a link to this plan" }).click();
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    const other = await opened(new URL(link).hash);
    await tile(other.page, "Response").waitFor();
    expect(await tile(other.page, "Response").textContent()).toBe(await tile(page, "Response").textContent());
    await page.getByRole("button", { name: "Go back to sixty" }).click();
    await page.getByText("of a budget of 60.00").waitFor();
    expect(new URL(page.url()).hash).toBe("#/channels");
    // Into the address of the page that is open already.
    await page.evaluate((hash) => {
      location.hash = hash;
    }, new URL(link).hash);
    await page.getByText("of a budget of 30.00").waitFor();
  });

  it("says that a link was cut, and that one unfolds to too much", async () => {
    const { page } = await opened("#/channels?plan=q1YqSizI");
    await page.getByText("it may have been cut").waitFor();
    const bomb = await page.evaluate(async () => {
      const stream = new Blob([" ".repeat(3 << 20)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      return btoa(String.fromCharCode(...bytes))
        .replaceAll("+", "-")
        .replaceAll("/", "_");
    });
    const other = await opened(`#/channels?plan=${bomb}`);
    await other.page.getByText(/a plan in a link may have/).waitFor();
  });

  it("plans the example year by week, and saves it", async () => {
    const { page, problems } = await opened();
    await page.getByRole("button", { name: "Plan the example year" }).click();
    await page.getByRole("heading", { name: "Spend by week" }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the spend as CSV" }).click(),
    ]);
    const [head, ...rows] = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    expect(head?.split(",").slice(0, 3)).toEqual(["channel", "2027-01-04", "2027-01-11"]);
    const total = rows.flatMap((row) => row.split(",").slice(1).map(Number)).reduce((sum, x) => sum + x, 0);
    expect(total).toBe(2_340_000);
    await page.getByText("What other budgets would bring").first().waitFor();
    expect(problems).toEqual([]);
  });

  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 390],
  ] as const) {
    it(`has nothing that axe finds serious, ${colorScheme}, ${width} wide`, async () => {
      const { page } = await stage.open("#/channels", { colorScheme, viewport: { width, height: 900 } });
      await page.getByRole("button", { name: "Plan the example year" }).click();
      await page.getByText("What other budgets would bring").first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  }
});
