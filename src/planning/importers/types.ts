/** What importers of fitted models give back. */
import type { Engine } from "../../engine/engine.js";
import type { Channel } from "../types.js";

/** How one fitted channel was read: enough to compute it again by hand. */
export interface ChannelRecord {
  channel: string;
  /** The curve as the exporter calls it. */
  family: string;
  /** Its parameters as exported. */
  parameters: Record<string, number>;
  /** Constants between the exporter's scale and money: maxima, medians, populations, costs. */
  scaling: Record<string, number>;
  adstock: {
    /** As the exporter calls it; "none" for none. */
    family: string;
    parameters: Record<string, number>;
    normalised: boolean;
    /** Lags that have weight, lag 0 among them; "unlimited" for a recursion. */
    lags: number | "unlimited";
  };
  order: "adstock first" | "saturation first";
}

export interface ImportRecord {
  exporter: "Robyn" | "Meridian" | "LightweightMMM" | "PyMC-Marketing";
  /** As the export states it. */
  version: string;
  /** Modelling window: rows of the data, from 1, both inside. Absent where the exporter fits on all rows. */
  window?: { from: number; to: number };
  channels: ChannelRecord[];
}

export interface Imported {
  /** For `PlanProblem.channels`: response by period in the exporter's outcome, spend in money. */
  channels: Channel[];
  /** What was fitted and cannot be planned, and why. */
  leftOut: { name: string; reason: string }[];
  record: ImportRecord;
}

export interface ImportOptions {
  /** Whose memory to compute weights in (default: one that all imports share). */
  engine?: Engine;
}
