/**
 * Adds up the leaves that rows end in: sum of row i += table_t[leaf of row i in tree t], tree after tree in their order, in f64 or
 * in f32. Eight rows together: an addition waits four cycles for the one before.
 *
 *   item, 8 bytes   0 u32 the tree's leaves by row, u8   4 u32 its table, f64 or f32 by leaf
 *   sums            f64 by row (also of f32 sums, which f64 holds), rows a multiple of 8
 */

export function sumLeaves(items: usize, count: u32, rows: u32, sums: usize, single: bool): void {
  if (single) sumOf<f32>(items, count, rows, sums);
  else sumOf<f64>(items, count, rows, sums);
}

function leafOf<T>(table: usize, leaf: u8): T {
  return load<T>(table + ((<usize>leaf) << alignof<T>()));
}

function plus<T>(a: T, b: T): T {
  // @ts-ignore: two floats of one kind, which TypeScript cannot know of T.
  return <T>(a + b);
}

function sumOf<T>(items: usize, count: u32, rows: u32, sums: usize): void {
  const end = items + ((<usize>count) << 3);
  for (let i: u32 = 0; i < rows; i += 8) {
    const to = sums + ((<usize>i) << 3);
    let s0 = <T>load<f64>(to);
    let s1 = <T>load<f64>(to, 8);
    let s2 = <T>load<f64>(to, 16);
    let s3 = <T>load<f64>(to, 24);
    let s4 = <T>load<f64>(to, 32);
    let s5 = <T>load<f64>(to, 40);
    let s6 = <T>load<f64>(to, 48);
    let s7 = <T>load<f64>(to, 56);
    for (let item = items; item < end; item += 8) {
      const leaf = load<u32>(item) + i;
      const table: usize = load<u32>(item, 4);
      s0 = plus<T>(s0, leafOf<T>(table, load<u8>(leaf)));
      s1 = plus<T>(s1, leafOf<T>(table, load<u8>(leaf, 1)));
      s2 = plus<T>(s2, leafOf<T>(table, load<u8>(leaf, 2)));
      s3 = plus<T>(s3, leafOf<T>(table, load<u8>(leaf, 3)));
      s4 = plus<T>(s4, leafOf<T>(table, load<u8>(leaf, 4)));
      s5 = plus<T>(s5, leafOf<T>(table, load<u8>(leaf, 5)));
      s6 = plus<T>(s6, leafOf<T>(table, load<u8>(leaf, 6)));
      s7 = plus<T>(s7, leafOf<T>(table, load<u8>(leaf, 7)));
    }
    store<f64>(to, <f64>s0);
    store<f64>(to, <f64>s1, 8);
    store<f64>(to, <f64>s2, 16);
    store<f64>(to, <f64>s3, 24);
    store<f64>(to, <f64>s4, 32);
    store<f64>(to, <f64>s5, 40);
    store<f64>(to, <f64>s6, 48);
    store<f64>(to, <f64>s7, 56);
  }
}
