import * as shadowprice from "shadowprice";
import * as allocation from "shadowprice/allocation";
import { probe } from "./probe.js";

for (const name of Object.keys(allocation)) {
  if (!(name in shadowprice)) throw new Error(`${name} of shadowprice/allocation is not in the whole`);
}
/** A small campaign, solved by one of the two. */
function solved({ createEngine, allocate }) {
  const offers = createEngine().offers({ users: 1000, options: 3 });
  for (let j = 0; j < 3; j++) {
    offers.fill(j, (values, costs) => {
      for (let i = 0; i < 1000; i++) {
        values[i] = ((i * 7919 + j * 104_729) % 1009) / 16;
        costs[i] = j + 1;
      }
    });
  }
  const { choices, value, bound } = allocate(offers, { budget: 700 });
  return JSON.stringify({ choices: [...choices], value, bound });
}
if (solved(allocation) !== solved(shadowprice)) throw new Error("shadowprice/allocation decides other than the whole");
console.log(probe(shadowprice));
