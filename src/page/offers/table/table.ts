/** An opened file of offers, wide or long, as a table and back. */
import type { Offers } from "../../../allocation/offers.js";
import { createEngine } from "../../../create.js";
import { InputFileError } from "../../../files/errors.js";
import { findLayout } from "../../../files/layout.js";
import { decideLong, fillLong } from "../../../files/long/grouped.js";
import { slotsOf, survey } from "../../../files/long/survey.js";
import { decisionShape } from "../../../files/sink/decided.js";
import type { DecisionShape, Sink } from "../../../files/sink/sink.js";
import type { Source } from "../../../files/types.js";
import { Watch } from "../../../files/watch.js";
import { decideWide, fillWide } from "../../../files/wide/batches.js";
import { requireUnique } from "../../../files/wide/duplicates.js";
import type { TaskContext } from "../../worker/rpc.js";

export interface OpenTable {
  offers: Offers;
  shape(toCsv: boolean): DecisionShape;
  decide(sink: Sink, choices: Uint8Array | Uint16Array, context: TaskContext): Promise<unknown>;
}

const watching = ({ signal, progress }: TaskContext) => new Watch({ signal, onProgress: progress });

/** @throws {InputFileError} for what is wrong in the file, with its row and column. */
export async function openTable(source: Source, rows: number, context: TaskContext): Promise<OpenTable> {
  if (rows === 0) throw new InputFileError(source.path, "the file has columns and no rows: there are no users");
  const layout = findLayout(source.path, source.columns);
  const watch = watching(context);
  if (layout.kind === "wide") {
    const offers = createEngine().offers({ users: rows, options: layout.options });
    await fillWide(source, layout, offers, watch);
    await requireUnique(source, layout.id, offers, watch);
    return {
      offers,
      shape: (toCsv) => decisionShape(source.columns, layout, toCsv),
      decide: (sink, choices, now) =>
        decideWide(source, layout, choices, decisionShape(source.columns, layout, isCsv(sink)), sink, watching(now)),
    };
  }
  const found = await survey(source, layout, watch);
  if (!found.grouped) {
    throw new InputFileError(
      source.path,
      "the rows of a user are apart from each other: sort the file by user, or give it to the command line, which sorts it",
    );
  }
  const { options, users } = found;
  const offers = createEngine().offers({ users, options, slots: slotsOf(found) });
  await fillLong(source, layout, offers, watch);
  const columns = { id: layout.id, values: [layout.value], costs: [layout.cost], options };
  return {
    offers,
    shape: (toCsv) => decisionShape(source.columns, columns, toCsv),
    decide: (sink, choices, now) =>
      decideLong(source, layout, choices, decisionShape(source.columns, columns, isCsv(sink)), sink, watching(now)),
  };
}

/** CSV's sink alone copies cells as they stand. */
function isCsv(sink: Sink): boolean {
  return sink.copy !== undefined;
}
