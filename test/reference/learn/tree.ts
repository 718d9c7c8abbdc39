/** Twin of assembly/learn/grow.ts with its histograms, splits and partition: as fast as good JavaScript is. */
import { drawnRates, Gains, type Settings } from "./criteria.js";

export interface TwinGrowth extends Settings {
  maxDepth: number;
  tries: number;
}

export interface TwinData {
  /** Bins by feature and row: 0 missing. */
  columns: readonly Uint8Array[];
  /** Bins by feature, the missing one included. */
  counts: ArrayLike<number>;
  arms: number;
  /** Rows that give the structure: their numbers, arms, weights and weights times the target. */
  rows: Uint32Array;
  arm: Uint8Array;
  w: Float64Array;
  wz: Float64Array;
}

export interface TwinNode {
  feature: number;
  bin: number;
  missingLeft: boolean;
  left: number;
  gain: number;
  depth: number;
  count: number;
}

interface Open {
  node: number;
  first: number;
  count: number;
  parent: Float64Array | undefined;
}

interface Best {
  gain: number;
  feature: number;
  bin: number;
  /** 0 right, 1 left, 2 nobody had one. */
  missing: number;
  share: number;
}

const M = 0xffffffffffffffffn;
const GAMMA = 0x9e3779b97f4a7c15n;

export function mix64(x: bigint): bigint {
  let z = (x + GAMMA) & M;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & M;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & M;
  return z ^ (z >> 31n);
}

export function growTwin(data: TwinData, growth: TwinGrowth, seed: number, tree: number): TwinNode[] {
  const grower = new TwinGrower(data, growth, mix64((BigInt(seed) + (BigInt(tree) << 32n)) & M));
  return grower.grow();
}

class TwinGrower {
  readonly #data: TwinData;
  readonly #growth: TwinGrowth;
  readonly #seed: bigint;
  readonly #order: Uint32Array;
  readonly #n: Float64Array;
  readonly #sum: Float64Array;
  readonly #spare: { rows: Uint32Array; arm: Uint8Array; w: Float64Array; wz: Float64Array };

