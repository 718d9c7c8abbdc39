/** What `totals` is asked. */
export interface TotalsRequest {
  /** Prices of money, 0 or above, in any order, up to 4,096. Each is counted once and they are stored ascending. */
  prices: ArrayLike<number>;
  /** Every user gets exactly one option (default: at most one). */
  exactlyOne?: boolean;
  /**
   * Costs are summed in whole units of this size (0.01 = cents): 10,000,000 times 0.70 is then 7,000,000 exactly. Left out:
   * costs are summed as the `f32` numbers that the table holds. Never guessed from the numbers, as the parts would then
   * depend on how the users are split.
   */
  unit?: number;
}

export interface TotalsOptions {
  /** Checked between slices: abort it from `onProgress` to stop; the reason is thrown. */
  signal?: AbortSignal;
  onProgress?: (progress: TotalsProgress) => void;
  /** Users a call of the kernel, between two looks at `signal`: a multiple of 4 (default 2^18). Changes no byte. */
  slice?: number;
}

/** `done` of `total` users counted. */
export interface TotalsProgress {
  phase: "totals";
  done: number;
  total: number;
}

/** Totals as read from their bytes. */
export interface Totals {
  version: 1;
  /** How many options there are. */
  options: number;
  exactlyOne: boolean;
  /** The unit that costs are counted in, where one was asked. */
  unit?: number;
  users: number;
  /** Ascending. */
  prices: number[];
  /** One a price. */
  rows: TotalsRow[];
}

export interface TotalsRow {
  price: number;
  /** All users, those without an option included. */
  users: number;
  /** Users without an open option where exactly one is asked; the same at every price. */
  unserved: number;
  /** Users who take none, where at most one is asked. */
  none: number;
  /** Users by option, in the order of the options. */
  counts: number[];
  /** Total cost and total value: the exact sums, rounded once. */
  cost: number;
  value: number;
  /** The sums themselves: value in units of 2^-149, cost in units of 2^-149 or in whole `unit`s where one was asked. */
  exact: { cost: bigint; value: bigint };
}
