/** The page of examples/browser in a frame of the real browser; the other runtimes have no pages. */
import { expect, test } from "vitest";

test.skipIf(typeof document === "undefined")("browser: the slider makes a new plan", async () => {
  const frame = document.createElement("iframe");
  frame.src = "/examples/browser/index.html";
  document.body.append(frame);
  await expect.poll(() => frame.contentDocument?.body?.dataset.ready, { timeout: 20_000 }).toBe("true");
  const page = frame.contentDocument as Document;
  const figure = (name: string) => {
    const row = [...page.querySelectorAll("tr")].find((one) => one.cells[0]?.textContent === name);
    return Number(row?.cells[1]?.textContent?.replaceAll(",", ""));
  };
  const before = figure("expected value");
  expect(before).toBeGreaterThan(0);
  expect(figure("spent")).toBeLessThanOrEqual(100_000);
  const slider = page.querySelector("input") as HTMLInputElement;
  slider.value = "200000";
  slider.dispatchEvent(new Event("input"));
  expect(figure("expected value")).toBeGreaterThan(before);
  expect(figure("spent")).toBeGreaterThan(100_000);
});
