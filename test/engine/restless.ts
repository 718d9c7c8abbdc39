import { createEngine, type Engine, type EngineOptions } from "../../src/index.js";

/**
 * An engine whose memory grows by a page with every block that is taken, as it may: whatever view was made before is detached
 * then, so code that holds one over an allocation reads nothing and writes nowhere. (A kernel cannot make the memory grow.)
 */
export function restlessEngine(options?: EngineOptions): { engine: Engine; growths: () => number } {
  const engine = createEngine(options);
  const { arena, memory } = engine;
  const take = arena.take.bind(arena);
  let growths = 0;
  Object.defineProperty(arena, "take", {
    value: (bytes: number) => {
      memory.grow(1);
      growths++;
      return take(bytes);
    },
  });
  return { engine, growths: () => growths };
}
