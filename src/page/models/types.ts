/** What the models' page and its worker say to each other. */
import type { PolicyCurve } from "../../policy/curve.js";
import type { Evaluation } from "../../uplift/evaluate/types.js";
import type { ColumnPreview } from "../files/open.js";

export interface Look {
  /** What the model asks for, and what it gives. */
  features: string[];
  outputs: string[];
  columns: ColumnPreview[];
  format: string;
  rows: number | undefined;
}

/** Which columns of the experiment mean what. */
export interface Mapping {
  treatment: string;
  control: string;
  outcome: string;
  /** A column with what each row cost; "" for none. */
  cost: string;
  /** What each arm costs where it is given, in place of a column: "mail=0.5, call=3". */
  costs: string;
}

export interface Judged {
  evaluation: Evaluation;
  /** Where costs are known. */
  curve?: PolicyCurve;
}

export type From = { kind: "example" } | { kind: "files"; model: File; experiment: File; mapping: Mapping };
