/**
 * What went wrong, as `application/problem+json` (RFC 9457): a type that programs can tell apart, a sentence for people, and a JSON
 * pointer to the field. Nothing of the inside comes out: an error that nobody expected says only its request id.
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Kinds of problem, with their status. The `type` of a problem is `urn:shadowprice:problem:` and the kind. */
const KINDS = {
  "invalid-request": 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "not-acceptable": 406,
  "too-slow": 408,
  conflict: 409,
  "precondition-failed": 412,
  "too-large": 413,
  "unsupported-media-type": 415,
  "invalid-value": 422,
  "precondition-required": 428,
  "too-many-requests": 429,
  cancelled: 499,
  internal: 500,
  busy: 503,
  unavailable: 503,
} as const;

export type ProblemKind = keyof typeof KINDS;

/** The body of a problem. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** JSON pointer to the field of the request's body, "" for all of it. */
  pointer?: string;
  /** Name of the limit that was met, and what it is. */
  limit?: { name: string; most: number };
  /** The request's id, as in the logs. */
  instance?: string;
}

const TITLES: Record<ProblemKind, string> = {
  "invalid-request": "The request does not have the form that the schema asks",
  unauthorized: "An API key is needed",
  forbidden: "This API key may not do this",
  "not-found": "There is nothing of this name",
  "method-not-allowed": "This path does not take this method",
  "not-acceptable": "No answer of a kind that is accepted",
  "too-slow": "The body did not arrive in time",
  conflict: "What is there stands in the way",
  "precondition-failed": "Another version was published since",
  "too-large": "The request is above a limit",
  "unsupported-media-type": "The body is of another kind",
  "invalid-value": "A value of the request is wrong",
  "precondition-required": "A version must be named",
  "too-many-requests": "Too many requests",
  cancelled: "The request was cancelled",
  internal: "Something unexpected went wrong",
  busy: "All workers are busy",
  unavailable: "What is published cannot be reached now",
};

/** Thrown anywhere in a route; becomes the answer. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly more: Partial<ProblemBody>;
  readonly headers: Record<string, string>;

  constructor(
    kind: ProblemKind,
    detail: string,
    more: Partial<ProblemBody> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.kind = kind;
    this.more = more;
    this.headers = headers;
  }
}

/** The answer of a problem. */
export function problemResponse(context: Context, problem: Problem): Response {
  const status = KINDS[problem.kind];
  const body: ProblemBody = {
    type: `urn:shadowprice:problem:${problem.kind}`,
    title: TITLES[problem.kind],
    status,
    detail: problem.message,
    ...problem.more,
    instance: context.get("requestId"),
  };
  return context.body(JSON.stringify(body), status as ContentfulStatusCode, {
    "content-type": "application/problem+json",
    ...problem.headers,
  });
}

/**
 * What an error of the core means to the one who asked: a wrong value of the request, unless nobody expected it. `body` is where the
 * core's message may name a field of; `at` is the pointer to what was given to the core.
 */
export function problemOf(error: unknown, body: unknown, at: string): unknown {
  if (error instanceof Problem) return error;
  // By its name: the class is the core's, which is another bundle.
  if (error instanceof RangeError && error.name === "CeilingError") return new Problem("too-large", error.message);
  if (error instanceof RangeError || error instanceof TypeError) {
    return new Problem("invalid-value", error.message, { pointer: at + pointerOf(error.message, body) });
  }
  return error;
}

/** What an error becomes that a route threw: of what nobody expected only the log says more. */
export function expected(error: Error): Problem {
  if (error instanceof Problem) return error;
  // By their names: a store may be of another bundle.
  if (error.name === "UnavailableError" || error.name === "LockedError") {
    return new Problem("unavailable", "the server's log says why", {}, { "retry-after": "5" });
  }
  if (error.name === "AbortError") return new Problem("cancelled", "the connection was closed");
  if (error instanceof HTTPException && error.status === 415) {
    return new Problem("unsupported-media-type", "send content-type: application/json");
  }
  if (error instanceof HTTPException && error.status === 400) return new Problem("invalid-request", error.message);
  return new Problem("internal", "see the server's log");
}

/** As `askCore`, of a solver. `cell` points to a number of a table that the core's message names. */
export async function askSolver<T>(
  body: unknown,
  at: string,
  answer: Promise<T>,
  cell: (message: string) => string | undefined = () => undefined,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const pointer = error instanceof RangeError ? cell(error.message) : undefined;
    throw pointer ? new Problem("invalid-value", (error as Error).message, { pointer }) : problemOf(error, body, at);
  }
}

/** Asks the core; what it refuses is a problem of the request, which `body` is and `at` points to. */
export function askCore<T>(body: unknown, at: string, question: () => T): T {
  try {
    return question();
  } catch (error) {
    throw problemOf(error, body, at);
  }
}

/** Steps as a JSON pointer (RFC 6901). */
export function pointerTo(...steps: readonly PropertyKey[]): string {
  return steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The core's messages begin with the path of the field (`groups[0].atMost must …`): as a JSON pointer, as far as `body` has it. */
function pointerOf(message: string, body: unknown): string {
  const path = /^[A-Za-z_]\w*(?:\.\w+|\[\d+\])*/.exec(message)?.[0] ?? "";
  let pointer = "";
  let value = body;
  for (const [step] of path.matchAll(/\w+/g)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) break;
    pointer += `/${step}`;
    value = (value as Record<string, unknown>)[step];
  }
  return pointer;
}
