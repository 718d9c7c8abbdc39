/**
 * The trace of the states: what leads back from a state to the plan, and what the living states still need of it.
 *
 *   node   8 bytes: 0 u32 parent, 4 u32 move; a parent stands before its children, node 0 is the plan
 */
import { setChoice } from "../choices";
import { STATE } from "./expand";
import { MOVE } from "./reduce";

const NODE: usize = 8;

/**
 * Drops the nodes that neither a state nor `kept` leads back to; how many are left. `places` is 4 bytes a node; the number
 * of `kept` is written to the first of them.
 */
export function collect(trace: usize, nodes: u32, states: usize, count: u32, kept: u32, places: usize): u32 {
  memory.fill(places, 0, (<usize>nodes) << 2);
  store<u32>(places, 1);
  store<u32>(places + ((<usize>kept) << 2), 1);
  for (let s: u32 = 0; s < count; s++) {
    store<u32>(places + ((<usize>load<u32>(states + <usize>s * STATE, 16)) << 2), 1);
  }
  for (let n = nodes - 1; n > 0; n--) {
    if (load<u32>(places + ((<usize>n) << 2)))
      store<u32>(places + ((<usize>load<u32>(trace + <usize>n * NODE)) << 2), 1);
  }
  let left: u32 = 0;
  for (let n: u32 = 0; n < nodes; n++) {
    const place = places + ((<usize>n) << 2);
    if (!load<u32>(place)) continue;
    const parent = load<u32>(trace + <usize>n * NODE);
    const node = trace + <usize>left * NODE;
    // Before its parent is looked up: node 0 is its own.
    store<u32>(place, left++);
    store<u32>(node, load<u32>(trace + <usize>n * NODE, 4), 4);
    store<u32>(node, load<u32>(places + ((<usize>parent) << 2)));
  }
  for (let s: u32 = 0; s < count; s++) {
    const state = states + <usize>s * STATE;
    store<u32>(state, load<u32>(places + ((<usize>load<u32>(state, 16)) << 2)), 16);
  }
  store<u32>(places, load<u32>(places + ((<usize>kept) << 2)));
  return left;
}

/** Writes the plan into the choices of all users, then the moves that lead back from `node`. */
export function follow(
  planned: usize,
  users: u32,
  trace: usize,
  node: u32,
  moves: usize,
  choices: usize,
  wide: bool,
): void {
  for (let i: u32 = 0; i < users; i++) setChoice(choices, wide, i, load<u16>(planned + ((<usize>i) << 1)));
  for (let n = node; n != 0; n = load<u32>(trace + <usize>n * NODE)) {
    const move = moves + <usize>load<u32>(trace + <usize>n * NODE, 4) * MOVE;
    setChoice(choices, wide, load<u32>(move, 24), load<u32>(move, 28));
  }
}

/** The most that any of the states may lead to, against z, in f64: max over them of p − z + λ(δ − w). */
export function reach(states: usize, count: u32, z: i64, delta: i64, up: f64, down: f64): f64 {
  let most = -Infinity;
  for (let s: u32 = 0; s < count; s++) {
    const state = states + <usize>s * STATE;
    const slack = delta - load<i64>(state);
    most = max(most, <f64>(load<i64>(state, 8) - z) + (slack >= 0 ? up : down) * <f64>slack);
  }
  return most;
}
