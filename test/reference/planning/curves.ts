/**
 * Twin of assembly/planning/curves: the same curves by Math.pow, Math.exp and their kin, as fast as good JavaScript is. One
 * call evaluates one curve at many spends; `slopes` may be left out.
 */
export interface Parameters {
  a: number;
  b?: number;
  c?: number;
  d?: number;
}

export type Twin = (by: Parameters, x: Float64Array, values: Float64Array, slopes?: Float64Array) => void;

export const hill: Twin = ({ a, b = 1, c = 1, d = 0 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const v = (x[i] as number) + d;
    const q = (b / v) ** c;
    const r = 1 / (1 + q);
    values[i] = a * r;
    if (slopes) slopes[i] = ((a * c) / v) * (q * r * r);
  }
};

export const logit: Twin = ({ a, b = 1, c = 0 }, x, values, slopes) => {
  const top = 1 / (1 + Math.exp(-b * c));
  const scale = Math.exp(b * c);
  for (let i = 0; i < x.length; i++) {
    const bx = b * (x[i] as number);
    const e = Math.exp(-bx);
    const q = e * scale;
    const r = 1 / (1 + q);
    // Near 0 the difference of 1 and e has few digits.
    values[i] = a * top * r * (bx < 0.5 ? -Math.expm1(-bx) : 1 - e);
    if (slopes) slopes[i] = a * b * q * r * r;
  }
};

export const tanh: Twin = ({ a, b = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const t = Math.tanh(b * (x[i] as number));
    values[i] = a * t;
    if (slopes) slopes[i] = a * b * (1 - t) * (1 + t);
  }
};

export const michaelisMenten: Twin = ({ a, b = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const r = 1 / (b + (x[i] as number));
    values[i] = a * (x[i] as number) * r;
    if (slopes) slopes[i] = a * b * r * r;
  }
};

export const power: Twin = ({ a, b = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const f = a * (x[i] as number) ** b;
    values[i] = f;
    if (slopes) slopes[i] = (b * f) / (x[i] as number);
  }
};

export const log: Twin = ({ a, b = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    values[i] = a * Math.log1p((x[i] as number) / b);
    if (slopes) slopes[i] = a / (b + (x[i] as number));
  }
};

export const exponential: Twin = ({ a, b = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const rise = -Math.expm1(-b * (x[i] as number));
    values[i] = a * rise;
    if (slopes) slopes[i] = a * b * (1 - rise);
  }
};

export const linear: Twin = ({ a }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    values[i] = a * (x[i] as number);
    if (slopes) slopes[i] = a;
  }
};

/** Bisection where the kernel has a closed form: the incentive at which all that is paid is x. */
export const incentive: Twin = ({ a, b = 1, c = 0, d = 1 }, x, values, slopes) => {
  const share = (u: number) => 1 / (1 + Math.exp(-u));
  for (let i = 0; i < x.length; i++) {
    const y = (b * (x[i] as number)) / d;
    // (1 + e^−a) y pays for everybody who buys at a already.
    let [low, high] = [y, y * (1 + Math.exp(-c))];
    for (let turn = 0; turn < 100; turn++) {
      const middle = low + (high - low) / 2;
      if (share(c + middle) * middle < y) low = middle;
      else high = middle;
    }
    const q = Math.exp(-c - high);
    values[i] = (a * share(-c) * -Math.expm1(-high)) / (1 + q);
    if (slopes) slopes[i] = (((a * b) / d) * q) / (1 + q * (1 + high));
  }
};

export const reach: Twin = ({ a, b = 1, c = 1 }, x, values, slopes) => {
  for (let i = 0; i < x.length; i++) {
    const lambda = b * (x[i] as number);
    let term = Math.exp(-lambda);
    for (let j = 1; j < c; j++) term *= lambda / j;
    if (slopes) slopes[i] = a * b * term;
    let sum = 0;
    for (let j = c; j < c + 400; j++) {
      term *= lambda / j;
      sum += term;
    }
    values[i] = a * sum;
  }
};

export const twins = {
  hill,
  logit,
  tanh,
  "michaelis-menten": michaelisMenten,
  power,
  log,
  exponential,
  linear,
  incentive,
  reach,
} as const;
