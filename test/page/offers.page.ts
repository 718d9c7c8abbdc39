/** The offers' flow, as a marketer goes through it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage, seriousFindings } from "./browser.js";

const EXAMPLE = resolve(import.meta.dirname, "../../examples/offers.csv");
const folder = mkdtempSync(join(tmpdir(), "shadowprice-page-"));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function drop(page: Page, path: string): Promise<void> {
  await page.getByLabel(/^Drop a file of offers/).setInputFiles(path);
  await page.getByRole("button", { name: "Read it and plan" }).waitFor();
}

async function dropAndPlan(page: Page, path: string): Promise<void> {
  await drop(page, path);
  await page.getByRole("button", { name: "Read it and plan" }).click();
  await page.getByRole("heading", { name: "Who gets what" }).waitFor();
}

/** The figure of a tile, once the plan is exact. */
async function figure(page: Page, name: string): Promise<string> {
  await page.locator('dl[data-estimate="false"]').waitFor();
  return (
    (await page
      .locator(".tile", { has: page.getByText(name, { exact: true }) })
      .locator("dd")
      .first()
      .textContent()) ?? ""
  );
}

async function setBudget(page: Page, money: number): Promise<void> {
  await page.getByRole("textbox", { name: "Budget", exact: true }).fill(String(money));
  await page.keyboard.press("Enter");
  await page.getByText(`of a budget of ${money.toLocaleString("en-US")}`).waitFor();
  await page.locator('dl[data-estimate="false"]').waitFor();
}

async function decisions(page: Page, format: "csv" | "parquet"): Promise<{ name: string; path: string }> {
  await page.getByRole("combobox", { name: "as" }).selectOption(format);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download the decisions" }).click(),
  ]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

describe("a file of offers", () => {
  it("is mapped, planned as the command line plans it, and leaves as decisions", async () => {
    const { page, problems } = await stage.open();
    await dropAndPlan(page, EXAMPLE);
    await setBudget(page, 1500);
    // As README prints it for this file and budget.
    expect(await figure(page, "Value")).toBe("3,210.32");
    expect(await figure(page, "Price of money")).toBe("0.622");
    expect(await page.getByRole("row", { name: /^10off/ }).textContent()).toContain("411");
    const csv = await decisions(page, "csv");
    expect(csv.name).toBe("offers.decisions.csv");
    const lines = readFileSync(csv.path, "utf8").trim().split("\n");
    expect([lines[0], lines.length]).toEqual(["user_id,offer,value,cost", 1001]);
    const spent = lines.slice(1).reduce((sum, line) => sum + Number(line.split(",")[3]), 0);
    expect(spent).toBeCloseTo(1500, 6);
    const parquet = await decisions(page, "parquet");
    const bytes = readFileSync(parquet.path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    expect(Number(parquetMetadata(file).num_rows)).toBe(1000);
    const rows = (await parquetReadObjects({ file })) as { user_id: unknown; offer: string | null }[];
    expect(rows.filter(({ offer }) => offer === "10off")).toHaveLength(411);
    expect(problems).toEqual([]);
  });

  it("may name its columns as it likes, and be Parquet or Arrow", async () => {
    const id = Array.from({ length: 50 }, (_, i) => `u${i}`);
    const gain = id.map((_, i) => 1 + (i % 7));
    const money = id.map((_, i) => 1 + (i % 3));
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: "member", data: id, type: "STRING" },
        { name: "extra sales", data: gain, type: "DOUBLE" },
        { name: "postage", data: money, type: "DOUBLE" },
      ],
    });
    const arrow = tableToIPC(
      new Table({
        member: vectorFromArray(id),
        "extra sales": vectorFromArray(gain, new Float64()),
        postage: vectorFromArray(money, new Float64()),
      }),
      "file",
    );
    const figures: string[] = [];
    for (const path of [write("mail.parquet", new Uint8Array(parquet)), write("mail.arrow", arrow)]) {
      const { page, problems } = await stage.open();
      await drop(page, path);
      const read = page.getByRole("button", { name: "Read it and plan" });
      expect(await read.isDisabled()).toBe(true);
      await page.getByLabel("Offer", { exact: true }).fill("letter");
      await page.getByLabel("User", { exact: true }).selectOption("member");
      await page.getByLabel("Value", { exact: true }).selectOption("member");
      await page.getByLabel("Cost", { exact: true }).selectOption("postage");
      await page.getByText('Column "member" holds "u0"').waitFor();
      await page.getByLabel("Value", { exact: true }).selectOption("extra sales");
      await read.click();
      await page.getByRole("heading", { name: "Who gets what" }).waitFor();
      await setBudget(page, 40);
      figures.push(await figure(page, "Value"));
      expect(problems).toEqual([]);
    }
    expect(figures[0]).toBe(figures[1]);
  });

  it("that is long is read by user", async () => {
    const { page } = await stage.open();
    const rows = ["ann,5off,2,1", "ann,10off,3,3", "bo,5off,4,2", "bo,10off,10,3"];
    await dropAndPlan(page, write("long.csv", `user_id,offer,value,cost\n${rows.join("\n")}\n`));
    await setBudget(page, 5);
    expect(await figure(page, "Value")).toBe("12.00");
  });

  it.each([
    [
      "a word where a number belongs",
      "customer,gain_a,price_a\n1,2,1\n2,3,1\n3,4,1\n4,5,1\n5,6,1\n6,lots,1\n",
      ['row 6 (line 7), column "gain_a"', '"lots"'],
    ],
    ["half a pair", "customer,gain_a,price_a\n1,2,1\n2,3,\n", ["row 2 (line 3)", '"price_a"']],
    [
      "a user who comes twice",
      "customer,gain_a,price_a\nx,2,1\ny,3,2\nx,3,1\n",
      ["row 3 (line 4)", 'column "customer"', '"x" stands in row 1'],
    ],
    ["a row that is too short", "customer,gain_a,price_a\n1,2,1\n2,3\n", ["line 3"]],
  ])("with %s is refused by row and column", async (_, text, said) => {
    const { page } = await stage.open();
    await page.getByLabel(/^Drop a file of offers/).setInputFiles(write("wrong.csv", text));
    const read = page.getByRole("button", { name: "Read it and plan" });
    const alert = page.getByRole("alert");
    await read.or(alert).first().waitFor();
    if (await read.isVisible()) await read.click();
    await alert.waitFor();
    const message = (await alert.textContent()) ?? "";
    for (const part of said) expect(message).toContain(part);
    // What was wrong can be put right and dropped again.
    await page
      .getByLabel(/^Drop a file|^User$/)
      .first()
      .waitFor();
  });

  it("that is no table is refused", async () => {
    const { page } = await stage.open();
    for (const [name, bytes, said] of [
      ["empty.csv", "", "empty"],
      ["cut.parquet", "PAR1....PAR", "cut short"],
      ["picture.png", "\x89PNG\r\n\0\0\0", "neither CSV nor Parquet nor Arrow"],
    ] as const) {
      await page.getByLabel(/^Drop a file of offers/).setInputFiles(write(name, bytes));
      await page.getByRole("alert").getByText(said).last().waitFor();
    }
  });
});

