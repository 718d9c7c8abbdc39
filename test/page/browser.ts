/** The built page in a real browser: served from a folder of a plain static server, watched for errors and for requests elsewhere. */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";

const ROOT = resolve("dist/page");
/** As from a folder of some server: the page's paths are relative. */
const FOLDER = "/somewhere/deep/";
const TYPES: Record<string, string> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css" },
};
/** As in vitest.config.ts. */
const ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

export interface Stage {
  url: string;
  browser: Browser;
  /** Opens the page at a hash such as "#/channels"; `problems` gathers errors of the console and requests to anywhere else. */
  open(hash?: string, options?: BrowserContextOptions): Promise<{ page: Page; problems: string[] }>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  if (!existsSync(join(ROOT, "index.html"))) throw new Error("dist/page is not built: npm run build");
  const server = await listen();
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}${FOLDER}`;
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ARGS });
  return {
    url,
    browser,
    async open(hash = "", options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        acceptDownloads: true,
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(Number(process.env.PAGE_TIMEOUT ?? 20_000));
      const problems: string[] = [];
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(String(error)));
      context.on("request", (request) => {
        const to = request.url();
        if (!to.startsWith(url) && !/^(data|blob):/.test(to)) problems.push(`a request to ${to}`);
      });
      await page.goto(url + hash);
      return { page, problems };
    },
    async close() {
      await browser.close();
      await new Promise((done) => server.close(done));
    },
  };
}

function listen(): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const name = pathname === FOLDER ? "index.html" : pathname.startsWith(FOLDER) ? pathname.slice(FOLDER.length) : "";
    const path = join(ROOT, normalize(`/${name}`));
    if (name === "" || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    // A server that knows no wasm, as some do not.
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

const AXE = readFileSync(resolve("node_modules/axe-core/axe.min.js"), "utf8");

/** What axe finds serious or critical, one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    interface Found {
      violations: {
        id: string;
        impact: string;
        help: string;
        nodes: { target: unknown[]; failureSummary?: string }[];
      }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`).join("; ")}`,
      );
  });
}
