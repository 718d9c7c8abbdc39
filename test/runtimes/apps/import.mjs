import * as shadowprice from "shadowprice";
import * as allocation from "shadowprice/allocation";
import { probe } from "./probe.js";

for (const [name, one] of Object.entries(allocation)) {
  if (one !== shadowprice[name]) throw new Error(`${name} of shadowprice/allocation is another one`);
}
console.log(probe(shadowprice));
