/**
 * PyMC-Marketing's fitted curves. Formulas: pymc_marketing/mmm/transformers.py, components/saturation.py and
 * components/adstock.py of pymc-labs/pymc-marketing, 1.0.0.
 *
 *   contribution_t = target_scale · saturation((w ∗ x / channel_scale)_t),   zero history unless it is given
 *
 *   logistic β tanh(λx/2)                   inverse_scaled_logistic β tanh(x ln 3 / (2λ))     tanh b tanh(x / (b c))
 *   tanh_baselined β gain x0 tanh(x artanh(r) / x0) / r                                       michaelis_menten α x / (λ + x)
 *   hill β (1 − κ^s / (κ^s + x^s))          hill_sigmoid σ S(β(x − λ)) − σ S(−βλ): the logit  root β x^α
 *   log β ln(1 + x)                         no_saturation β x
 *
 *   geometric α^l                           binomial (1 − l/(l_max + 1))^(1/α − 1)            delayed α^((l − θ)²)
 *   weibull_pdf density at l + 1, lowered and scaled to [0, 1]    over lags 0 … l_max − 1
 *   weibull_cdf Π_{m ≤ l} (1 − F(m))                              over lags 0 … l_max: one more
 */
import type { Engine } from "../../engine/engine.js";
import { checkBy, type Schema } from "../schema.js";
import type { Adstock, Channel, Curve } from "../types.js";
import { curveAt } from "./kernel.js";
import {
  DECAY,
  engineOf,
  FLAG,
  FRACTION,
  LAGS,
  listOf,
  object,
  POSITIVE,
  requireDistinct,
  SPENDS,
  TEXT,
  versionOf,
} from "./read.js";
import type { Imported, ImportOptions } from "./types.js";
import { binomialKernel, carriedBy, geometricKernel, lagsOf } from "./weights.js";

export interface PyMCModel {
  /** `pymc_marketing.__version__`. */
  version: string;
  adstock: {
    type: "geometric" | "binomial" | "delayed" | "weibull_pdf" | "weibull_cdf" | "no_adstock";
    l_max: number;
    /** Default true, as the classes have it. */
    normalize?: boolean;
  };
  /** The class's `lookup_name`. */
  saturation:
    | "logistic"
    | "inverse_scaled_logistic"
    | "tanh"
    | "tanh_baselined"
    | "michaelis_menten"
    | "hill"
    | "hill_sigmoid"
    | "root"
    | "log"
    | "no_saturation";
  /** Default true. */
  adstock_first?: boolean;
  /** What the target was divided by: `scales["target"]`. */
  target_scale: number;
  channels: readonly {
    name: string;
    /** What spend was divided by: `scales["channel"]`. */
    channel_scale: number;
    /** In place of the model's, where dims have scales of their own: name such a channel "x1 / geo_a". */
    target_scale?: number;
    /** By the names of the parameters: alpha; alpha, theta; lam, k. */
    adstock?: Readonly<Record<string, number>>;
    /** As lam, beta; b, c; x0, gain, r, beta; alpha, lam; slope, kappa, beta; sigma, beta, lam; alpha, beta; beta. */
    saturation: Readonly<Record<string, number>>;
    /** Money before the plan, oldest first. */
    history?: readonly number[];
  }[];
}

const PARAMETERS: Record<PyMCModel["saturation"], Schema> = {
  logistic: object({ lam: POSITIVE, beta: POSITIVE }),
  inverse_scaled_logistic: object({ lam: POSITIVE, beta: POSITIVE }),
  tanh: object({ b: POSITIVE, c: POSITIVE }),
  tanh_baselined: object({ x0: POSITIVE, gain: POSITIVE, r: FRACTION, beta: POSITIVE }),
  michaelis_menten: object({ alpha: POSITIVE, lam: POSITIVE }),
  hill: object({ slope: POSITIVE, kappa: POSITIVE, beta: POSITIVE }),
  hill_sigmoid: object({ sigma: POSITIVE, beta: POSITIVE, lam: POSITIVE }),
  root: object({ alpha: POSITIVE, beta: POSITIVE }),
  log: object({ beta: POSITIVE }),
  no_saturation: object({ beta: POSITIVE }),
};
const LAG_PARAMETERS: Record<PyMCModel["adstock"]["type"], Schema> = {
  geometric: object({ alpha: DECAY }),
  binomial: object({ alpha: DECAY }),
  delayed: object({ alpha: DECAY, theta: { type: "number", minimum: 0 } }),
  weibull_pdf: object({ lam: POSITIVE, k: POSITIVE }),
  weibull_cdf: object({ lam: POSITIVE, k: POSITIVE }),
  no_adstock: object({}),
};
const MODEL = object(
  {
    version: TEXT,
    adstock: object({ type: { enum: Object.keys(LAG_PARAMETERS) }, l_max: LAGS, normalize: FLAG }, "normalize"),
    saturation: { enum: Object.keys(PARAMETERS) },
    adstock_first: FLAG,
    target_scale: POSITIVE,
    channels: listOf(
      object(
        {
          name: TEXT,
          channel_scale: POSITIVE,
          target_scale: POSITIVE,
          adstock: { type: "object", additionalProperties: { type: "number" } },
          saturation: { type: "object", additionalProperties: { type: "number" } },
          history: SPENDS,
        },
        ...["target_scale", "adstock", "history"],
      ),
    ),
  },
  "adstock_first",
);

