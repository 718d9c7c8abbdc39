/** Numbers as people read them; the exact ones are in `--json`. */
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });

export function count(n: number): string {
  return whole.format(n);
}

/** "1 offer", "2 offers". */
export function counted(n: number, name: string): string {
  return `${count(n)} ${name}${n === 1 ? "" : "s"}`;
}

/** Money and values: two decimals, or four digits where the number is below one. */
export function amount(x: number): string {
  return x !== 0 && Math.abs(x) < 1 ? small.format(x) : cents.format(x);
}

/** For axes: 950, 12.5 k, 2.36 M. */
export function short(x: number): string {
  const size = Math.abs(x);
  for (const [unit, name] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (size >= unit * 0.9995) return `${digits(x / unit)} ${name}`;
  }
  return digits(x);
}

function digits(x: number): string {
  return String(Number(x.toPrecision(3)));
}

/** A share of one as "43.1 %". */
export function share(x: number): string {
  return `${(100 * x).toFixed(1)} %`;
}

/** A tiny share of one, in full: "0.0000012 %". */
export function tinyShare(x: number): string {
  if (!(x > 0)) return "0 %";
  const percent = 100 * x;
  const decimals = Math.min(20, Math.max(1, 1 - Math.floor(Math.log10(percent))));
  return `${percent.toFixed(decimals)} %`;
}

export function seconds(s: number): string {
  if (s >= 100) return `${s.toFixed(0)} s`;
  if (s >= 1) return `${s.toFixed(2)} s`;
  return `${(1000 * s).toFixed(s < 0.01 ? 1 : 0)} ms`;
}

export function mebibytes(bytes: number): string {
  return `${count(bytes / 1_048_576)} MiB`;
}

/** Columns of text side by side: `right` lists the columns that are aligned right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join("   ")
      .trimEnd(),
  );
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `part` (0 to 1) of `width` characters. */
export function bar(part: number, width: number, unicode: boolean): string {
  const cells = Math.max(0, Math.min(1, part)) * width;
  if (!unicode) return "#".repeat(Math.round(cells));
  const full = Math.floor(cells);
  return "█".repeat(full) + (EIGHTHS[Math.floor(8 * (cells - full))] as string);
}
