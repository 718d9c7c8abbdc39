/** Examples in Chromium: built as their package.json says, then asked from inside of the browser. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { FLAGS, listen } from "../../runtimes/checks/browser.mjs";
import { project, run } from "../../runtimes/install.mjs";

/** The application in a page (models talk to servers, so /mcp is none of its), its solves in Web Workers: what examples/browser does with the engine alone. */
const APP = `
import { createPool } from "shadowprice/pool";
import { createApp } from "shadowprice/serve";

const app = createApp({ solver: createPool(), log: () => {} });
window.answer = (path, init) => app.request(path, init);`;

export async function browser(folder) {
  writeFileSync(join(folder, "app.js"), APP);
  writeFileSync(join(folder, "app.html"), `<!doctype html><body><script type="module" src="./app.js"></script>`);
  const build = { base: "./", logLevel: "error", root: folder, configFile: false };
  const { build: vite } = await import("vite");
  await vite({
    ...build,
    build: { rollupOptions: { input: ["index.html", "app.html"].map((page) => join(folder, page)) } },
  });
  const { tab, url, stop } = await visit(join(folder, "dist"));
  try {
    await slides(tab, url);
    await tab.goto(`${url}/app.html`);
    await tab.waitForFunction(() => "answer" in window);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ask: asking(tab), stop, options: { isKeyed: false } };
}

/** The page itself: a slider, and plans that follow it. */
async function slides(tab, url) {
  await tab.goto(`${url}/index.html`);
  const figures = async (budget) => {
    await tab.locator("#budget").fill(String(budget));
    const spent = tab.locator("tr", { hasText: "spent" }).locator("td").nth(1);
    await tab.waitForFunction((most) => {
      const figure = [...document.querySelectorAll("tr")].find((line) => line.textContent.startsWith("spent"));
      const text = figure?.cells[1].textContent.replaceAll(",", "");
      return text !== undefined && Math.abs(Number(text) - most) < 20;
    }, budget);
    const value = tab.locator("tr", { hasText: "expected value" }).locator("td").nth(1);
    return Promise.all([value, spent].map(async (cell) => Number((await cell.textContent()).replaceAll(",", ""))));
  };
  const [less, more] = [await figures(100_000), await figures(200_000)];
  if (less[1] <= 100_000 && more[1] <= 200_000 && less[0] > 0 && more[0] > less[0]) return;
  throw new Error(`the page shows ${less} at 100,000 and ${more} at 200,000`);
}

/** With the network off and the server gone. */
export async function serviceWorker(folder) {
  run(join(project, "node_modules/.bin/esbuild"), ["sw.js", "--bundle", "--minify", "--outdir=public"], {
    cwd: folder,
  });
  const { tab, context, url, server, stop } = await visit(join(folder, "public"));
  try {
    await tab.goto(`${url}/`);
    await tab.locator("#ask:enabled").waitFor();
    await server.stop();
    await context.setOffline(true);
    await tab.reload();
    await tab.locator("#ask:enabled").click();
    await tab.locator("#answer", { hasText: '"value": 12' }).waitFor();
    await tab.evaluate(() => {
      window.answer = fetch;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ask: asking(tab), options: { isKeyed: false }, stop, after: () => survives(context, tab) };
}

/** A browser ends idle service workers: what was published is still there for the next one. */
async function survives(context, tab) {
  const session = await context.newCDPSession(tab);
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  const status = await tab.evaluate(async () => (await fetch("/v1/policies/spring")).status);
  if (status !== 200) throw new Error(`after the service worker was ended its policy is answered with ${status}`);
}

/** Asks by `answer` of the page. */
function asking(tab) {
  return async ({ path, body, ...init }) => {
    const asked = { path, init, body: body && Buffer.from(body).toString("base64") };
    const { status, headers, bytes } = await tab.evaluate(inThePage, asked);
    return { status, headers, body: new Uint8Array(Buffer.from(bytes, "base64")) };
  };
}

/** Runs in the page: bytes go there and back as base64. */
async function inThePage({ path, init, body }) {
  const bytes = body === undefined ? undefined : Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  const response = await window.answer(path, { ...init, body: bytes });
  const read = new Uint8Array(await response.arrayBuffer());
  const text = Array.from(read, (byte) => String.fromCharCode(byte)).join("");
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes: btoa(text) };
}

/** Serves a folder and opens a tab on it; what fails in the page fails the check. */
async function visit(folder) {
  const server = await listen(folder);
  const window = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const context = await window.newContext();
  const tab = await context.newPage();
  const broken = [];
  tab.on("pageerror", (error) => broken.push(error));
  tab.on("request", (request) => {
    if (!request.url().startsWith(server.url)) broken.push(new Error(`the page asked for ${request.url()}`));
  });
  const stop = async () => {
    await window.close();
    await server.stop();
    if (broken.length > 0) throw broken[0];
  };
  return { tab, context, server, url: server.url, stop };
}
