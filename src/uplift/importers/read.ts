/** Reading what nobody has checked: every step of a path says its kind, and errors name the path. */
import { kind } from "../../engine/check.js";

/** Most bytes of a file that is read: what it becomes stays in bounds with it. */
export const MOST_BYTES = 2 ** 28;

type Numbers = ArrayLike<number>;

/** A value of a file and the way to it. */
export class Field {
  readonly value: unknown;
  readonly #parent: Field | undefined;
  readonly #key: string | number;

  constructor(value: unknown, key: string | number = "", parent?: Field) {
    this.value = value;
    this.#key = key;
    this.#parent = parent;
  }

  /** learner.gradient_booster.model.trees[3].split_indices; long ones by their end. */
  get path(): string {
    const steps: string[] = [];
    for (let field: Field | undefined = this; field && steps.length < 24; field = field.#parent) {
      const key = field.#key;
      steps.push(typeof key === "number" ? `[${key}]` : key);
    }
    const path = steps.reverse().reduce((all, step) => (step[0] === "[" || all === "" ? all + step : `${all}.${step}`));
    return path === "" ? "the file" : path.length > 200 ? `…${path.slice(-200)}` : path;
  }

  /** Member of an object. @throws {RangeError} where there is none, {TypeError} where this is no object. */
  get(name: string): Field {
    const found = this.maybe(name);
    if (found === undefined)
      throw new RangeError(`${this.path} has no "${name}": the file was cut, or is of another kind`);
    return found;
  }

  maybe(name: string): Field | undefined {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      throw this.#wrong("an object");
    return Object.hasOwn(value, name) ? new Field((value as Record<string, unknown>)[name], name, this) : undefined;
  }

  /** Names of the members of an object. */
  names(): string[] {
    this.maybe("");
    return Object.keys(this.value as object);
  }

  /** Elements of an array. */
  items(most = 2 ** 24): Field[] {
    const { value } = this;
    if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw this.#wrong("an array");
    const { length } = value as ArrayLike<unknown>;
    if (length > most) throw new RangeError(`${this.path} has ${length} elements: at most ${most} are read`);
    return Array.from(value as ArrayLike<unknown>, (item, i) => new Field(item, i, this));
  }

  text(): string {
    if (typeof this.value !== "string") throw this.#wrong("text");
    return this.value;
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  /** A finite number. */
  number(): number {
    const { value } = this;
    if (typeof value !== "number") throw this.#wrong("a number");
    if (!Number.isFinite(value)) throw new RangeError(`${this.path} must be finite, got ${value}`);
    return value;
  }

  whole(least: number, most: number): number {
    return this.#within(this.number(), least, most);
  }

  /** A whole number, or one written as text, as XGBoost's parameters are. */
  wholeText(least: number, most: number): number {
    return typeof this.value === "string" ? this.#within(Number(this.value), least, most) : this.whole(least, most);
  }

  #within(value: number, least: number, most: number): number {
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(`${this.path} must be a whole number from ${least} to ${most}, got ${value}`);
  }

  boolean(): boolean {
    if (typeof this.value !== "boolean") throw this.#wrong("true or false");
    return this.value;
  }

  /** An array of finite numbers, of this length where one is given. Booleans count as 0 and 1. */
  numbers(length?: number): Numbers {
    const { value } = this;
    const isTyped = ArrayBuffer.isView(value);
    if (!Array.isArray(value) && !isTyped) throw this.#wrong("an array of numbers");
    const numbers = value as unknown as Numbers;
    if (length !== undefined && numbers.length !== length)
      throw new RangeError(`${this.path} has ${numbers.length} elements where ${length} belong`);
    let hasBooleans = false;
    for (let i = 0; i < numbers.length; i++) {
      const one = numbers[i] as unknown;
      if (typeof one === "number" && Number.isFinite(one)) continue;
      if (typeof one === "boolean") hasBooleans = true;
      else new Field(one, i, this).number();
    }
    return hasBooleans ? Array.from(numbers, Number) : numbers;
  }

  /** An array of whole numbers between bounds. */
  wholes(least: number, most: number, length?: number): Numbers {
    const numbers = this.numbers(length);
    for (let i = 0; i < numbers.length; i++) {
      const one = numbers[i] as number;
      if (!(Number.isInteger(one) && one >= least && one <= most)) new Field(one, i, this).whole(least, most);
    }
    return numbers;
  }

  #wrong(wanted: string): TypeError {
    return new TypeError(
      `${this.path} must be ${wanted}, got ${ArrayBuffer.isView(this.value) ? "numbers" : kind(this.value)}`,
    );
  }
}

/** The root of a JSON text. @throws {RangeError} where it is none. */
export function parseJson(text: string): Field {
  try {
    return new Field(JSON.parse(text));
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new RangeError(`the file begins like JSON and is none, it may have been cut: ${why}`);
  }
}
