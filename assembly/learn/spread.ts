/**
 * What a forest says of rows, and how sure it is: bags of little bootstraps (Sexton and Laake 2009; Athey, Tibshirani and Wager 2019).
 *
 * Trees come in groups of k that saw the same half of the units. Of a row, t_gj what tree j of group g says, t̄_g the group's mean, t̄ that of all:
 *
 *   between = mean (t̄_g − t̄)²        noise = mean (t_gj − t̄_g)² / (k − 1), what is left of single trees in a group's mean
 *   v = between − noise
 *
 * With few groups v may come out below 0. What is returned is the mean of V ≥ 0 given v, normal around V with the standard error
 * s² = 2/G (between² + noise²/(k − 1)), a priori all alike: v + s φ(v/s) / Φ(v/s).
 *
 *   node     f64 threshold (of a set: its address as f64, words before it: how many)   i32 feature, −1 a leaf   u32 left, of a leaf its
 *            values' number   u32 right   u32 flags: 1 missing goes left, 2 a set                              24 bytes
 *   rows     f64, one after another, `width` numbers each
 *   sums     f64 by row and output: Σ t̄_g, Σ t̄_g², Σ t²
 */
import { exp } from "../math/elementary";

function leafOf(nodes: usize, root: u32, row: usize): u32 {
  let node = nodes + <usize>root * 24;
  let feature = load<i32>(node, 8);
  while (feature >= 0) {
    const x = load<f64>(row + ((<usize>feature) << 3));
    const flags = load<u32>(node, 20);
    const left = x != x ? (flags & 1) != 0 : (flags & 2) != 0 ? isIn(x, <usize>load<f64>(node)) : x <= load<f64>(node);
    node = nodes + <usize>(left ? load<u32>(node, 12) : load<u32>(node, 16)) * 24;
    feature = load<i32>(node, 8);
  }
  return load<u32>(node, 12);
}

/** Whether a category is in the set at `words`, whose number of words stands before them. */
export function isIn(x: f64, words: usize): bool {
  const bits = <f64>load<u32>(words - 4) * 32;
  if (!(x >= 0 && x < bits)) return false;
  const c = <u32>x;
  return ((load<u32>(words + ((<usize>(c >> 5)) << 2)) >> (c & 31)) & 1) != 0;
}

/** `roots`: u32 by tree, `trees` a multiple of `group`. `mean` and `error`: f64 by row and output; `sums`: room for three times as many. */
export function sumSpread(
  nodes: usize,
  roots: usize,
  trees: u32,
  group: u32,
  values: usize,
  outputs: u32,
  rows: usize,
  width: u32,
  count: u32,
  sums: usize,
  mean: usize,
  error: usize,
): void {
  const size = (<usize>outputs) << 3;
  memory.fill(sums, 0, <usize>count * size * 3);
  for (let t: u32 = 0; t < trees; t += group) {
    for (let r: usize = 0; r < <usize>count; r++) {
      const row = rows + r * ((<usize>width) << 3);
      const at = sums + r * size * 3;
      const own = mean + r * size;
      memory.fill(own, 0, size);
      for (let j: u32 = 0; j < group; j++) {
        const leaf = values + <usize>leafOf(nodes, load<u32>(roots + ((<usize>(t + j)) << 2)), row) * size;
        for (let o: usize = 0; o < size; o += 8) {
          const x = load<f64>(leaf + o);
          store<f64>(own + o, load<f64>(own + o) + x);
          store<f64>(at + 2 * size + o, load<f64>(at + 2 * size + o) + x * x);
        }
      }
      for (let o: usize = 0; o < size; o += 8) {
        const x = load<f64>(own + o) / <f64>group;
        store<f64>(at + o, load<f64>(at + o) + x);
        store<f64>(at + size + o, load<f64>(at + size + o) + x * x);
      }
    }
  }
  const groups = <f64>(trees / group);
  for (let r: usize = 0; r < <usize>count; r++) {
    for (let o: usize = 0; o < size; o += 8) {
      const at = sums + r * size * 3 + o;
      const middle = load<f64>(at) / groups;
      const ofGroups = load<f64>(at + size) / groups;
      const between = max(ofGroups - middle * middle, 0);
      const noise = max(load<f64>(at + 2 * size) / <f64>trees - ofGroups, 0) / <f64>(group - 1);
      store<f64>(mean + r * size + o, middle);
      store<f64>(error + r * size + o, sqrt(positive(between, noise, groups, <f64>group)));
    }
  }
}

/** The mean of V ≥ 0 given what was seen of it. */
function positive(between: f64, noise: f64, groups: f64, group: f64): f64 {
  const v = between - noise;
  const s = sqrt((2 / groups) * (between * between + (noise * noise) / (group - 1)));
  if (s == 0) return max(v, 0);
  const z = v / s;
  if (z > 8) return v;
  return v + s * hazard(z);
}

/** φ(z) / Φ(z), z ≤ 8. Φ within 7.5e-8 (Abramowitz and Stegun, 26.2.17); far below 0 by its continued fraction. */
function hazard(z: f64): f64 {
  if (z < -5) return -z + 1 / (-z + 2 / (-z + 3 / -z));
  const density = 0.3989422804014327 * f64x2.extract_lane(exp(f64x2.splat((-z * z) / 2)), 0);
  const t = 1 / (1 + 0.2316419 * abs(z));
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return density / (z < 0 ? tail : 1 - tail);
}
