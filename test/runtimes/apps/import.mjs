import * as shadowprice from "shadowprice";
import { probe } from "./probe.js";

console.log(probe(shadowprice));
