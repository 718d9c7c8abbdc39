/** Numbers as people read them. */
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

export function count(n: number): string {
  return whole.format(n);
}

/** Money and values: whole from 10,000 on, two decimals below, three digits below 1. */
export function amount(x: number): string {
  const size = Math.abs(x);
  if (size >= 10_000) return sign(whole.format(x));
  return sign(x !== 0 && size < 1 ? small.format(x) : cents.format(x));
}

/** To the cent, where the cent matters. */
export function exactAmount(x: number): string {
  return sign(x !== 0 && Math.abs(x) < 0.01 ? small.format(x) : cents.format(x));
}

/** For axes: 950, 12.5 k, 2.36 M. */
export function short(x: number): string {
  const size = Math.abs(x);
  for (const [unit, name] of [
    [1e12, " T"],
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ] as const) {
    if (size >= unit * 0.9995) return sign(`${Number((x / unit).toPrecision(3))}${name}`);
  }
  return sign(String(Number(x.toPrecision(3))));
}

/** A share of one as "43.1 %". */
export function share(x: number): string {
  return sign(`${(100 * x).toFixed(1)} %`);
}

/** A share that may be tiny, in full: "0.0000012 %". */
export function tinyShare(x: number): string {
  if (!(x > 0)) return "0 %";
  const percent = 100 * x;
  const decimals = Math.min(12, Math.max(1, 1 - Math.floor(Math.log10(percent))));
  return `${percent.toFixed(decimals)} %`;
}

/** With a minus that is as wide as a plus. */
function sign(text: string): string {
  return text.replace("-", "−");
}
