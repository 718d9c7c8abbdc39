/** Whatever stops a run, no output stands under its name that is not whole, and what was there before is there still. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FileProgress,
  InputFileError,
  type OpenOptions,
  OutputFileError,
  openOffers,
} from "../../src/files/index.js";
import { createEngine } from "../../src/index.js";
import { decisions, parquet, temporaryFolder, text } from "./make.js";

const USERS = 60_000;
const folder = temporaryFolder();
const cli = resolve("dist/cli.js");
const query = (users: number) =>
  `SELECT 'user ' || i AS user_id, (i % 97)::DOUBLE AS value_a, 1::DOUBLE AS cost_a, (i % 89)::DOUBLE AS value_b, 2::DOUBLE AS cost_b FROM range(${users}) t(i)`;

/** The same, a row an offer. */
const longQuery = (users: number) =>
  `SELECT user_id, unnest(['a', 'b']) AS offer, unnest([value_a, value_b]) AS value, unnest([cost_a, cost_b]) AS cost FROM (${query(users)})`;

const csv = (users: number) =>
  `user_id,value_a,cost_a,value_b,cost_b\n${Array.from({ length: users }, (_, i) => `user ${i},${i % 97},1,${i % 89},2\n`).join("")}`;

const cases = [
  { name: "Parquet by DuckDB", file: "in.parquet", reader: "duckdb" },
  { name: "Parquet by JavaScript", file: "in.parquet", reader: "javascript" },
  { name: "CSV by JavaScript", file: "in.csv", reader: "javascript" },
  { name: "CSV by DuckDB", file: "in.csv", reader: "duckdb" },
  { name: "long Parquet by DuckDB", file: "long.parquet", reader: "duckdb" },
] as const;

beforeAll(async () => {
  await parquet(join(folder, "in.parquet"), query(USERS), ", ROW_GROUP_SIZE 4096");
  await parquet(join(folder, "long.parquet"), longQuery(USERS), ", ROW_GROUP_SIZE 4096");
  text(join(folder, "in.csv"), csv(USERS));
});

/** Reads and writes; `onProgress` may do harm meanwhile. */
async function run(input: string, output: string, options: OpenOptions): Promise<void> {
  const file = await openOffers(input, options);
  try {
    const offers = await file.read(createEngine());
    await file.writeDecisions(output, offers, new Uint8Array(file.users).fill(2));
  } finally {
    await file.close();
  }
}

/** Calls `harm` once, in the middle of a phase. */
function midway(phase: FileProgress["phase"], harm: () => void): OpenOptions["onProgress"] {
  let done = false;
  return (progress) => {
    if (done || progress.phase !== phase || progress.done < progress.total / 4) return;
    done = true;
    harm();
  };
}

/** A folder of its own for the output, to see everything that is left in it. */
function fresh(): { output: string; left: () => string[] } {
  const place = join(folder, `out-${Math.random().toString(36).slice(2)}`);
  mkdirSync(place);
  return { output: join(place, "decisions.parquet"), left: () => readdirSync(place) };
}

