/** A table whose length is known when its last row has come. */
import type { Offers } from "../../allocation/offers.js";
import type { Engine } from "../../create.js";
import { BodyLimitError } from "./decide.js";

/** Users that a table begins with. */
const FIRST = 1024;
/** What is guessed from the rows so far is a little short as often as it is long. */
const SURPLUS = 1.03;

export class Growing {
  readonly table: Offers;
  readonly #most: number;

  constructor(
    engine: Engine,
    options: readonly string[],
    { users, resources }: { users: number; resources: readonly string[] },
  ) {
    this.#most = users;
    this.table = engine.offers({ users: Math.min(users, FIRST), options, resources });
  }

  /**
   * Makes room for so many users; `guess`: how many there may be in the end, which spares the table its moves.
   * @throws {BodyLimitError} above the limit; {CeilingError} where the engine has no room for them.
   */
  room(users: number, guess: number): void {
    if (users > this.#most) throw new BodyLimitError("users", this.#most, users);
    if (users <= this.table.users) return;
    const wishes = [Math.max(2 * this.table.users, SURPLUS * guess), SURPLUS * guess, 1.25 * users, users];
    const sizes = wishes.filter((wish) => wish >= users).map((wish) => Math.min(this.#most, Math.ceil(wish)));
    for (const [i, size] of sizes.entries()) {
      try {
        this.table.resize(size);
        return;
      } catch (error) {
        // By name: the engine may be of another bundle.
        if ((error as Error).name !== "CeilingError" || i === sizes.length - 1) throw error;
      }
    }
  }
}
