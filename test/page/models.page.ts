/** The models' flow, as an analyst goes through it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate, importModel } from "../../src/index.js";
import { openStage, type Stage, seriousFindings } from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "shadowprice-page-"));
const MODEL = resolve(import.meta.dirname, "../../examples/model.json");

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** People by turns in three arms; what comes of it is what the model says, and a base. */
const rows = Array.from({ length: 900 }, (_, i) => ({
  ...{ recency: (7 * i) % 60, orders: (11 * i) % 10, basket: 10 + ((13 * i) % 90) },
  arm: ["none", "5off", "10off"][i % 3] as string,
}));
const features = {
  recency: Float64Array.from(rows, ({ recency }) => recency),
  orders: Float64Array.from(rows, ({ orders }) => orders),
  basket: Float64Array.from(rows, ({ basket }) => basket),
};
const scores = importModel(readFileSync(MODEL)).score(features) as Record<string, Float64Array>;
const outcome = Float64Array.from(rows, ({ arm }, i) => (scores[arm]?.[i] ?? 0) + (i % 7) / 4);

function csv(): string {
  const lines = rows.map(({ recency, orders, basket, arm }, i) => [recency, orders, basket, arm, outcome[i]].join(","));
  const path = join(folder, "experiment.csv");
  writeFileSync(path, `recency,orders,basket,treatment,spend\n${lines.join("\n")}\n`);
  return path;
}

async function dropBoth(page: Page, model: string, experiment: string): Promise<void> {
  await page.getByLabel(/^Drop a model/).setInputFiles(model);
  await page.getByLabel(/^Drop the file of an experiment/).setInputFiles(experiment);
}

describe("models", () => {
  it("judges a dropped model on a dropped experiment as the package does", async () => {
    const { page, problems } = await stage.open("#/models");
    await dropBoth(page, MODEL, csv());
    const control = page.getByLabel("Who got nothing is called");
    await control.waitFor();
    expect(await control.inputValue()).toBe("none");
    await page.getByLabel("Or what each offer costs").fill("5off=1, 10off=2");
    await page.getByRole("button", { name: "Judge the model" }).click();
    await page.getByText("What the policy buys at each budget").first().waitFor();
    const evaluation = evaluate(
      {
        ...{ treatment: rows.map(({ arm }) => arm), control: "none", outcome, features },
        scores: { model: { "5off": scores["5off"] as Float64Array, "10off": scores["10off"] as Float64Array } },
      },
      { resamples: 0 },
    );
    const expected = evaluation.comparisons[0]?.scores[0]?.metrics.find(({ name }) => name === "auuc.ydf")?.value;
    await page.getByLabel("Metric, by the package that defines it").selectOption("auuc.ydf");
    const table = page.getByRole("region", { name: "The metric of the model, a response model and chance" });
    const cells = await table
      .getByRole("row", { name: /^model/ })
      .getByRole("cell")
      .allTextContents();
    expect(Number(cells[0]?.replace("−", "-"))).toBe(Number((expected as number).toPrecision(4)));
    await page.getByText("Is the experiment sound?").waitFor();
    expect(problems).toEqual([]);
  });

  it.each([
    ["a model that is none", "{}", "treatment,spend\n1,2\n", "is no model that can be read"],
    [
      "an experiment without the features",
      undefined,
      "treatment,spend\n1,2\n",
      "lacks 3 of the 3 features of the model",
    ],
    ["what is no table", undefined, "\x89PNG\r\n\0\0\0", "neither CSV nor Parquet nor Arrow"],
  ])("refuses %s, and says why", async (_, model, experiment, message) => {
    const { page } = await stage.open("#/models");
    const [modelPath, path] = [join(folder, "model.json"), join(folder, "other.csv")];
    writeFileSync(modelPath, model ?? readFileSync(MODEL));
    writeFileSync(path, experiment);
    await dropBoth(page, modelPath, path);
    await page.getByRole("alert").getByText(message).waitFor();
  });

  it("names the row and the column of a cell that is wrong, and goes on with a mended file", async () => {
    const { page } = await stage.open("#/models");
    const path = csv();
    const good = readFileSync(path, "utf8");
    writeFileSync(path, good.replace(/^(.*,none,)[^\n]*$/m, "$1much"));
    await dropBoth(page, MODEL, path);
    await page.getByRole("button", { name: "Judge the model" }).click();
    await page.getByRole("alert").getByText('"much" is not a number').waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("spend");
  });

  for (const [colorScheme, width] of [
    ["dark", 1280],
    ["light", 390],
  ] as const) {
    it(`judges its example, with nothing that axe finds serious, ${colorScheme}, ${width} wide`, async () => {
      const { page, problems } = await stage.open("#/models", { colorScheme, viewport: { width, height: 900 } });
      await page.getByRole("button", { name: "Judge the example" }).click();
      await page.getByText("What the policy buys at each budget").first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(problems).toEqual([]);
    });
  }
});
