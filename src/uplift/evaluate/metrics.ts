/**
 * What each package means by its Qini, AUUC or Q: the same words stand for different numbers, so that each definition goes
 * by the name of its package and says how it is normalised and what it does with ties.
 *
 * Symbols as in assembly/uplift/evaluate/gains.ts: after k rows in the order of the score q = Y_t − Y_c n_t/n_c and
 * u = (Y_t/n_t − Y_c/n_c) k; N, n_t, n_c without k are those of all rows.
 */
import type { GainSums } from "./kernel.js";

export interface Definition {
  /** The outcome must be 0 or 1. */
  binary: boolean;
  normalisation: string;
  ties: string;
  of: (sums: GainSums) => number;
  /** What an order that knows nothing gives on average. */
  random: (sums: GainSums) => number;
}

const GROUPED = "points only where the score changes: the order of tied rows does not matter";
const ROW_ORDER = "every row is a point, tied rows in the order they come in";

const rows = ({ treated, controls }: GainSums) => treated + controls;
const lift = (s: GainSums) => s.treatedSum / s.treated - s.controlSum / s.controls;
const lastQ = (s: GainSums) => s.treatedSum - (s.controlSum * s.treated) / s.controls;
const nothing = () => 0;

/** Share of what the perfect order gains over the chord. */
function overChord(area: number, last: number, perfect: number, s: GainSums): number {
  const chord = (rows(s) * last) / 2;
  return (area - chord) / (perfect - chord);
}

/** Rows of the four kinds of (treatment, outcome) that come together: [treated, controls, treated responders, control responders]. */
type Group = readonly [number, number, number, number];

/** Trapezoids under a curve of scikit-uplift over groups of rows; a quotient by an arm that is not there yet is 0. */
function groupArea(groups: readonly Group[], height: (n_t: number, n_c: number, Y_t: number, Y_c: number) => number) {
  let [n_t, n_c, Y_t, Y_c, before, area] = [0, 0, 0, 0, 0, 0];
  for (const [t, c, rt, rc] of groups) {
    [n_t, n_c, Y_t, Y_c] = [n_t + t, n_c + c, Y_t + rt, Y_c + rc];
    const now = height(n_t, n_c, Y_t, Y_c);
    area += ((t + c) * (before + now)) / 2;
    before = now;
  }
  return area;
}

const part = (a: number, b: number) => (b === 0 ? 0 : a / b);
const qOf = (n_t: number, n_c: number, Y_t: number, Y_c: number) => Y_t - Y_c * part(n_t, n_c);
const uOf = (n_t: number, n_c: number, Y_t: number, Y_c: number) => (part(Y_t, n_t) - part(Y_c, n_c)) * (n_t + n_c);

/** Treated responders first, control responders last. */
function perfectQini(s: GainSums): number {
  const { treated, controls, treatedSum: a, controlSum: c } = s;
  const groups: Group[] = [
    [a, 0, a, 0],
    [treated - a, controls - c, 0, 0],
    [0, c, 0, c],
  ];
  return groupArea(groups, qOf);
}

/** The line (0, 0), (R, R), (N, R): nobody is harmed. */
function perfectWithoutHarm(s: GainSums): number {
  const R = lastQ(s);
  return (R * R) / 2 + R * (rows(s) - R);
}

/** Whose outcome is as their treatment, treated first; of the others control responders first where they are more. */
function perfectUplift(s: GainSums): number {
  const { treated, controls, treatedSum: a, controlSum: c } = s;
  const responders: Group = [0, c, 0, c];
  const others: Group = [treated - a, 0, 0, 0];
  const rest = c > treated - a ? [responders, others] : [others, responders];
  return groupArea([[a, 0, a, 0], [0, controls - c, 0, 0], ...rest], uOf);
}

/** Σ u over rows; where an arm is missing the lift is interpolated from 0 at row 0 to the first that is defined. */
function gainRows(s: GainSums): number {
  const m = s.firstBoth;
  return s.rowsR + s.rowsQ + ((s.firstU / m) * (m - 1) * (2 * m - 1)) / 6;
}

/** Σ q over rows; before the first control interpolated from 0. */
function qiniRows(s: GainSums): number {
  return s.rowsQ + (s.firstQ * (s.firstControl - 1)) / 2;
}

function causalmlQini(s: GainSums): number {
  return qiniRows(s) / (rows(s) + 1) - lastQ(s) / 2;
}

/** Area under Y_t/N_t − Y_c/N_c by row, less the chord's. */
function pyliftQ(s: GainSums): number {
  const sum = s.rowsTreated / s.treated - s.rowsControl / s.controls;
  return (sum - lift(s) / 2) / rows(s) - lift(s) / 2;
}

