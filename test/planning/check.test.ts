import { describe, expect, it } from "vitest";
import { type PlanProblem, planBudget } from "../../src/index.js";
import schema from "../../src/planning/plan.schema.json" with { type: "json" };
import { trap } from "./instances.js";

/** The trap with one thing wrong. */
function bad(change: (plan: Record<string, never>) => void): () => unknown {
  const plan = structuredClone(trap()) as never;
  change(plan);
  return () => planBudget(plan);
}

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may hand over
type Any = any;

describe("a bad plan names its field", () => {
  const cases: [string, (plan: Any) => void, RegExp, typeof TypeError | typeof RangeError][] = [
    ["an unknown field", (p) => (p.bugdet = 1), /^bugdet: there is no such field.*budget/, TypeError],
    ["an unknown field of a channel", (p) => (p.channels[1].maximum = 1), /^channels\[1\]\.maximum: /, TypeError],
    ["an unknown parameter", (p) => (p.channels[0].curve.slope = 1), /^channels\[0\]\.curve\.slope: /, TypeError],
    [
      "a missing parameter",
      (p) => delete p.channels[0].curve.half,
      /^channels\[0\]\.curve\.half is missing/,
      TypeError,
    ],
    ["a missing budget", (p) => delete p.budget, /^budget is missing/, TypeError],
    ["a missing curve", (p) => delete p.channels[0].curve, /^channels\[0\]\.curve is missing/, TypeError],
    [
      "an unknown curve",
      (p) => (p.channels[0].curve.type = "hil"),
      /curve\.type must be one of hill, logit/,
      RangeError,
    ],
    ["a negative parameter", (p) => (p.channels[0].curve.half = -5), /curve\.half must be above 0, got -5/, RangeError],
    ["NaN", (p) => (p.channels[0].curve.max = Number.NaN), /channels\[0\]\.curve\.max must be finite/, RangeError],
    ["infinity", (p) => (p.budget = Number.POSITIVE_INFINITY), /^budget must be finite/, RangeError],
    ["a text for a number", (p) => (p.budget = "60"), /^budget must be a number, got string/, TypeError],
    ["a negative budget", (p) => (p.budget = -1), /^budget must be at least 0, got -1/, RangeError],
    ["no channels", (p) => (p.channels = []), /^channels must have 1 to/, RangeError],
    ["no periods", (p) => (p.periods = 0), /^periods must be at least 1, got 0/, RangeError],
    ["half a period", (p) => (p.periods = 1.5), /^periods must be a whole number/, RangeError],
    [
      "a list of the wrong length",
      (p) => (p.channels[0].max = [1, 2]),
      /channels\[0\]\.max must have one entry/,
      RangeError,
    ],
    ["a hole in a list", (p) => Object.assign(p, { periods: 2, regimes: new Array(2) }), /regimes\[0\]/, TypeError],
    [
      "a floor above a ceiling",
      (p) => Object.assign(p.channels[1], { min: 9, max: 8 }),
      /channels\[1\]\.min must be at most max/,
      RangeError,
    ],
    [
      "two channels of a name",
      (p) => (p.channels[1].name = "search"),
      /channels\[1\]\.name: "search" is named twice/,
      RangeError,
    ],
    [
      "a group of strangers",
      (p) => (p.groups = [{ name: "g", channels: ["x"], atMost: 1 }]),
      /groups\[0\]\.channels\[0\]: there is no "x"/,
      RangeError,
    ],
    [
      "a group without a limit",
      (p) => (p.groups = [{ name: "g", channels: ["tv"] }]),
      /groups\[0\] limits nothing/,
      TypeError,
    ],
    [
      "a commitment out of time",
      (p) => (p.commitments = [{ channel: "tv", period: 2, amount: 1 }]),
      /commitments\[0\]\.period must be at most 1/,
      RangeError,
    ],
    ["a reserve above the budget", (p) => (p.reserve = { amount: 61 }), /reserve\.amount must be at most/, RangeError],
    [
      "two kinds of presence",
      (p) => (p.channels[0].presence = { atLeast: 1, share: 0.1 }),
      /presence must have one field/,
      TypeError,
    ],
    ["a day that is none", (p) => (p.start = "2027-02-30"), /^start must be a day/, RangeError],
    [
      "a falling table",
      (p) => (p.channels[0].curve = { type: "table", spend: [1, 2], response: [2, 1] }),
      /response\[1\] must not be below/,
      RangeError,
    ],
    [
      "a table that stands still",
      (p) => (p.channels[0].curve = { type: "table", spend: [1, 1], response: [1, 2] }),
      /spend\[1\] must be above/,
      RangeError,
    ],
    [
      "a convex power without end",
      (p) => (p.channels[0].curve = { type: "power", scale: 1, exponent: 2 }),
      /exponent must be at most 1/,
      RangeError,
    ],
    [
      "change without current",
      (p) => (p.channels[0].change = { up: 1 }),
      /channels\[0\]\.change is relative/,
      RangeError,
    ],
    ["null", (p) => (p.channels[0] = null), /channels\[0\] must be an object, got null/, TypeError],
  ];
  it.each(cases)("%s", (_, change, message, kind) => {
    expect(bad(change as never)).toThrow(message);
    expect(bad(change as never)).toThrow(kind);
  });

  it.each([undefined, null, 3, "plan", []])("no plan at all: %j", (plan) => {
    expect(() => planBudget(plan as never)).toThrow(TypeError);
  });

  it.each([
    [{ tolerance: -1 }, /tolerance must be at least 0/],
    [{ method: "genetic" }, /method must be one of separable, flighting/],
    [{ nodes: 0 }, /nodes must be a whole number/],
    [{ speed: 1 }, /no field "speed"/],
    [{ engine: {} }, /engine must be made by createEngine/],
  ])("a bad option: %j", (options, message) => {
    expect(() => planBudget(trap(), options as never)).toThrow(message);
  });
});

