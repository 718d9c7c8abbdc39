import * as shadowprice from "shadowprice";
import { probe } from "./probe.js";

export default {
  fetch() {
    return new Response(probe(shadowprice));
  },
};
