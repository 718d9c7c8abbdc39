import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright";
import { build } from "vite";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
];

/** Chromium: a page built by Vite, and a page that loads the file of the package as it is. */
export function browserChecks({ app }) {
  return [
    { name: "chromium, built by vite", probe: () => builtByVite(app) },
    { name: "chromium, plain script", probe: () => visit(app, "plain.html") },
  ];
}

async function builtByVite(app) {
  const outDir = join(app, "out-vite");
  await build({
    root: app,
    logLevel: "error",
    configFile: false,
    build: { outDir, emptyOutDir: true, rollupOptions: { input: join(app, "vite.html") } },
  });
  return visit(outDir, "vite.html");
}

/** Serves `folder`, opens `page` in Chromium and waits for what it writes on its body. */
async function visit(folder, page) {
  const { url, stop } = await listen(folder);
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const tab = await browser.newPage();
    const broken = new Promise((_, fail) => tab.once("pageerror", fail));
    await tab.goto(`${url}/${page}`);
    return await Promise.race([tab.locator("body[data-out]").getAttribute("data-out"), broken]);
  } finally {
    await browser.close();
    await stop();
  }
}

/** The files of a folder on a free port of loopback; a folder's own address is its index.html. */
export async function listen(folder) {
  const server = createServer((request, response) => serve(folder, request, response));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const stop = () =>
    new Promise((ended) => {
      server.close(ended);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

function serve(folder, { url }, response) {
  const { pathname } = new URL(url, "http://localhost");
  const path = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}
