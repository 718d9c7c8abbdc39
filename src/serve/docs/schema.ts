/** Schemas in words: what a value is, and a table of its fields. */
import type { Shape } from "./described.js";
import { code, escaped, indented, slug } from "./html.js";

const NAMES: Record<string, string> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  null: "null",
  object: "object",
  array: "list",
};

/** What a value is, in one line. */
export function type(schema: Shape): string {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1) as string;
    return `<a href="#${slug("schema", name)}">${escaped(name)}</a>`;
  }
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((one) => `<code>${escaped(JSON.stringify(one))}</code>`).join(" or ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map(type).join(" or ");
  if (schema.allOf) return schema.allOf.map(type).join(" and ");
  if (schema.items) return `list of ${type(schema.items)}${between(schema.minItems, schema.maxItems, " entries")}`;
  const names = [schema.type ?? (schema.properties ? "object" : [])].flat().map((name) => NAMES[name] ?? name);
  if (names.length === 0) return schema.format === "binary" ? "bytes" : "anything";
  if (schema.format === "binary") return "bytes";
  const { additionalProperties: others, properties } = schema;
  if (!properties && typeof others === "object") return `${type(others)} by name`;
  return names.join(" or ") + bounds(schema);
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength }: Shape): string {
  const words = [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ].filter((word) => word !== `at least ${Number.MIN_SAFE_INTEGER}`);
  return `${words.length > 0 ? `, ${words.join(", ")}` : ""}${between(minLength, maxLength, " characters")}`;
}

function between(least: number | undefined, most: number | undefined, of: string): string {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return `, ${least}${of} or more`;
  return least === undefined ? `, at most ${most}${of}` : `, ${least} to ${most}${of}`;
}

/** A schema with all that it says: description, fields or choices, example. */
export function definition(schema: Shape): string {
  const { description, example } = schema;
  const choices = schema.oneOf ?? schema.anyOf;
  const parts = [
    description ? `<p>${escaped(description)}</p>` : "",
    schema.properties ? fields(schema) : choices ? list(choices) : `<p>${type(schema)}</p>`,
    example === undefined ? "" : code(indented(example), "Example"),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function list(choices: readonly Shape[]): string {
  const items = choices.map((one) => {
    const { type: kind } = one.properties ?? {};
    const title = kind?.const === undefined ? "" : `<p><code>${escaped(String(kind.const))}</code></p>`;
    return `<li>${title}${one.properties ? fields(one) : type(one)}</li>`;
  });
  return `<p>One of:</p><ul class="choices">${items.join("")}</ul>`;
}

function fields({ properties = {}, required = [], additionalProperties }: Shape): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const need = required.includes(name) ? " <small>required</small>" : "";
    const words = schema.description ? `<br>${escaped(schema.description)}` : "";
    const inner = innerFields(schema);
    return `<tr><th scope="row"><code>${escaped(name)}</code>${need}</th><td>${type(schema)}${words}${inner}</td></tr>`;
  });
  const others = additionalProperties === false ? "" : "<p><small>Other fields may be there.</small></p>";
  if (rows.length === 0) return `<p>An object.</p>${others}`;
  return `<table><thead><tr><th scope="col">Field</th><th scope="col">What</th></tr></thead><tbody>${rows.join("")}</tbody></table>${others}`;
}

/** The fields of an object, or of a list's objects, that have no name of their own. */
function innerFields(schema: Shape): string {
  const object = schema.properties ? schema : schema.items?.properties ? schema.items : undefined;
  return object ? fields({ additionalProperties: false, ...object }) : "";
}
