/**
 * Gain against spend along a path of steps (each a unit's next arm), in the order in which a growing budget takes them.
 *
 *   spend += c dc,   gain += c dg        c the count of the step's unit, 1 where counts = 0
 *
 *   steps     units u32, dc f64 ≥ 0, dg f64
 *   budgets   f64, ascending, in all (not a unit)
 *   gains     f64 by budget: at each, the last step taken in part
 *   spends    f64 by budget: the budget, or what the whole path spends where that is less
 */
export function gainPath(
  n: u32,
  units: usize,
  dc: usize,
  dg: usize,
  counts: usize,
  points: u32,
  budgets: usize,
  gains: usize,
  spends: usize,
): void {
  let spend = 0.0;
  let gain = 0.0;
  let at: usize = 0;
  const end = (<usize>points) << 3;
  for (let i: usize = 0; i < n && at < end; i++) {
    const c: f64 = counts ? <f64>load<u8>(counts + load<u32>(units + (i << 2))) : 1;
    const cost = c * load<f64>(dc + (i << 3));
    const worth = c * load<f64>(dg + (i << 3));
    for (; at < end && spend + cost > load<f64>(budgets + at); at += 8) {
      const budget = load<f64>(budgets + at);
      store<f64>(gains + at, gain + (worth * (budget - spend)) / cost);
      store<f64>(spends + at, budget);
    }
    spend += cost;
    gain += worth;
  }
  for (; at < end; at += 8) {
    store<f64>(gains + at, gain);
    store<f64>(spends + at, spend);
  }
}