/** Most that pylift's Q can be: up to the rate r_t of the treated at share `steep` · r_t, and down at the end. */
function pyliftMost(s: GainSums, steep: number): number {
  const [r_t, r_c] = [s.treatedSum / s.treated, s.controlSum / s.controls];
  const [up, down] = [steep * r_t, steep * r_c];
  return (r_t * up) / 2 + r_t * (1 - up - down) + ((2 * r_t - r_c) / 2) * down - lift(s) / 2;
}

const SHARE = "propensity = the arm's share of the rows";

/** Every definition over the order of one score, by its name. */
export const DEFINITIONS: Readonly<Record<string, Definition>> = {
  "qini.sklift": {
    binary: true,
    normalisation:
      "(area under q − chord) / (perfect area − chord); perfect: treated responders first, control responders last (negative_effect = True)",
    ties: GROUPED,
    of: (s) => overChord(s.areaQ, lastQ(s), perfectQini(s), s),
    random: nothing,
  },
  "qini.sklift.noNegativeEffect": {
    binary: true,
    normalisation:
      "(area under q − chord) / (perfect area − chord); perfect: (0, 0), (R, R), (N, R) (negative_effect = False)",
    ties: GROUPED,
    of: (s) => overChord(s.areaQ, lastQ(s), perfectWithoutHarm(s), s),
    random: nothing,
  },
  "auuc.sklift": {
    binary: true,
    normalisation: "(area under u − chord) / (perfect area − chord)",
    ties: GROUPED,
    of: (s) => overChord(s.areaR + s.areaQ, lift(s) * rows(s), perfectUplift(s), s),
    random: nothing,
  },
  "auuc.causalml": {
    binary: false,
    normalisation: "sum of u over rows 0 … N, divided by N + 1 and by |u| at the last (normalize = True)",
    ties: ROW_ORDER,
    of: (s) => gainRows(s) / (rows(s) + 1) / Math.abs(lift(s) * rows(s)),
    random: (s) => Math.sign(lift(s)) / 2,
  },
  "qini.causalml": {
    binary: false,
    normalisation: "mean over rows 0 … N of q less its chord, divided by |q| at the last (normalize = True)",
    ties: ROW_ORDER,
    of: (s) => causalmlQini(s) / Math.abs(lastQ(s)),
    random: nothing,
  },
  "qini.causalml.raw": {
    binary: false,
    normalisation: "mean over rows 0 … N of q less its chord (normalize = False)",
    ties: ROW_ORDER,
    of: causalmlQini,
    random: nothing,
  },
  "auuc.ydf": {
    binary: false,
    normalisation: "area under Y_t/N_t − Y_c/N_c against the share of rows",
    ties: GROUPED,
    of: (s) => (s.areaTreated / s.treated - s.areaControl / s.controls) / rows(s),
    random: (s) => lift(s) / 2,
  },
  "qini.ydf": {
    binary: false,
    normalisation: "auuc.ydf less half the curve's last value",
    ties: GROUPED,
    of: (s) => (s.areaTreated / s.treated - s.areaControl / s.controls) / rows(s) - lift(s) / 2,
    random: nothing,
  },
  "q.pylift": {
    binary: true,
    normalisation: `area under Y_t/N_t − Y_c/N_c by row, less the chord (Q_qini); ${SHARE}`,
    ties: ROW_ORDER,
    of: pyliftQ,
    random: nothing,
  },
  "q1.pylift": {
    binary: true,
    normalisation: `q.pylift / Q_max, whose curve rises with slope 2 (q1_qini); ${SHARE}`,
    ties: ROW_ORDER,
    of: (s) => pyliftQ(s) / pyliftMost(s, 0.5),
    random: nothing,
  },
  "q2.pylift": {
    binary: true,
    normalisation: `q.pylift / Q_practical_max, without sure things (q2_qini); ${SHARE}`,
    ties: ROW_ORDER,
    of: (s) => pyliftQ(s) / pyliftMost(s, 1),
    random: nothing,
  },
  "q.pylift.aqini": {
    binary: true,
    normalisation: `area under Y_t/N_t − Y_c n_t/(n_c N_t) by row, less the chord (Q_aqini); ${SHARE}`,
    ties: ROW_ORDER,
    of: (s) => (s.rowsQ + s.aloneTreated - lastQ(s) / 2) / s.treated / rows(s) - lift(s) / 2,
    random: nothing,
  },
  "q.pylift.cgains": {
    binary: true,
    normalisation: `area under (Y_t/n_t − Y_c/n_c) k/N by row, k by weight, less the chord (Q_cgains); ${SHARE}`,
    ties: ROW_ORDER,
    of: (s) => {
      const sum = ((s.rowsQ + s.aloneTreated) / s.treated + (s.rowsR - s.aloneControl) / s.controls) / 2;
      return (sum - lift(s) / 2) / rows(s) - lift(s) / 2;
    },
    random: nothing,
  },
};
