/** The shell: tabs, theme, keyboard; in a folder of a plain static server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage, seriousFindings } from "./browser.js";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

describe("the shell", () => {
  it("shows the tab that the link names, and asks nothing of anyone else", async () => {
    const { page, problems } = await stage.open("#/channels");
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByRole("link", { name: "Channels" }).getAttribute("aria-current")).toBe("page");
    await page.getByRole("link", { name: "Models" }).click();
    await page.waitForFunction(() => document.title.startsWith("Models"));
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
    await page.goBack();
    await page.waitForFunction(() => document.title.startsWith("Channels"));
    expect(problems).toEqual([]);
  });

  it("follows the system's theme until it is switched, and remembers", async () => {
    const { page } = await stage.open("#/offers", { colorScheme: "dark" });
    const becomes = (theme: string) => page.locator(`html[data-theme="${theme}"]`).waitFor({ state: "attached" });
    await becomes("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await becomes("light");
    await page.getByRole("button", { name: "Switch to the dark theme" }).click();
    await becomes("dark");
    await page.reload();
    await becomes("dark");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that axe finds serious, ${colorScheme}, wide and on a phone`, async () => {
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 390, height: 844 },
      ]) {
        const { page } = await stage.open("#/offers", { colorScheme, viewport });
        await page.getByRole("button", { name: "Plan the example campaign" }).waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        // Nothing is wider than the screen.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      }
    });
  }
});
