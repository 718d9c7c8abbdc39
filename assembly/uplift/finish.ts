/**
 * From sums to outputs, in place: z = sum / divisor · scale + bias of the output, then the link. Sums are f64 by row, those of an output
 * `stride` bytes behind those of the output before, rows an even number.
 *
 *   0 identity    1 sigmoid: 1 / (1 + e^−z)    2 softmax: e^(z_k − max z) / Σ_k    3 e^z
 */
import { exp, sigmoid } from "../math/elementary";

const SIGMOID: u32 = 1;
const SOFTMAX: u32 = 2;

export function finish(
  sums: usize,
  stride: u32,
  n: u32,
  outputs: u32,
  divisor: f64,
  scale: f64,
  bias: usize,
  link: u32,
): void {
  let at = sums;
  for (let k: u32 = 0; k < outputs; k++) {
    const b = v128.load64_splat(bias + ((<usize>k) << 3));
    for (let i: u32 = 0; i < n; i += 2) {
      const to = at + ((<usize>i) << 3);
      const z = f64x2.add(f64x2.mul(f64x2.div(v128.load(to), f64x2.splat(divisor)), f64x2.splat(scale)), b);
      if (link == 0 || link == SOFTMAX) v128.store(to, z);
      else v128.store(to, link == SIGMOID ? sigmoid(z) : exp(z));
    }
    at += stride;
  }
  if (link == SOFTMAX) softmax(sums, stride, n, outputs);
}

function softmax(sums: usize, stride: usize, n: u32, outputs: u32): void {
  const end = sums + stride * outputs;
  for (let i: u32 = 0; i < n; i += 2) {
    const first = sums + ((<usize>i) << 3);
    let most = v128.load(first);
    for (let at = first; at < end; at += stride) most = f64x2.max(most, v128.load(at));
    let total = f64x2.splat(0);
    for (let at = first; at < end; at += stride) {
      const e = exp(f64x2.sub(v128.load(at), most));
      total = f64x2.add(total, e);
      v128.store(at, e);
    }
    for (let at = first; at < end; at += stride) v128.store(at, f64x2.div(v128.load(at), total));
  }
}
