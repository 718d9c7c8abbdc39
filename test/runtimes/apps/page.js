import * as shadowprice from "shadowprice";
import { probe } from "./probe.js";

document.body.dataset.out = probe(shadowprice);
