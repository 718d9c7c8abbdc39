/**
 * Smaller tables out of larger ones: a sample of cache lines, and rows turned back into columns.
 */
const LINE: u32 = 16;
const GOLDEN: u32 = 0x9e3779b1;

/**
 * Copies `lines` lines of 16 users, spread evenly over the table by the golden ratio (any first part of the sample is
 * itself spread evenly; nothing periodic in the rows can line up with it), as columns of `toStride` bytes.
 */
export function sample(
  values: usize, costs: usize, stride: usize, options: u32, users: u32,
  toValues: usize, toCosts: usize, toStride: usize, lines: u32,
): void {
  const all = (users + LINE - 1) / LINE;
  for (let line: u32 = 0; line < lines; line++) {
    const from = <usize>((<u64>(line * GOLDEN) * <u64>all) >> 32) * (LINE * 4);
    const to = <usize>line * (LINE * 4);
    for (let j: usize = 0; j < options; j++) {
      copyLine(values + from + j * stride, toValues + to + j * toStride);
      copyLine(costs + from + j * stride, toCosts + to + j * toStride);
    }
  }
}

function copyLine(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
}

/** Rows of 2·options f32 (values, then costs) as columns, padded to whole lines with closed options. */
export function columns(rows: usize, users: u32, options: u32, toValues: usize, toCosts: usize, toStride: usize): void {
  const width = <usize>options << 3;
  const padded = (users + LINE - 1) & ~(LINE - 1);
  for (let j: usize = 0; j < options; j++) {
    let row = rows + (j << 2);
    const v = toValues + j * toStride;
    const c = toCosts + j * toStride;
    for (let i: usize = 0; i < users; i++) {
      store<f32>(v + (i << 2), load<f32>(row));
      store<f32>(c + (i << 2), load<f32>(row + (width >> 1)));
      row += width;
    }
    pad(v, c, users, padded);
  }
}

/** Closes the options of rows [from, to). */
export function pad(values: usize, costs: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    store<f32>(values + (<usize>i << 2), -Infinity);
    store<f32>(costs + (<usize>i << 2), 0);
  }
}
