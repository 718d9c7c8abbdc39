/** The clients of scripts/serving-kills.mjs: each does one thing, over and over, and notes what the server said. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** Milliseconds in which an answer comes, or the server is dead. */
const PATIENCE = 20_000;

export class Clients {
  /** By path: the last version that was acknowledged, and the one that is being asked for. */
  acknowledged = new Map();
  wrong = [];
  counts = { published: 0, sentAgain: 0, replayed: 0, decided: 0, solved: 0, refused: 0 };
  /** Milliseconds of each answered decision. */
  latencies = [];
  isOver = false;

  constructor(origin, model) {
    this.origin = origin;
    this.model = model;
  }

  async ask(path, init = {}) {
    const response = await fetch(this.origin + path, { ...init, signal: AbortSignal.timeout(PATIENCE) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** What a version of a name is: only the number decides it, so that any reader can tell whether it is whole. */
  policyOf(version, isModelled) {
    const note = String(version).repeat(1_000).slice(0, 1_000);
    if (!isModelled)
      return {
        options: [
          { name: "5off", cost: 1 },
          { name: "10off", cost: 3 },
        ],
        price: version,
        note,
      };
    const options = [{ name: "call", value: { output: "score", times: 10 }, cost: 1 }];
    return { model: { name: "uplift" }, options, price: version, note };
  }

  /** Publishes version after version of one name. A request without an answer is sent again with its key, until there is one. */
  async publish(path, bodyOf) {
    for (let version = 1; !this.isOver; version++) {
      const headers = { "idempotency-key": randomUUID(), "content-type": "application/json" };
      if (version > 1) headers["if-match"] = `"${version - 1}"`;
      const body = bodyOf(version);
      for (let attempt = 0; ; attempt++) {
        if (attempt > 0) this.counts.sentAgain++;
        const answer = await this.ask(path, { method: "PUT", headers, body }).catch(() => undefined);
        if (answer && (answer.status === 200 || answer.status === 201)) {
          if (answer.body.version !== version) this.wrong.push(`${path}: ${answer.body.version} for ${version}`);
          if (answer.headers.has("idempotent-replayed")) this.counts.replayed++;
          break;
        }
        if (answer && answer.status !== 503 && answer.status !== 409) {
          this.wrong.push(`PUT ${path} version ${version}: ${answer.status} ${JSON.stringify(answer.body)}`);
          return;
        }
        if (this.isOver) return;
        await wait(50);
      }
      this.acknowledged.set(path, version);
      this.counts.published++;
      await wait(2);
    }
  }

  async decide(path, userOf) {
    const headers = { "content-type": "application/json" };
    for (let i = 0; !this.isOver; i++) {
      const body = JSON.stringify({ users: [userOf(i)] });
      const from = performance.now();
      const answer = await this.ask(path, { method: "POST", headers, body }).catch(() => undefined);
      if (answer?.status === 200) {
        this.latencies.push(performance.now() - from);
        this.counts.decided++;
        // A decision names the version that made it, whose price is its number.
        const { version, price, decisions } = answer.body;
        if (version !== price || decisions.length !== 1)
          this.wrong.push(`${path}: version ${version} at price ${price}`);
      } else if (answer && ![404, 409, 503].includes(answer.status)) {
        this.wrong.push(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      } else {
        this.counts.refused++;
        await wait(20);
      }
    }
  }

  async solve(users) {
    const column = (seed) => Array.from({ length: users }, (_, i) => ((i * seed) % 1009) / 100 + 0.01);
    const offers = { options: ["a", "b"], values: [column(17), column(31)], costs: [column(7), column(13)] };
    const body = JSON.stringify({ offers, request: { budget: users } });
    const headers = { "content-type": "application/json" };
    while (!this.isOver) {
      const answer = await this.ask("/v1/allocations", { method: "POST", headers, body }).catch(() => undefined);
      if (answer?.status === 200 && answer.body.status === "met" && answer.body.cost <= users) this.counts.solved++;
      else if (answer && answer.status !== 503) this.wrong.push(`an allocation: ${answer.status}`);
      await wait(50);
    }
  }

  /** Every acknowledged version is there, or the one that was under way after it; and is whole. */
  async verify() {
    for (const [path, known] of [...this.acknowledged]) {
      const { status, body } = await this.ask(path);
      const now = this.acknowledged.get(path);
      if (status !== 200 || body.version < known || body.version > now + 1) {
        this.wrong.push(`${path}: ${known} was acknowledged, there is ${status} ${body?.version}`);
        continue;
      }
      const isWhole = path.includes("/models/")
        ? body.trees === 100
        : isDeepStrictEqual(body.policy, this.policyOf(body.version, "model" in body.policy));
      if (!isWhole) this.wrong.push(`${path}: version ${body.version} is not whole`);
    }
  }
}
