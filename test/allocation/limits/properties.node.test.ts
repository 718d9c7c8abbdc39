/** What must hold of bounds and prices whatever the table: held against HiGHS' relaxation where a number is needed. */
import loader, { type Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { type AllocationRequest, type AllocationResult, allocate } from "../../../src/index.js";
import { combinations, type Instance, instanceOf, NAMES, offersFor } from "./instances.js";
import { optimumOf } from "./relaxation.js";

let highs: Highs;

beforeAll(async () => {
  highs = await (loader as unknown as () => Promise<Highs>)();
});

/** Instances of a few kinds each, every kind and name among them. */
function* instances(): Generator<Instance> {
  let n = 0;
  for (const kinds of combinations()) {
    if (n++ % 2 !== 0) continue;
    yield instanceOf(9000 + n, NAMES[n % NAMES.length] as string, kinds, 12);
  }
}

/** The same request with every limit tightened, one at a time. */
function* tightened({ request }: Instance): Generator<{ name: string; request: AllocationRequest }> {
  const { budget, minSpend, minReturn, stock, groups, resources } = request;
  if (budget !== undefined) yield { name: "budget", request: { ...request, budget: budget * 0.9 } };
  if (minSpend !== undefined) yield { name: "minSpend", request: { ...request, minSpend: minSpend + 0.3 } };
  if (minReturn !== undefined) yield { name: "minReturn", request: { ...request, minReturn: minReturn + 0.1 } };
  for (const [offer, n] of Object.entries(stock ?? {})) {
    if (n > 0) yield { name: `stock ${offer}`, request: { ...request, stock: { ...stock, [offer]: n - 1 } } };
  }
  for (const [g, group] of (groups ?? []).entries()) {
    const { atMost, atLeast } = group;
    const tight = {
      ...group,
      ...(atMost !== undefined ? { atMost: atMost * 0.9 } : { atLeast: (atLeast ?? 0) + 0.1 }),
    };
    yield { name: `group ${group.name}`, request: { ...request, groups: groups?.with(g, tight) ?? [] } };
  }
  for (const [k, resource] of (resources ?? []).entries()) {
    const tight = { ...resource, atMost: resource.atMost * 0.9 };
    yield { name: `resource ${resource.name}`, request: { ...request, resources: resources?.with(k, tight) ?? [] } };
  }
}

test("tightening a limit never raises the bound of the relaxation, and never makes an impossible request possible", () => {
  for (const instance of instances()) {
    const offers = offersFor(instance);
    const before = allocate(offers, instance.request);
    for (const { name, request } of tightened(instance)) {
      const after = allocate(offers, request);
      const told = `${name}: ${JSON.stringify(instance.request)}`;
      if (before.status === "impossible") expect(after.status, told).toBe("impossible");
      else if (after.status !== "impossible") {
        const slack = 1e-8 * Math.max(1, Math.abs(before.bound));
        expect(after.bound, told).toBeLessThanOrEqual(before.bound + slack + gapOf(before));
      }
    }
  }
});

/** A bound of whole plans may lie below the relaxation by what whole options lose: the property is the relaxation's. */
function gapOf({ bound, value }: AllocationResult): number {
  return Math.max(0, bound - value);
}

describe("prices say what one more unit changes", () => {
  test("of every limit, by the relaxation with a little more and a little less", () => {
    let priced = 0;
    for (const instance of instances()) {
      const result = allocate(offersFor(instance), instance.request);
      if (result.status === "impossible") continue;
      const here = optimumOf(highs, instance) as number;
      for (const limit of result.limits) {
        const told = `${limit.name} ${limit.kind}: ${JSON.stringify(instance.request)}`;
        if (limit.kind === "at most") expect(limit.price, told).toBeGreaterThanOrEqual(0);
        else expect(limit.price, told).toBeLessThanOrEqual(0);
        if (limit.name === "minReturn") continue;
        // The optimum is concave in the limit: its price lies between the slopes to both sides.
        const step = limit.name.startsWith("stock") ? 1 : 0.05;
        const size = Math.max(1, Math.abs(here));
        const more = optimumOf(highs, moved(instance, limit, step));
        const less = optimumOf(highs, moved(instance, limit, -step));
        if (more !== undefined)
          expect((more - here) / step, told).toBeLessThanOrEqual(limit.price + (1e-6 * size) / step);
        if (less !== undefined) {
          expect((here - less) / step, told).toBeGreaterThanOrEqual(limit.price - (1e-6 * size) / step);
        }
        if (limit.price !== 0) priced++;
      }
    }
    expect(priced).toBeGreaterThan(15);
  });
});

function moved(instance: Instance, { name, kind }: { name: string; kind: string }, by: number): Instance {
  const { request } = instance;
  const own = name.slice(name.indexOf(" ") + 1);
  const side = kind === "at most" ? "atMost" : "atLeast";
  const next: AllocationRequest = { ...request };
  if (name === "budget" || name === "minSpend") next[name] = (request[name] as number) + by;
  if (name.startsWith("stock ")) next.stock = { ...request.stock, [own]: (request.stock?.[own] as number) + by };
  if (name.startsWith("group ")) {
    next.groups = (request.groups ?? []).map((g) => (g.name === own ? { ...g, [side]: (g[side] as number) + by } : g));
  }
  if (name.startsWith("resource ")) {
    next.resources = (request.resources ?? []).map((r) => (r.name === own ? { ...r, atMost: r.atMost + by } : r));
  }
  return { ...instance, request: next };
}
