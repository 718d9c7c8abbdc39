import * as shadowprice from "shadowprice";
import * as allocation from "shadowprice/allocation";
import { probe } from "./probe.js";

const whole = new Map(Object.entries(shadowprice));
for (const [name, one] of Object.entries(allocation)) {
  if (one !== whole.get(name)) throw new Error(`${name} of shadowprice/allocation is another one`);
}
console.log(probe(shadowprice));
