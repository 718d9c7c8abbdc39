/** Numbers of users, from 0, by their 64-bit keys, in the order they first come: a hash table with linear probing. */
export class UserNumbers {
  count = 0;
  #lows = new Uint32Array(1 << 16);
  #highs = new Uint32Array(1 << 16);
  /** Number of the user at a place, plus one; 0 is free. */
  #numbers = new Uint32Array(1 << 16);

  of(low: number, high: number): number {
    const place = this.#find(low, high);
    const number = this.#numbers[place] as number;
    if (number > 0) return number - 1;
    this.#lows[place] = low;
    this.#highs[place] = high;
    this.#numbers[place] = ++this.count;
    if (2 * this.count > this.#numbers.length) this.#grow();
    return this.count - 1;
  }

  #find(low: number, high: number): number {
    const mask = this.#numbers.length - 1;
    // Integer ids come as they are: both words are mixed.
    let place = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    place = (place ^ (place >>> 15)) & mask;
    while (this.#numbers[place] !== 0 && !(this.#lows[place] === low && this.#highs[place] === high))
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [lows, highs, numbers] = [this.#lows, this.#highs, this.#numbers];
    const size = 2 * numbers.length;
    this.#lows = new Uint32Array(size);
    this.#highs = new Uint32Array(size);
    this.#numbers = new Uint32Array(size);
    for (let old = 0; old < numbers.length; old++) {
      if (numbers[old] === 0) continue;
      const place = this.#find(lows[old] as number, highs[old] as number);
      this.#lows[place] = lows[old] as number;
      this.#highs[place] = highs[old] as number;
      this.#numbers[place] = numbers[old] as number;
    }
  }
}
