/** What `allocate` is asked: one schema for the API, `--limits FILE.json`, HTTP and the page. */
export interface AllocationRequest {
  /** Most money to spend, in the money of the costs. Left out: no limit. */
  budget?: number;
  /** Every user gets exactly one option (default: at most one). */
  exactlyOne?: boolean;
  /** Money is counted in whole units of this size (0.01 = cents). Left out: found in the costs where they have one. */
  unit?: number;
  /** At most n users get the option of this name. Not solved yet: refused. */
  stock?: Record<string, number>;
  /** Spend limits by group of options. Not solved yet: refused. */
  groups?: readonly { name: string; offers: readonly string[]; atMost?: number; atLeast?: number }[];
  /** Value at least this many times the cost. Not solved yet: refused. */
  minReturn?: number;
  /** Spend at least this much. Not solved yet: refused. */
  minSpend?: number;
  /** General resources with a column and a limit each. Not solved yet: refused. */
  resources?: readonly { name: string; atMost: number }[];
  /** The proven integer optimum. Not solved yet: refused. */
  exact?: boolean;
}

/** Progress of a long solve: `done` of `total` users read in this `phase`. */
export interface Progress {
  phase: "sample" | "pass" | "core" | "bound" | "histogram";
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
  /** Where to write the choices: one element a user, `Uint8Array` up to 254 options, else `Uint16Array`. */
  into?: Uint8Array | Uint16Array;
}

export interface LimitReport {
  name: string;
  used: number;
  limit: number;
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
  /** "impossible" when every user must get exactly one option and some user has none open; there are no points then. */
  status: "met" | "impossible";
  points: FrontierPoint[];
  /** The cheapest possible spend, and the spend beyond which money buys nothing. */
  least: number;
  most: number;
  passes: number;
  seconds: number;
  schema: 1;
}
