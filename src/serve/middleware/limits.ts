/** What one request may ask of the server. */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit as limited } from "hono/body-limit";
import { wholeNumber } from "../../engine/check.js";
import { Problem } from "../problem.js";

export interface Limits {
  /** Bytes of a JSON body. */
  bodyBytes: number;
  /** Bytes of a body that is a table: Arrow, Parquet or CSV. */
  tableBytes: number;
  /** Users of one allocation. */
  users: number;
  /** Options of one allocation. */
  options: number;
  /** Channels (or campaigns) times periods of one plan. */
  spends: number;
  /** Prices, budgets or scenarios of one request. */
  points: number;
  /** Users of one request for decisions. */
  decisions: number;
  /** Seconds of one solve. */
  seconds: number;
  /** Seconds that a table may take to arrive. */
  receiveSeconds: number;
}

export const LIMITS: Limits = {
  bodyBytes: 32 * 2 ** 20,
  tableBytes: 256 * 2 ** 20,
  users: 1_000_000,
  options: 1_000,
  spends: 20_000,
  points: 1_000,
  decisions: 1_000,
  seconds: 30,
  receiveSeconds: 120,
};

export function checkLimits(given: Partial<Limits>): Limits {
  for (const [name, most] of Object.entries(given)) {
    if (!(name in LIMITS))
      throw new TypeError(`limits has no field "${name}"; its fields are ${Object.keys(LIMITS).join(", ")}`);
    wholeNumber(most as number, `limits.${name}`, 1, Number.MAX_SAFE_INTEGER);
  }
  return { ...LIMITS, ...given };
}

/** Options that nobody reads: `key` in place of `keys` would leave a server open. @throws {TypeError} naming the first. */
export function noOthers(rest: object, of: string): void {
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) throw new TypeError(`${of} has no option "${stranger}"`);
}

/** @throws {Problem} when there are more than the limit of this name allows. */
export function within(limits: Limits, name: keyof Limits, count: number, pointer?: string): void {
  const most = limits[name];
  if (count <= most) return;
  throw new Problem("too-large", `${name} must be at most ${most} here, got ${count}`, {
    limit: { name, most },
    ...(pointer === undefined ? {} : { pointer }),
  });
}

/** Before the core checks a plan: how much of it there is. @throws {Problem} when that is more than the limits allow. */
export function sizedPlan(plan: unknown, limits: Limits): void {
  const { channels, periods } = plan as { channels?: unknown; periods?: unknown };
  if (!Array.isArray(channels)) return;
  const lines = channels.reduce(
    (sum: number, one) => sum + (Array.isArray(one?.campaigns) ? one.campaigns.length : 1),
    0,
  );
  within(limits, "spends", lines * (typeof periods === "number" ? periods : 1), "/plan/channels");
}

/** Refuses a body that is compressed or says it is too long at once, and one that turns out to be while it is read; `isOther`: which has a limit of its own. */
export function bodyLimit(
  { bodyBytes }: Limits,
  isOther: (context: Context) => boolean = () => false,
): MiddlewareHandler {
  const limit = limited({
    maxSize: bodyBytes,
    onError: () => {
      throw new Problem("too-large", `a body must be at most ${bodyBytes} bytes here`, {
        limit: { name: "bodyBytes", most: bodyBytes },
      });
    },
  });
  return (context, next) => {
    requirePlain(context);
    return isOther(context) ? next() : limit(context, next);
  };
}

/** Nothing is decompressed: a few bytes may stand for more than the limits allow. */
function requirePlain({ req }: Context): void {
  const coding = req.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding === "identity") return;
  throw new Problem(
    "unsupported-media-type",
    `a body in content-encoding ${coding.slice(0, 40)} is not read: send it as it is`,
    {},
    { "accept-encoding": "identity" },
  );
}
