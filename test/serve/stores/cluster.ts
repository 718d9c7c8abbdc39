/** A PostgreSQL server of its own: Debian's postgresql-15, a new cluster in a temporary folder, a free port of the loopback. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";

export interface Cluster {
  url: string;
  start(): Promise<void>;
  /** As a power cut would: without a checkpoint. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

function binaries(): string {
  const root = "/usr/lib/postgresql";
  const [newest] = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  if (!newest) throw new Error("these tests need PostgreSQL: apt-get install postgresql-15");
  return join(root, newest, "bin");
}

/** PostgreSQL refuses to run as root: then as the user that Debian's package made. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

export async function newCluster(): Promise<Cluster> {
  const bin = binaries();
  const own = user();
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-postgres-"));
  if (own.uid !== undefined) chownSync(folder, own.uid, own.gid as number);
  const data = join(folder, "data");
  const options = { ...own, cwd: folder, env: { PATH: process.env.PATH, HOME: folder, LC_ALL: "C.UTF-8" } };
  const init = ["-D", data, "-U", "shadowprice", "--auth=trust", "--encoding=UTF8", "--no-sync"];
  execFileSync(join(bin, "initdb"), init, { ...options, stdio: "pipe" });
  const port = await freePort();
  const url = `postgres://shadowprice@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;

  const end = async (signal: NodeJS.Signals) => {
    if (!server?.pid) return;
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
    server = undefined;
  };
  return {
    url,
    async start() {
      const flags = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
      // After a kill its processes notice that they are alone, and until the last has ended no new server starts.
      for (let attempt = 0; ; attempt++) {
        const started = spawn(join(bin, "postgres"), flags, { ...options, stdio: "ignore" });
        server = started;
        const ended = once(started, "exit").then(() => "ended");
        if ((await Promise.race([ended, answers(url, started)])) !== "ended") return;
        if (attempt === 50) throw new Error("PostgreSQL does not start");
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    kill: () => end("SIGKILL"),
    async stop() {
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; server.exitCode === null; ) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
