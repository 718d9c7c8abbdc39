/** A turn for everyone else: timers, sockets, and the requests that wait. */

type Later = (call: () => void) => unknown;

/** Resolves in a later turn of the event loop; `setTimeout` would wait a millisecond or more. */
export function breath(): Promise<void> {
  const { setImmediate: immediate } = globalThis as { setImmediate?: Later };
  return new Promise((resolve) => {
    if (immediate) immediate(resolve);
    else setTimeout(resolve);
  });
}
