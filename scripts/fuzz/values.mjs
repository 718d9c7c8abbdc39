/** Values: as a schema says, nearly so, and hostile ones. */

const NUMBERS = [0, 1, 2, 3, 5, 10, 60, 0.5, 0.1, 1.5, 100, 1e3, 1e6, 1e-3];
const HOSTILE_NUMBERS = [
  -1,
  -0,
  1e308,
  -1e308,
  5e-324,
  1e50,
  1e51,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e16,
  0.1 + 0.2,
  255,
  65_535,
];
const NAMES = ["a", "b", "5off", "10off", "tv", "search", "hours"];
const HOSTILE_TEXTS = [
  ...[
    "",
    " ",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
  ],
  ...[
    "1e999",
    "0x10",
    "\u0000",
    "\ud800",
    "é",
    "é",
    "\u202e",
    "😀",
    "../../etc/passwd",
    "%2e%2e",
    "a/b~c",
    "<script>",
    "$(x)",
  ],
  ...["'; drop table policies; --", "\r\nset-cookie: a=b", "x".repeat(300), "x".repeat(20_000), "9".repeat(400)],
];
const PROTOTYPE = () => JSON.parse('{"__proto__": {"a": 1}, "constructor": {"prototype": {}}}');

export function hostile(random) {
  switch (random.below(9)) {
    case 0:
      return random.of(HOSTILE_NUMBERS);
    case 1:
    case 2:
      return random.of(HOSTILE_TEXTS);
    case 3:
      return null;
    case 4:
      return random.of([true, false, [], {}, [[]], [{}], [null], [[[[[[]]]]]]]);
    case 5:
      return PROTOTYPE();
    case 6:
      return nested(random.of([3, 30, 300]), random.chance(0.5));
    case 7:
      return Array.from({ length: random.of([1, 2, 3, 100, 5_000]) }, () => random.of(NUMBERS));
    default:
      return -random.of(NUMBERS);
  }
}

function nested(depth, isList) {
  let value = 1;
  for (let i = 0; i < depth; i++) value = isList ? [value] : { a: value };
  return value;
}

/** Something that the schema accepts, as far as its words are known here. */
export function accepted(schema, document, random, depth = 0) {
  let by = schema;
  for (;;) {
    if (by.$ref) by = at(document, by.$ref.slice(1));
    else if (by.oneOf ?? by.anyOf) by = random.of(by.oneOf ?? by.anyOf);
    else if (by.allOf) by = by.allOf[0];
    else break;
  }
  if (by.const !== undefined) return by.const;
  if (by.enum) return random.of(by.enum);
  if (by.example !== undefined && random.chance(0.5)) return structuredClone(by.example);
  const type = Array.isArray(by.type) ? random.of(by.type) : (by.type ?? (by.properties ? "object" : undefined));
  switch (type) {
    case "object":
      return record(by, document, random, depth);
    case "array": {
      const { minItems = 0, maxItems = 4 } = by;
      const length = Math.min(maxItems, minItems + (depth > 8 ? 0 : random.below(4)));
      return Array.from({ length }, () => accepted(by.items ?? {}, document, random, depth + 1));
    }
    case "number":
    case "integer":
      return number(by, random, type === "integer");
    case "string":
      return by.pattern ? (by.example ?? "2027-01-04") : random.of(NAMES);
    case "boolean":
      return random.chance(0.5);
    case "null":
      return null;
    default:
      return random.of([1, "a", {}, []]);
  }
}

function record({ properties = {}, required = [], additionalProperties }, document, random, depth) {
  const made = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (required.includes(name) || (depth < 6 && random.chance(0.25))) {
      made[name] = accepted(schema, document, random, depth + 1);
    }
  }
  if (typeof additionalProperties === "object" && Object.keys(properties).length === 0) {
    for (let i = random.below(3); i > 0; i--)
      made[random.of(NAMES)] = accepted(additionalProperties, document, random, depth + 1);
  }
  return made;
}

function number({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }, random, isWhole) {
  const drawn = random.chance(0.9) ? random.of(NUMBERS) : random.next() * 100;
  const low = Math.max(minimum ?? -Infinity, exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + 1e-6);
  const high = Math.min(maximum ?? Infinity, exclusiveMaximum === undefined ? Infinity : exclusiveMaximum - 1e-6);
  const inside = Math.min(high, Math.max(low, drawn));
  return isWhole ? Math.ceil(inside) : inside;
}

/** The value with one place changed: another number, another kind, a field less, one more, a list of another length. */
export function changed(value, random) {
  const places = [];
  const look = (inner, path) => {
    places.push(path);
    if (typeof inner !== "object" || inner === null || places.length > 400) return;
    for (const key of Object.keys(inner)) look(inner[key], [...path, key]);
  };
  look(value, []);
  const path = random.of(places);
  const copy = { value: structuredClone(value) };
  const steps = ["value", ...path];
  const last = steps.pop();
  const parent = steps.reduce((inner, step) => inner[step], copy);
  const here = parent[last];
  switch (random.below(7)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else if (steps.length > 0) delete parent[last];
      break;
    case 1:
      if (Array.isArray(parent)) parent.push(structuredClone(here));
      else
        Object.defineProperty(parent, random.of(HOSTILE_TEXTS), {
          value: 1,
          enumerable: true,
          writable: true,
          configurable: true,
        });
      break;
    case 2:
    case 3:
      parent[last] = hostile(random);
      break;
    default:
      parent[last] =
        typeof here === "number"
          ? random.of([...NUMBERS, ...NUMBERS, ...HOSTILE_NUMBERS])
          : typeof here === "string"
            ? random.of([...NAMES, ...HOSTILE_TEXTS])
            : here;
  }
  return copy.value;
}

/** What a JSON pointer names in a value; throws where there is nothing. */
export function at(value, pointer) {
  if (pointer === "") return value;
  return pointer
    .slice(1)
    .split("/")
    .map((step) =>
      decodeURIComponent(step.replaceAll("%", "%25").replaceAll("%257B", "%7B"))
        .replaceAll("~1", "/")
        .replaceAll("~0", "~"),
    )
    .reduce((inner, step) => {
      if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, step))
        throw new Error(`nothing at ${pointer}`);
      return inner[step];
    }, value);
}
