/** An engine with its problems on it: where the pieces meet. */
import { type OfferShape, Offers } from "./allocation/offers.js";
import { Engine as Base, type EngineOptions } from "./engine/engine.js";

/** One memory with the kernels over it; tables of offers live in it until they are released. */
export class Engine extends Base {
  /**
   * Makes a table of offers, closed to everyone until its columns are filled.
   * @throws {TypeError} for a wrong kind, {RangeError} for a wrong number of users or options.
   * @throws {CeilingError} when it does not fit under the ceiling.
   * @example const offers = engine.offers({ users: 3, options: ["5 off", "10 off"] });
   */
  offers(shape: OfferShape): Offers {
    return new Offers(this, shape);
  }
}

/**
 * Makes an engine, synchronously, on any runtime.
 * @throws {RangeError} for a ceiling below 1 MiB or above 4 GiB.
 * @example
 * const engine = createEngine();
 * const offers = engine.offers({ users: 3, options: ["5 off", "10 off"] });
 */
export function createEngine(options: EngineOptions = {}): Engine {
  return new Engine(options);
}
