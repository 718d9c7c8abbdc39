/** What the offers' page and its worker say to each other. */
import type { AllocationRequest, AllocationResult, FrontierPoint } from "../../allocation/types.js";
import type { ColumnPreview } from "../files/open.js";
import type { SampleColumns } from "./table/sample.js";

/** Which columns hold what. */
export type Mapping =
  | { kind: "wide"; id: string; offers: { name: string; value: string; cost: string }[] }
  | { kind: "long"; id: string; offer: string; value: string; cost: string };

export type From = { kind: "campaign"; users: number } | { kind: "file"; file: File; mapping: Mapping };

export interface Look {
  columns: ColumnPreview[];
  format: "csv" | "parquet" | "arrow";
  /** Rows, where the file says so. */
  rows?: number;
}

/** A table that is loaded. */
export interface Loaded {
  users: number;
  options: string[];
  /** What it would cost to give everyone the dearest offer that they could get. */
  mostCost: number;
  /** For the worker that answers while something is dragged; undefined where all users are few enough. */
  sample?: SampleColumns;
}

/** A curve of value against budget. */
export interface Curve {
  points: FrontierPoint[];
  least: number;
  most: number;
  /** From the sample, as with several limits: an estimate. */
  isEstimate: boolean;
  status: "met" | "impossible";
}

/** An answer without its choices, which stay with the worker. */
export type Answer = Omit<AllocationResult, "choices"> & { isEstimate: boolean };

export type Request = AllocationRequest;
