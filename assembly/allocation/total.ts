/**
 * What the choices cost and bring, from the table's own numbers: for tables whose numbers are so far apart that the sums
 * kept in quanta lose the small ones. Neumaier's compensated summation, user by user.
 *
 *   out   0 f64 cost   8 f64 value
 *
 * Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen" (ZAMM 1974).
 */
export function total(
  values: usize, costs: usize, stride: usize, users: u32, choices: usize, wide: bool, perMoney: f64, out: usize,
): void {
  let cost: f64 = 0;
  let costRest: f64 = 0;
  let value: f64 = 0;
  let valueRest: f64 = 0;
  for (let i: usize = 0; i < users; i++) {
    const option: u32 = wide ? load<u16>(choices + (i << 1)) : load<u8>(choices + i);
    if (!option) continue;
    const at = <usize>(option - 1) * stride + (i << 2);
    let c = <f64>load<f32>(costs + at);
    if (perMoney > 0) c = nearest(c * perMoney);
    const v = <f64>load<f32>(values + at);
    const nextCost = cost + c;
    costRest += lost(cost, c, nextCost);
    cost = nextCost;
    const nextValue = value + v;
    valueRest += lost(value, v, nextValue);
    value = nextValue;
  }
  store<f64>(out, cost + costRest);
  store<f64>(out, value + valueRest, 8);
}

/** What rounding took from sum + term. */
function lost(sum: f64, term: f64, rounded: f64): f64 {
  return abs(sum) >= abs(term) ? sum - rounded + term : term - rounded + sum;
}
