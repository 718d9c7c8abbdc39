/**
 * Weights of an adstock by lag l = 0 … length − 1, made here so that they are the same on every runtime.
 *
 *   0 delayed       decay^((l − peak)²)                                   (LightweightMMM, PyMC-Marketing)
 *   1 binomial      (1 − l / length)^(1 / decay − 1)                      (Meridian)
 *   2 Weibull pdf   f(l + 1), lowered and scaled to [0, 1]; flat: 1 at lag 0   (Robyn, PyMC-Marketing)
 *   3 Weibull cdf   Π_{m ≤ l} (1 − F(m)), F(0) = 0                        (Robyn, PyMC-Marketing)
 *
 * a, b: decay and peak; decay; shape and scale. f and F are Weibull's density and distribution.
 */
import { pow } from "../math/each";
import { exp } from "../math/elementary";

const DELAYED: i32 = 0;
const BINOMIAL: i32 = 1;
const PDF: i32 = 2;

export function taps(form: i32, a: f64, b: f64, length: u32, normalised: bool, out: usize): void {
  let least = Infinity;
  let most = 0.0;
  let product = 1.0;
  for (let l: u32 = 0; l < length; l++) {
    const lag = <f64>l;
    let weight = 0.0;
    if (form == DELAYED) weight = pow(a, (lag - b) * (lag - b));
    else if (form == BINOMIAL) weight = pow(1.0 - lag / <f64>length, 1.0 / a - 1.0);
    else if (form == PDF) {
      const z = (lag + 1.0) / b;
      weight = (a / b) * pow(z, a - 1.0) * exponential(-pow(z, a));
    } else {
      if (l > 0) product *= exponential(-pow(lag / b, a));
      weight = product;
    }
    least = min(least, weight);
    most = max(most, weight);
    store<f64>(out + ((<usize>l) << 3), weight);
  }
  if (form == PDF) spread(length, least, most, out);
  if (normalised) normalise(length, out);
}

function spread(length: u32, least: f64, most: f64, out: usize): void {
  for (let l: u32 = 0; l < length; l++) {
    const at = out + ((<usize>l) << 3);
    const flat = !(most > least);
    store<f64>(at, flat ? (l ? 0.0 : 1.0) : (load<f64>(at) - least) / (most - least));
  }
}

function normalise(length: u32, out: usize): void {
  let sum = 0.0;
  for (let l: u32 = 0; l < length; l++) sum += load<f64>(out + ((<usize>l) << 3));
  for (let l: u32 = 0; sum > 0 && l < length; l++) {
    const at = out + ((<usize>l) << 3);
    store<f64>(at, load<f64>(at) / sum);
  }
}

function exponential(x: f64): f64 {
  return f64x2.extract_lane(exp(f64x2.splat(x)), 0);
}
