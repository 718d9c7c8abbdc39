/**
 * What /openapi.json says is what the application answers: every route is asked for its success and every documented error, and each
 * answer is read by a validator of JSON Schema 2020-12. Node alone: Ajv compiles functions, which workerd forbids.
 */
import { writeFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/index.js";
import { get, quiet } from "../asking.js";
import { answerOf, CASES, KEYS, type Operation } from "./documented.js";

const of = createApp({ ...quiet, keys: KEYS });
const document = (await get("/openapi.json", { of })).body;
const operations: Operation[] = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);
const named = operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);
const answers = named.flatMap(([name, operation]) =>
  Object.keys(operation.responses).map((status) => [name, status, operation] as const),
);

// What a schema does not say is not checked: `discriminator` and formats are for readers.
const ajv = new Ajv2020({
  strict: true,
  strictSchema: false,
  strictRequired: false,
  allowUnionTypes: true,
  validateFormats: false,
});
ajv.addSchema(document, "document");

function step(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** What is wrong with a value by the schema at this place of the document. */
function wrongs(value: unknown, ...place: readonly string[]): unknown {
  const validate = ajv.compile({ $ref: `document#/${place.map(step).join("/")}` });
  return validate(value) ? [] : validate.errors;
}

/** Times and processes differ from run to run. */
function rounded(answer: unknown): unknown {
  const differing = ["seconds", "phases", "modified", "created", "published", "updated"];
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === "seconds") return 0.001;
    return differing.includes(key) ? undefined : value;
  });
}

/** Headers that say something of the answer itself, so that a reader must find them documented. */
const SPOKEN = ["etag", "retry-after", "www-authenticate", "x-request-id", "allow", "location", "idempotency-replayed"];

describe("/openapi.json", () => {
  it("is a document of OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as Parameters<Validator["validate"]>[0],
    );
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it("names every operation once, and who may ask it", () => {
    const ids = operations.map((operation) => (operation as unknown as { operationId: string }).operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const open = operations.filter(({ security }) => !security).map(({ path }) => path);
    expect(open.filter((path) => path.startsWith("/v1/"))).toEqual([]);
  });

  it("says of no key where none is asked", async () => {
    const { body } = await get("/openapi.json");
    expect(JSON.stringify(body)).not.toMatch(/"security|"401"|"403"/);
  });

  it("has a case for every operation that takes a body, and none for what is gone", () => {
    const known: string[] = named.map(([name]) => name);
    expect(Object.keys(CASES).filter((name) => !known.includes(name))).toEqual([]);
    const without = named
      .filter(([name, { responses }]) => "422" in responses && !CASES[name]?.[422])
      .map(([name]) => name);
    expect(without, "add a line to CASES in test/serve/docs/documented.ts").toEqual([]);
  });

  // EXAMPLES=update takes them anew.
  it("gives for every answer in JSON the one that the example of its request is given", async () => {
    const given: Record<string, unknown> = {};
    for (const [name, operation] of named) {
      const status = "200" in operation.responses ? "200" : "201";
      const content = operation.responses[status]?.content as Record<string, { example?: unknown }> | undefined;
      if (!content?.["application/json"] || operation.path === "/openapi.json") continue;
      const answer = await (await answerOf(operation, status)).json();
      const steps = ["paths", operation.path, operation.method.toLowerCase(), "responses", status, "content"];
      expect(wrongs(answer, ...steps, "application/json", "schema"), name).toEqual([]);
      given[name] = rounded(answer);
      if (process.env.EXAMPLES !== "update") {
        expect(rounded(content["application/json"].example), `${name}: EXAMPLES=update?`).toEqual(given[name]);
      }
    }
    if (process.env.EXAMPLES === "update") {
      writeFileSync("src/serve/docs/examples.json", `${JSON.stringify(given, null, 2)}\n`);
    }
    expect(Object.keys(given).length).toBeGreaterThan(14);
  });

  it("gives examples that its schemas accept", () => {
    const found: unknown[] = [];
    const look = (value: unknown, place: string[]): void => {
      if (typeof value !== "object" || value === null) return;
      const isSchema = place.includes("schemas") || place.includes("schema");
      if ("example" in value && !("name" in value && "in" in value)) {
        const schema = isSchema || !("schema" in value) ? place : [...place, "schema"];
        const wrong = wrongs(value.example, ...schema);
        found.push({ place: place.join("/"), wrong });
      }
      for (const [name, inner] of Object.entries(value)) {
        if (name !== "example") look(inner, [...place, name]);
      }
    };
    look(document, []);
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((one) => (one as { wrong: unknown[] }).wrong.length > 0)).toEqual([]);
  });
});

describe("what is documented is answered", () => {
  it.each(answers)("%s %s", async (name, status, operation) => {
    const answer = await answerOf(operation, status);
    const text = await answer.text();
    expect(`${answer.status} ${text.slice(0, 300)}`).toMatch(new RegExp(`^${status}`));
    const said = operation.responses[status] as Operation["responses"][string];
    const place = ["paths", operation.path, operation.method.toLowerCase(), "responses", status];

    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const content = said.content as Record<string, unknown> | undefined;
    expect(Object.keys(content ?? { "": 1 })).toContain(type);
    if (type.endsWith("json")) {
      expect(wrongs(JSON.parse(text), ...place, "content", type, "schema"), name).toEqual([]);
    }

    const headers = said.headers ?? {};
    for (const [header, { required }] of Object.entries(headers)) {
      const value = answer.headers.get(header);
      if (value === null) expect(required ?? false, `${header} is missing`).toBe(false);
      else expect(wrongs(value, ...place, "headers", header, "schema")).toEqual([]);
    }
    const documented = Object.keys(headers).map((header) => header.toLowerCase());
    expect(SPOKEN.filter((header) => answer.headers.has(header) && !documented.includes(header))).toEqual([]);
    expect(text).not.toContain("secret");
  });
});
