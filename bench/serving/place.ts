/** A server in a process of its own, and load on it from others. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const KEY = "a-key-of-the-bench-alone";
const HOST = resolve("bench/serving/host.mjs");
const LOAD = resolve("bench/serving/load.mjs");

export interface Asking {
  path: string;
  /** A file of `Place.file`. */
  body: string;
  type?: string;
  connections?: number;
  /** How long, or how many requests a connection. */
  seconds?: number;
  requests?: number;
}

export interface Load {
  requests: number;
  /** Requests a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

export class Place {
  readonly #server: ChildProcess;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "shadowprice-serving-"));

  private constructor(server: ChildProcess, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async open(): Promise<Place> {
    const sink = openSync("/dev/null", "w");
    const server = spawn(process.execPath, [HOST, KEY], { stdio: ["ignore", sink, "inherit", "ipc"] });
    const { port } = await told<{ port: number }>(server);
    return new Place(server, port);
  }

  /** Bytes that requests send. */
  file(name: string, bytes: string | Uint8Array): string {
    const path = join(this.#folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  async put(path: string, body: string | Uint8Array<ArrayBuffer>, type = "application/json"): Promise<void> {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": type };
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method: "PUT", headers, body });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }

  async post(path: string, body: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Asks as a process of its own, until it is done. */
  async load(asking: Asking): Promise<Load> {
    const client = this.#client(asking, ["ignore", "pipe", "inherit"]);
    let text = "";
    client.stdout?.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    await ended(client);
    return JSON.parse(text);
  }

  /** Asks without an end, meanwhile `measure`, which begins after the first answer; answers that came meanwhile, too. */
  async beside<T>(asking: Asking, measure: () => Promise<T>): Promise<{ found: T; answers: number }> {
    const client = this.#client({ ...asking, seconds: 3600 }, ["ignore", "ignore", "inherit", "ipc"]);
    let answers = 0;
    client.on("message", () => {
      answers++;
    });
    try {
      await told(client);
      const before = answers;
      const found = await measure();
      return { found, answers: answers - before };
    } finally {
      client.kill();
    }
  }

  close(): void {
    this.#server.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #client(
    { path, body, type = "application/json", ...how }: Asking,
    stdio: ("ignore" | "pipe" | "inherit" | "ipc")[],
  ): ChildProcess {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": type };
    const asked = JSON.stringify({ port: this.#port, path, headers, body, ...how });
    return spawn(process.execPath, [LOAD, asked], { stdio });
  }
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as T));
    child.once("exit", (code) => reject(new Error(`${child.spawnargs[1]} ended with ${code}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${child.spawnargs[1]} ended with ${code}`)),
    );
  });
}