describe("limits", () => {
  it("hold, say what they cost, and where they clash the nearest possible request is one press away", async () => {
    const { page, problems } = await stage.open();
    await dropAndPlan(page, EXAMPLE);
    await setBudget(page, 1500);
    await page.getByText("Stock: how many users").click();
    await page.getByLabel("Users with 20off, at most").fill("100");
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /^Users with 20off/ }).waitFor();
    expect(await page.getByRole("row", { name: /^20off/ }).textContent()).toContain("100");
    await page.getByRole("button", { name: "Add a group" }).click();
    await page.getByLabel("Name", { exact: true }).fill("mail");
    await page.getByRole("checkbox", { name: "5off", exact: true }).check();
    await page.getByLabel("Spend at least").fill("1,600");
    await page.getByLabel("Spend at least").press("Tab");
    await page.getByRole("button", { name: "Add it" }).click();
    await page.getByText("No plan can meet these limits together.").waitFor();
    expect(await page.getByRole("button", { name: "Download the decisions" }).count()).toBe(0);
    await page.getByText("The nearest that is possible").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Take the nearest" }).click();
    await page.getByRole("heading", { name: "Who gets what" }).waitFor();
    await page.getByLabel("Return: value for each 1 spent, at least").fill("-3");
    await page.keyboard.press("Enter");
    await page.getByText("Write 0 or more.").waitFor();
    expect(problems).toEqual([]);
  });
});

describe("the embedded campaign", () => {
  it("is dragged by keyboard and pointer, estimated meanwhile, exact when it is let go", async () => {
    const { page, problems } = await stage.open();
    await page.getByRole("button", { name: "Plan the example campaign" }).click();
    const slider = page.getByRole("slider", { name: "Budget" });
    await slider.waitFor();
    // As `npm start` prints it.
    expect(await figure(page, "Value")).toBe("10,680,896");
    await page.getByText("Proven to within").waitFor();
    const box = (await slider.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 200, box.y + box.height / 2, { steps: 8 });
    await page.getByText("Estimated from a sample").waitFor();
    // The estimate of where it rests, not of a place on the way.
    await page.waitForTimeout(500);
    const estimated = Number(
      (await page.locator('dl[data-estimate="true"] .large').nth(1).textContent())?.replaceAll(/[^\d.]/g, ""),
    );
    expect(await page.getByRole("button", { name: "Download the decisions" }).isDisabled()).toBe(true);
    await page.mouse.up();
    const exact = Number((await figure(page, "Value")).replaceAll(",", ""));
    expect(exact).toBeGreaterThan(12_000_000);
    expect(Math.abs(estimated / exact - 1)).toBeLessThan(0.03);
    const before = Number(await slider.getAttribute("aria-valuenow"));
    await slider.press("ArrowRight");
    await page.waitForFunction(
      (x) => Number(document.querySelector("[role=slider]")?.getAttribute("aria-valuenow")) > x,
      before,
    );
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("is cancelled while it is made, and made again after", async () => {
    const { page } = await stage.open();
    const start = page.getByRole("button", { name: "Plan the example campaign" });
    await start.click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await start.waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await start.click();
    expect(await figure(page, "Value")).toBe("10,680,896");
  });

  it("exports its chart as picture and data, and reads as a table", async () => {
    const { page } = await stage.open();
    await dropAndPlan(page, EXAMPLE);
    for (const [button, name, first] of [
      ["Save as a picture: What every budget buys", "value-by-budget.png", "\x89PNG"],
      ["Save the data: What every budget buys", "value-by-budget.csv", "Budg"],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(name);
      expect(readFileSync(await download.path()).toString("latin1", 0, 4)).toBe(first);
    }
    await page.getByText("What every budget buys: as a table").click();
    await page
      .getByRole("region", { name: /as a table/ })
      .getByRole("row")
      .nth(20)
      .waitFor();
  });
});
