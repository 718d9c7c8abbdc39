/**
 * Files of offers in, files of decisions out, on Node: CSV, Parquet and Arrow, wide and long, streamed both ways.
 * @module
 */
export { InputFileError, OutputFileError } from "./errors.js";
export { type OfferFile, openOffers } from "./open.js";
export type { Decided } from "./sink/decided.js";
export type { FileProgress, Format, OpenOptions } from "./types.js";
