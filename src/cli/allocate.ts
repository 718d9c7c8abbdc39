/** `shadowprice allocate FILE --budget N`: offers in, decisions out. */
import { format, parse } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { allocate } from "../allocation/allocate.js";
import { hasLimits } from "../allocation/limits/solve.js";
import type { AllocationRequest, AllocationResult } from "../allocation/types.js";
import { createEngine } from "../create.js";
import { type FileProgress, type OfferFile, openOffers } from "../files/index.js";
import { EXIT, UsageError } from "./failure.js";
import { counted } from "./format.js";
import { refuseOutput } from "./given.js";
import { facts, limitTable, moneyFacts, offerTable, refuse, resultJson, workFacts } from "./report.js";
import { asUsage, makeRequest, type RequestFlags, solving, stoppable } from "./request.js";
import type { Bar, Terminal } from "./terminal.js";

export interface FileFlags {
  reader?: "duckdb" | "javascript";
  assumeUnique?: boolean;
  json?: boolean;
}

/** What is opened beside values and costs: resources of the limits file. */
interface OpenFlags extends FileFlags {
  resources: readonly string[];
}

export function resourcesOf({ resources = [] }: AllocationRequest): readonly string[] {
  // A name that comes twice is the request's error, not the file's.
  return [...new Set(resources.map(({ name }) => name))];
}

export interface AllocateFlags extends RequestFlags, FileFlags {
  output?: string;
  timeLimit?: number;
}

export async function allocateCommand(
  path: string,
  flags: AllocateFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { output = besides(path), reader, assumeUnique, json, timeLimit, ...asked } = flags;
  const request = makeRequest(asked);
  if (request.budget === undefined && !hasLimits(request)) {
    throw new UsageError('give a budget: --budget N, or "budget" or another limit in the limits file');
  }
  if (timeLimit !== undefined && request.exact !== true) {
    throw new UsageError("--time-limit ends the search of --exact: give both, or leave it out");
  }
  refuseOutput(output, [path]);
  const clock = stopwatch();
  const bar = terminal.progress();
  let file: OfferFile | undefined;
  try {
    file = await open(path, { reader, assumeUnique, resources: resourcesOf(request) }, terminal, bar, signal);
    const { result, read, solve, engineBytes } = await readAndSolve(file, request, clock, bar, { signal, timeLimit });
    if (result.status !== "met") {
      bar.end();
      return refuse(result, { ...resultJson(file.options, file.users, result), input: source(file) }, json, terminal);
    }
    signal.throwIfAborted();
    giveBack();
    const written = await file.writeDecisions(output, undefined, result.choices);
    const write = clock();
    bar.end();
    const work = {
      phases: [
        ["read", read],
        ["solve", solve],
        ["write", write],
      ] as const,
      engineBytes,
    };
    if (json) {
      terminal.print(
        JSON.stringify({
          ...resultJson(file.options, file.users, result),
          input: source(file),
          output: { path: output, ...written },
        }),
      );
    } else {
      for (const line of reportLines(file, request, result, output, terminal)) terminal.print(line);
      for (const line of workFacts(result, work, terminal)) terminal.print(line);
    }
    return EXIT.met;
  } finally {
    bar.end();
    await file?.close();
  }
}

/** A function of its own, so that nothing holds the engine, and with it the table, when it returns. */
async function readAndSolve(
  file: OfferFile,
  request: AllocationRequest,
  clock: () => number,
  bar: Bar,
  limits: { signal: AbortSignal; timeLimit: number | undefined },
): Promise<{ result: AllocationResult; read: number; solve: number; engineBytes: number }> {
  const engine = createEngine();
  const offers = await file.read(engine);
  limits.signal.throwIfAborted();
  const read = clock();
  // Without --exact a solve takes seconds, and files for the writing may stand by.
  const run = request.exact ? stoppable : solving;
  const result = run(() =>
    allocate(offers, request, {
      ...limits,
      onProgress: ({ phase, done, total }) => bar.show(`solving: ${phase}`, done, total),
    }),
  );
  return { result, read, solve: clock(), engineBytes: engine.memory.buffer.byteLength };
}

/**
 * WebAssembly's memory never shrinks: a table that is no longer needed goes with its engine, when that is collected. Five
 * million users × 8 offers hold 380 MiB, which DuckDB's two writing threads can use in their place.
 */
function giveBack(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** Opens the offers and says on stderr which reader serves. */
export async function open(
  path: string,
  flags: OpenFlags,
  terminal: Terminal,
  bar: Bar,
  signal: AbortSignal,
): Promise<OfferFile> {
  const { reader, assumeUnique, resources } = flags;
  const onProgress = ({ phase, done, total }: FileProgress) => bar.show(phase, done, total);
  const file = await openOffers(path, { reader, assumeUnique, resources, signal, onProgress }).catch(
    (error: unknown) => {
      throw asUsage(error);
    },
  );
  bar.pause();
  terminal.warn(`reader: ${file.reader}${file.because ? ` (${file.because})` : ""}`);
  if (file.ignored.length > 0) terminal.warn(`columns that are no offers: ${file.ignored.join(", ")}`);
  return file;
}

export function source(file: OfferFile): Record<string, unknown> {
  return { path: file.path, format: file.format, layout: file.layout, reader: file.reader };
}

function reportLines(
  file: OfferFile,
  request: AllocationRequest,
  result: AllocationResult,
  output: string,
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colours;
  return [
    "",
    `${bold(file.path)}   ${dim(`${counted(file.users, "user")}, ${counted(file.options.length, "offer")} (${file.format}, ${file.layout})`)}`,
    "",
    ...facts(moneyFacts(request, result), terminal),
    "",
    ...limitTable(result, terminal),
    ...offerTable(file.options, result, terminal, request.exactlyOne === true),
    "",
    `  decisions are in ${bold(output)}`,
    "",
  ];
}

/** offers.csv → offers.decisions.csv, beside it. */
export function besides(path: string): string {
  const { dir, name, ext } = parse(path);
  return format({ dir, name: `${name}.decisions`, ext });
}

/** Seconds since the last call. */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = (now - last) / 1000;
    last = now;
    return passed;
  };
}
