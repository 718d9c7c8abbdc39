/** An experiment of a made-up shop: three arms drawn alike, and a model of what two of them add, made for the README. */
import portable from "../../../examples/model.json" with { type: "json" };
import { philox } from "../../embedded/philox.js";
import type { Trial } from "../../uplift/evaluate/types.js";
import { importModel } from "../../uplift/import.js";
import type { Model } from "../../uplift/model/model.js";

const ROWS = 30_000;
const ARMS = ["nothing", "5off", "10off"] as const;
/** The model's uplift is this part of the true one; the rest is noise that it does not know. */
const TRUTH = 0.8;

export const EXAMPLE_COSTS = { "5off": 0.9, "10off": 1.9 };

export interface Example {
  model: Model;
  trial: Trial & { treatment: string[] };
  features: Record<string, Float64Array>;
}

export function exampleExperiment(): Example {
  const model = importModel(JSON.stringify(portable));
  const words = new Uint32Array(4);
  const features = {
    recency: new Float64Array(ROWS),
    orders: new Float64Array(ROWS),
    basket: new Float64Array(ROWS),
  };
  const noise = new Float64Array(ROWS);
  const treatment: string[] = [];
  for (let i = 0; i < ROWS; i++) {
    philox(words, i, 0, 0, 7, 0);
    const [a, b, c, d] = Array.from(words, (word) => word / 2 ** 32) as [number, number, number, number];
    features.recency[i] = Math.floor(60 * a * a);
    features.orders[i] = Math.floor(10 * b * b);
    features.basket[i] = Math.round(100 * (10 + 90 * c)) / 100;
    treatment.push(ARMS[Math.floor(3 * d)] as string);
    philox(words, i, 1, 0, 7, 0);
    noise[i] = (12 * ((words[0] as number) + (words[1] as number) - 2 ** 32)) / 2 ** 32;
  }
  const uplift = model.score(features);
  const outcome = Float64Array.from(treatment, (arm, i) => {
    const added = arm === "nothing" ? 0 : TRUTH * (uplift[arm]?.[i] as number);
    // Who buys often buys without a coupon too: that is what a response model finds.
    const base = 2 + 0.6 * (features.orders[i] as number) + 0.03 * (features.basket[i] as number);
    return Math.round(100 * (base + added + (noise[i] as number))) / 100;
  });
  return { model, trial: { treatment, control: "nothing", outcome }, features };
}
