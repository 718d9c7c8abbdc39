/** What `allocate` is asked: one schema for the API, `--limits FILE.json`, HTTP and the page. */
export interface AllocationRequest {
  /** Most money to spend, in the money of the costs. Left out: no limit. */
  budget?: number;
  /** Every user gets exactly one option (default: at most one). */
  exactlyOne?: boolean;
  /** Money is counted in whole units of this size (0.01 = cents). Left out: found in the costs where they have one. */
  unit?: number;
  /** At most so many users get the option of this name. */
  stock?: Record<string, number>;
  /** Money spent on the options of a group, such as a channel: at most, at least, or both. Groups may nest and overlap. */
  groups?: readonly GroupLimit[];
  /** Total value at least this many times the total cost. */
  minReturn?: number;
  /** Spend at least this much. */
  minSpend?: number;
  /** Resources of the table (its own columns beside the costs), each with what may be used of it. */
  resources?: readonly { name: string; atMost: number }[];
  /** The proven integer optimum: one budget, up to 100,000 users. */
  exact?: boolean;
}

export interface GroupLimit {
  name: string;
  /** Names of options. */
  offers: readonly string[];
  atMost?: number;
  atLeast?: number;
}

/** Progress of a long solve: `done` of `total` users read in this `phase`. */
export interface Progress {
  phase: "sample" | "pass" | "core" | "bound" | "histogram" | "dual" | "repair" | "exact" | "write";
  done: number;
  total: number;
}

export interface AllocationOptions {
  /** Checked between tiles: abort it from `onProgress` to stop a solve; the reason is thrown. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** `quick` (default): the bound comes with the pass. `f64`: a second full pass in f64 at the final price. */
  bound?: "quick" | "f64";
  /** Users a call of a kernel, between two looks at `signal` (default 2^20). Changes no byte of the answer. */
  slice?: number;
  /** With `exact`: seconds after which the search ends with the best found and a bound. Left out: none. */
  timeLimit?: number;
  /** With `exact`: most bytes of the engine's memory that the search may take, the table left out (default 1 GiB). */
  memory?: number;
  /** Where to write the choices: one element a user, `Uint8Array` up to 254 options, else `Uint16Array`. */
  into?: Uint8Array | Uint16Array;
}

/** What became of one limit of the request. */
export interface LimitReport {
  /** "budget", "stock NAME", "group NAME", "resource NAME", "minReturn" or "minSpend". */
  name: string;
  kind: "at most" | "at least";
  /**
   * Money, users, or units of the resource; for minReturn value / cost (Infinity where nothing is spent). Never past the
   * limit where it holds: numbers that have no decimal unit are summed up to the safe side.
   */
  used: number;
  limit: number;
  /**
   * Change of the best value (of parts of options, as the bound) for one more unit of the limit: not negative for at most, not
   * positive for at least. A unit of minReturn is one unit of value that must be left after minReturn × cost.
   */
  price: number;
}

/** The answer with its proof. Money in the caller's money, values in the caller's units. */
export interface AllocationResult {
  status: "met" | "impossible" | "not found";
  /** Total value of the choices. */
  value: number;
  /** Total cost of the choices; never over the budget. */
  cost: number;
  /** No choice of options within the budget is worth more than this. */
  bound: number;
  /** (bound − value) / max(|bound|, tiny). */
  gap: number;
  /** Value of one more unit of money (the shadow price of the budget). */
  price: number;
  limits: LimitReport[];
  /** Users by option, in the order of the options. */
  counts: number[];
  /** Users with no option. */
  none: number;
  /** 0 for none, j + 1 for option j (of the offer list where the table has candidate slots). */
  choices: Uint8Array | Uint16Array;
  /** Full readings of the table. */
  passes: number;
  seconds: number;
  /** Seconds by phase. */
  phases: Record<string, number>;
  /** The quantum money was counted in: the decimal unit, or a power of two. */
  unit: number;
  /** With `exact`: the quantum values were counted in, a decimal unit where all values are decimals, else a power of two. */
  valueUnit?: number;
  /**
   * Why a search ended before its proof ("work": after a fixed number of steps, the same everywhere). Absent where nothing was
   * left to do: not found is then proven for whole options, though parts of options would meet the request.
   */
  stopped?: "time" | "memory" | "passes" | "work";
  /** When not found: the limit that the best try breaks most, relative to its size. */
  violation?: { name: string; used: number; limit: number };
  /** When impossible: the limits that clash and the nearest request that is possible. */
  clash?: { limits: string[]; nearest: AllocationRequest; reason: string };
  schema: 1;
}

export interface FrontierOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** How many budgets, evenly spaced from the least to the most that can be spent (default 41) … */
  points?: number;
  /** … or these budgets. */
  budgets?: readonly number[];
}

export interface FrontierPoint {
  budget: number;
  /** The optimum of the linear relaxation at this budget is at least `value` … */
  value: number;
  /** … and at most `bound`; −Infinity where the budget is below the least spend. */
  bound: number;
  spend: number;
  /** Value of one more unit of money, within 2^-13 (relative). */
  price: number;
}

export interface FrontierResult {
  /** "impossible" when the limits beside the budget cannot hold at any budget; there are no points then. */
  status: "met" | "impossible";
  points: FrontierPoint[];
  /** The cheapest possible spend, and the spend beyond which money buys nothing. */
  least: number;
  most: number;
  passes: number;
  seconds: number;
  schema: 1;
}
