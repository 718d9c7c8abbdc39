/**
 * The page as it looks, against pictures of how it should: test/page/pictures/*.png, a quarter of the size, so that the last pixel of a
 * letter decides nothing. `PICTURES=update npx vitest run --project page pictures` takes them anew: look at them before they are kept.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "./browser.js";

const FOLDER = resolve(import.meta.dirname, "pictures");
/** Part of the pixels that may differ by more than a shade. */
const TOLERANCE = 0.02;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const WIDE = { width: 1280, height: 1100 };
const PHONE = { width: 390, height: 1400 };

/** What is pressed at the start of a flow, and what is there when its plan is. */
const FLOWS = {
  offers: { press: "Plan the example campaign", until: "Proven to within" },
  channels: { press: "Plan the example year", until: "What other budgets would bring" },
  models: { press: "Judge the example", until: "What the policy buys at each budget" },
} as const;

it.each([
  ["start-light-wide", "offers", "light", WIDE, false],
  ["start-dark-phone", "offers", "dark", PHONE, false],
  ["plan-light-wide", "offers", "light", WIDE, true],
  ["plan-dark-wide", "offers", "dark", WIDE, true],
  ["plan-dark-phone", "offers", "dark", PHONE, true],
  ["channels-light-wide", "channels", "light", WIDE, true],
  ["channels-dark-phone", "channels", "dark", PHONE, true],
  ["models-dark-wide", "models", "dark", WIDE, true],
  ["models-light-phone", "models", "light", PHONE, true],
] as const)("%s", async (name, flow, colorScheme, viewport, isPlanned) => {
  const { page } = await stage.open(`#/${flow}`, { colorScheme, viewport, reducedMotion: "reduce" });
  const { press, until } = FLOWS[flow];
  const start = page.getByRole("button", { name: press });
  await start.waitFor();
  if (isPlanned) {
    await start.click();
    await page.getByText(until).first().waitFor();
    if (flow === "offers") await page.getByRole("slider", { name: "Budget" }).waitFor();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(300);
  }
  const shot = await smaller(page, await page.screenshot());
  const path = `${FOLDER}/${name}.png`;
  if (process.env.PICTURES === "update") writeFileSync(path, shot);
  expect(existsSync(path), `${path} is not there`).toBe(true);
  const off = await difference(page, shot, readFileSync(path));
  if (off > TOLERANCE) writeFileSync(`${FOLDER}/${name}.actual.png`, shot);
  expect(off, `${name}.actual.png beside it is how it looks now`).toBeLessThanOrEqual(TOLERANCE);
});

const url = (png: Buffer) => `data:image/png;base64,${png.toString("base64")}`;

/** A quarter of it each way, by the browser itself. */
async function smaller(page: Page, png: Buffer): Promise<Buffer> {
  const small = await page.evaluate(async (from) => {
    const image = new Image();
    image.src = from;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width / 4;
    canvas.height = image.height / 4;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  }, url(png));
  return Buffer.from(small.split(",")[1] as string, "base64");
}

/** Part of the pixels that differ by more than a shade; 1 where the sizes do. */
function difference(page: Page, a: Buffer, b: Buffer): Promise<number> {
  return page.evaluate(
    async ([one, other]) => {
      const [p, q] = (await Promise.all(
        [one, other].map(async (from) => {
          const image = new Image();
          image.src = from as string;
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = image.width;
          canvas.height = image.height;
          const context = canvas.getContext("2d") as CanvasRenderingContext2D;
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height);
        }),
      )) as [ImageData, ImageData];
      if (p.width !== q.width || p.height !== q.height) return 1;
      let off = 0;
      for (let at = 0; at < p.data.length; at += 4) {
        const by = [0, 1, 2].map((k) => Math.abs((p.data[at + k] as number) - (q.data[at + k] as number)));
        if (Math.max(...by) > 40) off++;
      }
      return off / (p.width * p.height);
    },
    [url(a), url(b)],
  );
}