describe.each(cases)("$name", ({ file, reader }) => {
  const input = () => join(folder, file);

  it("leaves one file, and nothing beside it", async () => {
    const { output, left } = fresh();
    await run(input(), output, { reader });
    expect(left()).toEqual(["decisions.parquet"]);
    expect((await decisions(output)).length).toBe(USERS);
  });

  it("aborted while it reads or writes: the reason is thrown, nothing is left", async () => {
    for (const phase of ["read", "write"] as const) {
      const { output, left } = fresh();
      const controller = new AbortController();
      const reason = new Error(`stopped while it ${phase}s`);
      const onProgress = midway(phase, () => controller.abort(reason));
      await expect(run(input(), output, { reader, onProgress, signal: controller.signal })).rejects.toBe(reason);
      expect(left()).toEqual([]);
    }
  });

  it.each(["read", "write"] as const)("a file that grows while we %s", async (phase) => {
    const copy = join(folder, `grows-${file}`);
    writeFileSync(copy, readFileSync(input()));
    const { output, left } = fresh();
    const onProgress = midway(phase, () => appendFileSync(copy, "user x,1,1,1,1\n"));
    const failed = run(copy, output, { reader, onProgress });
    await expect(failed).rejects.toThrow(InputFileError);
    await expect(failed).rejects.toThrow(/changed while it was read/);
    expect(left()).toEqual([]);
  });

  it("a file that is written between the two readings, to the same size", async () => {
    const copy = join(folder, `touched-${file}`);
    writeFileSync(copy, readFileSync(input()));
    const { output, left } = fresh();
    const opened = await openOffers(copy, { reader });
    const offers = await opened.read(createEngine());
    utimesSync(copy, new Date(), new Date(1e12));
    await expect(opened.writeDecisions(output, offers, new Uint8Array(USERS))).rejects.toThrow(
      /changed while it was read/,
    );
    await opened.close();
    expect(left()).toEqual([]);
  });

  it("a failure keeps the output of the run before", async () => {
    const { output, left } = fresh();
    writeFileSync(output, "before");
    const controller = new AbortController();
    const onProgress = midway("write", () => controller.abort());
    await expect(run(input(), output, { reader, onProgress, signal: controller.signal })).rejects.toThrow();
    expect(left()).toEqual(["decisions.parquet"]);
    expect(readFileSync(output, "utf8")).toBe("before");
  });

  it("what a dead process left is removed, what a live one writes is not", async () => {
    const { output, left } = fresh();
    const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
    const place = resolve(output, "..");
    const other = join(place, ".other.parquet.shadowprice-1.tmp");
    writeFileSync(join(place, `.decisions.parquet.shadowprice-${dead}.tmp`), "dead");
    writeFileSync(join(place, `.decisions.parquet.shadowprice-${process.ppid}.tmp`), "alive");
    writeFileSync(join(place, `.decisions.parquet.shadowprice-${process.pid}.tmp`), "one with our number, from before");
    writeFileSync(other, "of another output");
    await run(input(), output, { reader });
    expect(left().sort()).toEqual([
      `.decisions.parquet.shadowprice-${process.ppid}.tmp`,
      ".other.parquet.shadowprice-1.tmp",
      "decisions.parquet",
    ]);
  });

  it("killed while it writes: no output, and the next run cleans up", async () => {
    const { output, left } = fresh();
    const big = join(folder, `big-${file}`);
    if (!existsSync(big)) {
      if (file.endsWith("csv")) text(big, csv(400_000));
      else await parquet(big, file.startsWith("long") ? longQuery(400_000) : query(400_000));
    }
    const args = [cli, "allocate", big, "--budget", "100000", "--output", output, "--reader", reader];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    const ended = new Promise((settle) => child.once("exit", (_code, signal) => settle(signal)));
    await until(() => left().length > 0 || child.exitCode !== null);
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    expect(left()).toEqual([`.decisions.parquet.shadowprice-${child.pid}.tmp`]);
    execFileSync(process.execPath, args, { stdio: "ignore" });
    expect(left()).toEqual(["decisions.parquet"]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((settle) => setTimeout(settle, 1));
}

it("a folder that does not exist, a folder as the output", async () => {
  const input = join(folder, "in.csv");
  await expect(run(input, join(folder, "nowhere", "out.csv"), {})).rejects.toThrow(/folder does not exist/);
  await expect(run(input, folder, {})).rejects.toThrow(/is a folder/);
  await expect(run(input, join(folder, "out.csv.gz"), {})).rejects.toThrow(/compressed/);
});

it("choices of another table are refused", async () => {
  const file = await openOffers(join(folder, "in.csv"));
  const offers = await file.read(createEngine());
  await expect(file.writeDecisions(join(folder, "x.csv"), offers, new Uint8Array(3))).rejects.toThrow(RangeError);
  await file.close();
});

/** A file system of 256 KiB, where this user may mount one. */
const disk = join(folder, "disk");
mkdirSync(disk);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]).status === 0;
if (!mounted) console.warn("full disk: not tested, mounting a small file system needs root");
afterAll(() => {
  if (mounted) spawnSync("umount", [disk]);
});

describe.skipIf(!mounted)("a full disk", () => {
  it.each(cases.flatMap((one) => ["parquet", "csv", "arrow"].map((format) => ({ ...one, format }))))(
    "$name to $format: said so, nothing left",
    async ({ file, reader, format }) => {
      const failed = run(join(folder, file), join(disk, `decisions.${format}`), { reader });
      await expect(failed).rejects.toThrow(OutputFileError);
      await expect(failed).rejects.toThrow(/disk is full/);
      expect(readdirSync(disk)).toEqual([]);
    },
  );

  it("by the command line: exit code 1", () => {
    const { status, stderr } = spawnSync(process.execPath, [
      cli,
      "allocate",
      join(folder, "in.csv"),
      "--budget",
      "9",
      "--output",
      join(disk, "d.csv"),
    ]);
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/disk is full/);
    expect(readdirSync(disk)).toEqual([]);
  });
});