/** The nearest number to ln 3. */
const LN_3 = 1.0986122886681098;

/**
 * Reads a model of PyMC-Marketing from its scales and one set of parameters, such as posterior means or one draw. The curve
 * at mean parameters is not the mean of the curves: for an expectation import every draw.
 *
 * @throws {TypeError} for a wrong kind, an unknown or a missing field; {RangeError} for a wrong value; naming the field.
 * @example
 * const { channels } = importPyMC({
 *   version: "1.0.0",
 *   adstock: { type: "geometric", l_max: 8 },
 *   saturation: "logistic",
 *   target_scale: 8312.4,
 *   channels: [{ name: "x1", channel_scale: 0.9967, adstock: { alpha: 0.4 }, saturation: { lam: 3.99, beta: 0.361 } }],
 * });
 */
export function importPyMC(model: PyMCModel, options: ImportOptions = {}): Imported {
  checkBy(model, MODEL, "model");
  versionOf(model.version, "model.version");
  requireDistinct(
    model.channels.map(({ name }) => name),
    (i) => `model.channels[${i}].name`,
  );
  const { adstock_first = true } = model;
  const { type: family, normalize = true } = model.adstock;
  const imported: Imported = {
    channels: [],
    leftOut: [],
    record: { exporter: "PyMC-Marketing", version: model.version, channels: [] },
  };
  model.channels.forEach((fitted, i) => {
    const { name, channel_scale, history, saturation, adstock: lag = {} } = fitted;
    const target_scale = fitted.target_scale ?? model.target_scale;
    checkBy(saturation, PARAMETERS[model.saturation], `model.channels[${i}].saturation`);
    checkBy(lag, LAG_PARAMETERS[family], `model.channels[${i}].adstock`);
    const adstock = adstockOf(engineOf(options), model, lag);
    const channel: Channel = {
      name,
      curve: curveOf(engineOf(options), model.saturation, saturation, target_scale),
      cost: channel_scale,
      ...carriedBy(adstock, history),
    };
    if (adstock && !adstock_first) channel.saturation = "before";
    imported.channels.push(channel);
    imported.record.channels.push({
      channel: name,
      family: model.saturation,
      parameters: { ...saturation },
      scaling: { channel_scale, target_scale },
      adstock: { family, parameters: { ...lag }, normalised: normalize, lags: lagsOf(adstock) },
      order: adstock_first ? "adstock first" : "saturation first",
    });
  });
  return imported;
}

/** The curve over scaled spend, in units of the target. */
function curveOf(
  engine: Engine,
  type: PyMCModel["saturation"],
  parameters: Readonly<Record<string, number>>,
  scale: number,
): Curve {
  const at = (name: string) => parameters[name] as number;
  switch (type) {
    case "logistic":
      return { type: "logistic", max: at("beta") * scale, half: LN_3 / at("lam") };
    case "inverse_scaled_logistic":
      return { type: "logistic", max: at("beta") * scale, half: at("lam") };
    case "tanh":
      return { type: "tanh", max: at("b") * scale, scale: at("c") / scale };
    case "tanh_baselined": {
      const max = ((at("beta") * at("gain") * at("x0")) / at("r")) * scale;
      return { type: "tanh", max, scale: at("x0") / (artanh(engine, at("r")) * max) };
    }
    case "michaelis_menten":
      return { type: "michaelis-menten", max: at("alpha") * scale, half: at("lam") };
    case "hill":
      return { type: "hill", max: at("beta") * scale, half: at("kappa"), shape: at("slope") };
    case "hill_sigmoid":
      return { type: "logit", max: at("sigma") * scale, slope: at("beta"), midpoint: at("lam") };
    case "root":
      return { type: "root", scale: at("beta") * scale, exponent: at("alpha") };
    case "log":
      return { type: "log", scale: at("beta") * scale, unit: 1 };
    case "no_saturation":
      return { type: "linear", slope: at("beta") * scale };
  }
}

/** ½ ln((1 + r) / (1 − r)). */
function artanh(engine: Engine, r: number): number {
  return curveAt(engine, { type: "log", scale: 0.5, unit: 1 }, (2 * r) / (1 - r));
}

function adstockOf(
  engine: Engine,
  { adstock }: PyMCModel,
  parameters: Readonly<Record<string, number>>,
): Adstock | undefined {
  const { type, l_max, normalize = true } = adstock;
  const at = (name: string) => parameters[name] as number;
  switch (type) {
    case "geometric":
      return geometricKernel(at("alpha"), l_max, normalize);
    case "binomial":
      return binomialKernel(engine, at("alpha"), l_max, l_max + 1, normalize);
    case "delayed":
      return { type: "delayed", decay: at("alpha"), peak: at("theta"), length: l_max, normalised: normalize };
    case "weibull_pdf":
    case "weibull_cdf": {
      const form = type === "weibull_pdf" ? "pdf" : "cdf";
      const length = form === "pdf" ? l_max : l_max + 1;
      return { type: "weibull", form, shape: at("k"), scale: at("lam"), length, normalised: normalize };
    }
    case "no_adstock":
      return undefined;
  }
}