  constructor(data: TwinData, growth: TwinGrowth, seed: bigint) {
    this.#data = data;
    this.#growth = growth;
    this.#seed = seed;
    this.#order = Uint32Array.from(data.columns, (_, f) => f);
    this.#n = new Float64Array(256 * data.arms);
    this.#sum = new Float64Array(256 * data.arms);
    const count = data.rows.length;
    this.#spare = {
      rows: new Uint32Array(count),
      arm: new Uint8Array(count),
      w: new Float64Array(count),
      wz: new Float64Array(count),
    };
  }

  grow(): TwinNode[] {
    const { arms, arm, w, wz, rows } = this.#data;
    const growth = this.#growth;
    const nodes: TwinNode[] = [leaf(0, rows.length)];
    const open: Open[] = [{ node: 0, first: 0, count: rows.length, parent: undefined }];
    for (let one = open.pop(); one; one = open.pop()) {
      const node = nodes[one.node] as TwinNode;
      const [n, sum] = [new Float64Array(arms), new Float64Array(arms)];
      for (let i = one.first; i < one.first + one.count; i++) {
        const a = arm[i] as number;
        n[a] = (n[a] as number) + (w[i] as number);
        sum[a] = (sum[a] as number) + (wz[i] as number);
      }
      const rates = drawnRates(n, sum, one.parent, growth);
      const all = n.reduce((total, count) => total + count, 0);
      if (n.some((count) => count < 2 * growth.leastArm) || all < 2 * growth.leastLeaf) continue;
      const best = this.#best(one, n, sum, rates, all);
      if (best.feature < 0) continue;
      node.feature = best.feature;
      node.bin = best.bin;
      node.gain = best.gain;
      node.missingLeft = best.missing === 2 ? best.share >= 0.5 : best.missing === 1;
      node.left = nodes.length;
      const depth = node.depth + 1;
      const last = depth >= growth.maxDepth;
      const left = last ? 0 : this.#part(one, node);
      nodes.push(leaf(depth, left), leaf(depth, last ? 0 : one.count - left));
      if (last) continue;
      open.push({ node: node.left + 1, first: one.first + left, count: one.count - left, parent: rates });
      open.push({ node: node.left, first: one.first, count: left, parent: rates });
    }
    return nodes;
  }

  #best(one: Open, n: Float64Array, sum: Float64Array, rates: Float64Array, all: number): Best {
    const { columns, counts, arms } = this.#data;
    const gains = new Gains({ n, sum, rates }, this.#growth);
    const best: Best = { gain: 0, feature: -1, bin: 0, missing: 0, share: 0 };
    const order = this.#order;
    const { tries } = this.#growth;
    let state = mix64((this.#seed + BigInt(one.node)) & M);
    for (let drawn = 0, tried = 0; tried < tries && drawn < order.length; drawn++) {
      if (tries < order.length) {
        const from = drawn + Number(((mix64(state) >> 32n) * BigInt(order.length - drawn)) >> 32n);
        state = (state + GAMMA) & M;
        [order[drawn], order[from]] = [order[from] as number, order[drawn] as number];
      }
      const feature = order[drawn] as number;
      const bins = counts[feature] as number;
      this.#fill(one, columns[feature] as Uint8Array, bins);
      if (this.#scan(gains, feature, bins, arms, all, best)) tried++;
    }
    return best;
  }

  /** Sums by bin and arm. */
  #fill({ first, count }: Open, column: Uint8Array, bins: number): void {
    const { rows, arm, w, wz, arms } = this.#data;
    const [n, sum] = [this.#n, this.#sum];
    n.fill(0, 0, bins * arms);
    sum.fill(0, 0, bins * arms);
    for (let i = first; i < first + count; i++) {
      const cell = (column[rows[i] as number] as number) * arms + (arm[i] as number);
      n[cell] = (n[cell] as number) + (w[i] as number);
      sum[cell] = (sum[cell] as number) + (wz[i] as number);
    }
  }

  /** Looks at a feature's splits; says whether there was one to look at. */
  #scan(gains: Gains, feature: number, bins: number, arms: number, all: number, best: Best): boolean {
    const [n, sum] = [this.#n, this.#sum];
    const [leftN, leftSum] = [new Float64Array(arms), new Float64Array(arms)];
    let looked = false;
    const add = (bin: number) => {
      for (let g = 0; g < arms; g++) {
        leftN[g] = (leftN[g] as number) + (n[bin * arms + g] as number);
        leftSum[g] = (leftSum[g] as number) + (sum[bin * arms + g] as number);
      }
    };
    const empty = (bin: number) => {
      for (let g = 0; g < arms; g++) if (n[bin * arms + g] !== 0) return false;
      return true;
    };
    const consider = (bin: number, missing: number) => {
      looked = true;
      const gain = gains.of(leftN, leftSum);
      if (!(gain > best.gain)) return;
      best.gain = gain;
      best.feature = feature;
      best.bin = bin;
      best.missing = missing;
      best.share = leftN.reduce((total, count) => total + count, 0) / all;
    };
    const missing = !empty(0);
    for (const side of missing ? [1, 0] : [2]) {
      leftN.fill(0);
      leftSum.fill(0);
      if (side === 1) {
        add(0);
        consider(0, 1);
      }
      let open = -1;
      for (let bin = 1; bin < bins; bin++) {
        if (empty(bin)) continue;
        if (open > 0) consider(open, side);
        open = bin;
        add(bin);
      }
    }
    return looked;
  }

  /** Left rows first, each side in its order: how many go left. */
  #part({ first, count }: Open, { feature, bin, missingLeft }: TwinNode): number {
    const { rows, arm, w, wz, columns } = this.#data;
    const spare = this.#spare;
    const column = columns[feature] as Uint8Array;
    let [left, right] = [first, 0];
    for (let i = first; i < first + count; i++) {
      const x = column[rows[i] as number] as number;
      const to = x === 0 ? missingLeft : x <= bin;
      const [row, a, weight, target] = [rows[i], arm[i], w[i], wz[i]] as [number, number, number, number];
      if (to) {
        rows[left] = row;
        arm[left] = a;
        w[left] = weight;
        wz[left++] = target;
      } else {
        spare.rows[right] = row;
        spare.arm[right] = a;
        spare.w[right] = weight;
        spare.wz[right++] = target;
      }
    }
    rows.set(spare.rows.subarray(0, right), left);
    arm.set(spare.arm.subarray(0, right), left);
    w.set(spare.w.subarray(0, right), left);
    wz.set(spare.wz.subarray(0, right), left);
    return left - first;
  }
}

function leaf(depth: number, count: number): TwinNode {
  return { feature: -1, bin: 0, missingLeft: false, left: 0, gain: 0, depth, count };
}
