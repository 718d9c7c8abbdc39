/** Users gathered from rows, a few thousand at a time, on their way into a table: by option, or into candidate slots. */
import type { Offers } from "../../allocation/offers.js";

const USERS = 2048;

export class UserTile {
  readonly #offers: Offers;
  readonly #values: Float64Array[];
  readonly #costs: Float64Array[];
  /** Offer of each slot, from 1; only in tables with slots. */
  readonly #slots: Uint16Array[];
  readonly #keys = new BigUint64Array(USERS);
  readonly #words = new Uint32Array(this.#keys.buffer);
  #integers = false;
  #first = 0;
  #users = 0;
  /** Offers of the current user so far. */
  #seen = new Set<number>();

  constructor(offers: Offers) {
    this.#offers = offers;
    const columns = <T>(make: () => T) => Array.from({ length: offers.columns }, make);
    this.#values = columns(() => new Float64Array(USERS).fill(-Infinity));
    this.#costs = columns(() => new Float64Array(USERS));
    this.#slots = offers.hasSlots ? columns(() => new Uint16Array(USERS).fill(1)) : [];
  }

  /** Begins user `user`, whose key (or integer id) is word pair i. */
  begin(user: number, words: Uint32Array, i: number, areIntegers: boolean): void {
    this.#settle();
    if (this.#users === USERS) this.#flush();
    if (this.#users === 0) this.#first = user;
    this.#integers = areIntegers;
    this.#words[2 * this.#users] = words[2 * i] as number;
    this.#words[2 * this.#users + 1] = words[2 * i + 1] as number;
    this.#users++;
  }

  /** Gives the current user an offer (from 0); false when it has it already. */
  add(offer: number, value: number, cost: number): boolean {
    if (this.#seen.has(offer)) return false;
    const column = this.#offers.hasSlots ? this.#seen.size : offer;
    const at = this.#users - 1;
    (this.#values[column] as Float64Array)[at] = value;
    (this.#costs[column] as Float64Array)[at] = cost;
    if (this.#offers.hasSlots) (this.#slots[column] as Uint16Array)[at] = offer + 1;
    this.#seen.add(offer);
    return true;
  }

  finish(): void {
    this.#settle();
    this.#flush();
  }

  /** Slots of a user stand in the order of the offers, so that the order of its rows decides no tie. */
  #settle(): void {
    const count = this.#seen.size;
    this.#seen.clear();
    if (!this.#offers.hasSlots || count < 2) return;
    const at = this.#users - 1;
    const slots = Array.from({ length: count }, (_, s) => ({
      offer: this.#slots[s]?.[at] as number,
      value: this.#values[s]?.[at] as number,
      cost: this.#costs[s]?.[at] as number,
    }));
    slots.sort((a, b) => a.offer - b.offer);
    for (const [s, { offer, value, cost }] of slots.entries()) {
      (this.#slots[s] as Uint16Array)[at] = offer;
      (this.#values[s] as Float64Array)[at] = value;
      (this.#costs[s] as Float64Array)[at] = cost;
    }
  }

  #flush(): void {
    const offers = this.#offers;
    const users = this.#users;
    const keys = this.#keys.subarray(0, users);
    if (this.#integers) offers.setIds(this.#first, keys);
    else offers.setKeys(this.#first, keys);
    for (let j = 0; j < offers.columns; j++) {
      const values = this.#values[j] as Float64Array;
      const costs = this.#costs[j] as Float64Array;
      const slots = this.#slots[j];
      offers.set(j, this.#first, values.subarray(0, users), costs.subarray(0, users), slots?.subarray(0, users));
      values.fill(-Infinity);
      costs.fill(0);
      slots?.fill(1);
    }
    this.#users = 0;
  }
}
