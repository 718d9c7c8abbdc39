/** One start of workerd, from the process to its answers. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request as ask } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";

export interface Request {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** workerd as miniflare brings it. */
const { default: WORKERD } = createRequire(createRequire(resolve("package.json")).resolve("miniflare"))("workerd") as {
  default: string;
};

/** Milliseconds from the start to the first answer, and bytes in memory after `times` of them. */
export async function launch(
  folder: string,
  request: Request,
  times: number,
): Promise<{ milliseconds: number; bytes: number }> {
  const started = performance.now();
  const child = spawn(WORKERD, ["serve", join(folder, "config.capnp"), "--control-fd=3"], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const port = await listening(child.stdio[3] as Readable);
    await answer(port, agent, request);
    const milliseconds = performance.now() - started;
    for (let i = 1; i < times; i++) await answer(port, agent, request);
    return { milliseconds, bytes: resident(child.pid as number) };
  } finally {
    agent.destroy();
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** The port, of the line that workerd writes when its socket is open. */
async function listening(control: Readable): Promise<number> {
  let text = "";
  for await (const data of control) {
    text += data;
    const port = /"port": *(\d+)/.exec(text)?.[1];
    if (port) return Number(port);
  }
  throw new Error("workerd ended before it listened");
}

function answer(port: number, agent: Agent, { path, headers, body }: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = ask({ port, path, headers, agent, host: "127.0.0.1", method: "POST" }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${path}: ${response.statusCode} ${text}`));
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function resident(pid: number): number {
  const kibibytes = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return 1024 * Number(kibibytes);
}
