export { sieve } from "./allocation/sieve";
export { sieveA, sieveB, sieveC } from "./allocation/sieve2";
export { s4 } from "./allocation/sieve4";
export { s1, s2, s3 } from "./allocation/sieve3";
export { read1, read4, readColumns } from "./bench";