describe("the published schema", () => {
  /** The words of JSON Schema that the check reads; another would be published and not checked. */
  const WORDS = new Set([
    ...["$schema", "$id", "$ref", "$defs", "title", "description", "type", "const", "enum", "oneOf", "required"],
    ...["properties", "additionalProperties", "items", "minItems", "maxItems", "minLength", "pattern"],
    ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ]);

  it("uses only words that the check reads", () => {
    const unknown: string[] = [];
    const visit = (node: unknown, named: boolean): void => {
      if (Array.isArray(node)) for (const item of node) visit(item, false);
      else if (typeof node === "object" && node !== null) {
        for (const [key, value] of Object.entries(node)) {
          if (!named && !WORDS.has(key)) unknown.push(key);
          visit(value, key === "properties" || key === "$defs");
        }
      }
    };
    visit(schema, false);
    expect(unknown).toEqual([]);
  });

  it("closes every object, so that no misspelt field passes", () => {
    const open: string[] = [];
    const visit = (node: Any, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      if (node.type === "object" && node.additionalProperties === undefined) open.push(path);
      for (const [key, value] of Object.entries(node)) visit(value, `${path}/${key}`);
    };
    visit(schema, "");
    expect(open).toEqual([]);
  });
});

describe("limits that clash", () => {
  it("floors above the budget name the excess, and the nearest budget is possible", () => {
    const problem = { ...trap(), channels: trap().channels.map((channel) => ({ ...channel, min: 35 })) };
    const plan = planBudget(problem);
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.reason).toContain("10 too much");
    expect(plan.clash?.limits).toEqual(["budget", "channels[0].min", "channels[1].min"]);
    expect(plan.clash?.nearest.budget).toBe(70);
    expect(planBudget(plan.clash?.nearest as never).status).toBe("met");
  });

  it("an exact budget above the ceilings is no silent under-spend (media-mix.md 5.5)", () => {
    const channels = trap().channels.map((channel) => ({ ...channel, max: 20 }));
    const plan = planBudget({ budget: 60, spend: "exactly", channels });
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.nearest.budget).toBe(40);
    const atMost = planBudget({ budget: 60, channels });
    expect(atMost.status).toBe("met");
    expect([atMost.spent, atMost.unspent]).toEqual([40, 20]);
  });

  it("several clashes are mended one after another", () => {
    const channels = trap().channels.map((channel) => ({ ...channel, min: 20 }));
    const groups = [
      { name: "a", channels: ["search"], atMost: 10 },
      { name: "b", channels: ["search", "tv"], atMost: 30 },
    ];
    const plan = planBudget({ budget: 25, channels, groups });
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.limits).toEqual(expect.arrayContaining(["budget", "groups[0].atMost", "groups[1].atMost"]));
    expect(planBudget(plan.clash?.nearest as never).status).toBe("met");
  });

  it("presence that no pattern of channels meets is proven by the search", () => {
    const channels = trap().channels.map((channel) => ({ ...channel, presence: { atLeast: 40 } }));
    const plan = planBudget({ budget: 30, spend: "exactly", channels });
    expect(plan.status).toBe("impossible");
    expect(plan.clash?.limits[0]).toBe("channels[0].presence");
    expect(planBudget(plan.clash?.nearest as never).status).toBe("met");
  });

  it("a method that cannot plan the problem is refused by field", () => {
    const [first, second] = trap().channels;
    const adstock = { type: "geometric", decay: 0.5 } as const;
    const problem = { ...trap(), channels: [first, { ...second, adstock }] } as PlanProblem;
    expect(() => planBudget(problem, { method: "separable" })).toThrow(/channels\[1\]\.adstock makes periods/);
    expect(planBudget(problem).method).toBe("flighting");
  });

  it("limits that cross are refused with both names", () => {
    const groups = [
      { name: "a", channels: ["search"], atMost: 10 },
      { name: "b", channels: ["search", "tv"], periods: [1], atMost: 30 },
    ];
    const crossing = { ...trap(), periods: 2, groups };
    expect(() => planBudget(crossing, { method: "separable" })).toThrow(
      /"group a" and "group b"|"group b" and "group a"/,
    );
  });
});
