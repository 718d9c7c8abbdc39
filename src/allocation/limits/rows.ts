/**
 * The limits of a request as rows: Σ of what each choice uses, at most or at least a limit.
 */
import type { Offers } from "../offers.js";
import type { AllocationRequest, LimitReport } from "../types.js";

export interface Row {
  /** As it is reported: "budget", "stock NAME", "group NAME", "resource NAME", "minReturn" or "minSpend". */
  readonly name: string;
  readonly kind: LimitReport["kind"];
  /** As it was asked; of minReturn the ratio (the row itself is Σ v − ratio · Σ c ≥ 0). */
  readonly limit: number;
  readonly counts: "users" | "money" | "return" | "resource";
  /** Offers that count, from 1, ascending; undefined: all. */
  readonly members: readonly number[] | undefined;
  /** Number of the resource in the table. */
  readonly resource: number;
}

/** The rows of a checked request, those that count every offer first. */
export function rowsOf(offers: Offers, request: AllocationRequest): Row[] {
  const { budget, minSpend, minReturn, stock = {}, groups = [], resources = [] } = request;
  const numbers = new Map(offers.names.map((name, j) => [name, j + 1]));
  const rows: Row[] = [];
  const add = (
    name: string,
    kind: Row["kind"],
    limit: number | undefined,
    counts: Row["counts"],
    rest?: Partial<Row>,
  ) => {
    if (limit !== undefined) rows.push({ name, kind, limit, counts, members: undefined, resource: -1, ...rest });
  };
  add("budget", "at most", budget, "money");
  add("minSpend", "at least", minSpend, "money");
  add("minReturn", "at least", minReturn, "return");
  for (const { name, atMost } of resources) {
    const resource = offers.resources.numberOf(name, "resources");
    add(`resource ${name}`, "at most", atMost, "resource", { resource });
  }
  for (const [name, users] of Object.entries(stock)) {
    add(`stock ${name}`, "at most", users, "users", { members: [numbers.get(name) as number] });
  }
  for (const { name, offers: own, atMost, atLeast } of groups) {
    const members = own.map((offer) => numbers.get(offer) as number).sort((a, b) => a - b);
    add(`group ${name}`, "at most", atMost, "money", { members });
    add(`group ${name}`, "at least", atLeast, "money", { members });
  }
  return rows;
}

/** +1 for at most, −1 for at least: sign · used ≤ sign · limit. */
export function signOf({ kind }: Row): 1 | -1 {
  return kind === "at most" ? 1 : -1;
}

/** What `used` is held against: of minReturn nothing, as it counts value − ratio · cost. */
export function rightSide({ counts, limit }: Row): number {
  return counts === "return" ? 0 : limit;
}
