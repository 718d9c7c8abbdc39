/** Bodies into tables, as they arrive where their kind allows it. */
import type { Offers } from "../../allocation/offers.js";
import { batchKeys } from "../cells.js";
import { InputFileError } from "../errors.js";
import { findLayout, type LongLayout, type WideLayout } from "../layout.js";
import { fillLong } from "../long/grouped.js";
import { regroupedInMemory } from "../long/in-memory.js";
import { UserNumbers } from "../long/numbers.js";
import { slotsOf, survey } from "../long/survey.js";
import { bytesOf } from "../source/bytes.js";
import { CsvSource } from "../source/csv/csv.js";
import { decodeText } from "../text.js";
import type { Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { fillWide, type Room } from "../wide/batches.js";
import { requireUnique } from "../wide/duplicates.js";
import { fillResources } from "../wide/resources.js";
import { Arrivals, type Input, KeptBytes, wholeBytes } from "./arrivals.js";
import type { ArrowStream } from "./arrow-stream.js";
import { type BodyFormat, BodyLimitError, type BodyWays, type OfferBody } from "./decide.js";
import { Growing } from "./growing.js";

/** A table that was filled, and what its answer is written from. */
export interface ReadBody {
  table: Offers;
  source: Source;
  layout: WideLayout | LongLayout;
}

const PATH = "body";

/** What is asked of a body. */
type Asked = Pick<OfferBody, "users" | "options"> & { resources: readonly string[] };

/** Reads all of a body. @throws {InputFileError} naming row and column; {BodyLimitError}, before the rest has arrived. */
export async function readBody(input: Input, body: OfferBody, ways: BodyWays, watch: Watch): Promise<ReadBody> {
  const asked = { ...body, resources: body.request.resources?.map(({ name }) => name) ?? [] };
  const arrivals = new Arrivals(input);
  const head = await arrivals.peek(8);
  if (head.length === 0) throw new InputFileError(PATH, "it is empty");
  if (body.format === "csv") return readCsv(arrivals.rest(), asked, ways, watch);
  if (isArrow(body.format) && decodeText(head, 0, 6) !== "ARROW1") return readStream(arrivals, asked, ways, watch);
  // Their footers come last: they are received first, as bytes.
  const bytes = await wholeBytes(arrivals.rest());
  const source = breathing(await openWhole(body.format, bytes), ways);
  const layout = layoutOf(source, asked);
  if (layout.kind === "long") return readLong(source, layout, asked, ways, watch);
  const users = source.rows ?? 0;
  requireUsers(users, asked.users);
  const table = ways.newEngine().offers({ users, options: layout.options, resources: asked.resources });
  return releasing(table, async () => {
    await fill(source, layout, table, watch);
    await fillResources(source, layout, table, watch);
    await requireUnique(source, layout.id, table, watch);
    return { table, source, layout };
  });
}

function isArrow(format: BodyFormat): boolean {
  return format === "arrow stream" || format === "arrow file";
}

async function openWhole(format: BodyFormat, bytes: Uint8Array): Promise<Source> {
  // Loaded when they are needed: most edges never read one.
  if (format === "parquet")
    return (await import("../source/parquet/parquet.js")).ParquetSource.open(PATH, bytesOf(bytes));
  return new (await import("./arrow.js")).ArrowBody(PATH, bytes);
}

async function fill(source: Source, layout: WideLayout, table: Offers, watch: Watch): Promise<void> {
  if (source.format === "arrow") {
    const { fillPlain } = await import("./plain.js");
    if (await fillPlain(source, layout, table, watch)) return;
  }
  await fillWide(source, layout, table, watch);
}

/** Rows go into the table as their lines arrive; the bytes stay, for cells leave as they stand. */
async function readCsv(input: Input, asked: Asked, ways: BodyWays, watch: Watch): Promise<ReadBody> {
  const bytes = new KeptBytes(input);
  const source = breathing(await CsvSource.open(PATH, bytes), ways);
  const layout = layoutOf(source, asked);
  if (layout.kind === "long") return readLong(source, layout, asked, ways, watch);
  const growing = new Growing(ways.newEngine(), layout.options, asked);
  const rows = rowsIn(bytes.first);
  const guess = rows > 1 && input.length ? (input.length * rows) / bytes.first.length : 0;
  return releasing(growing.table, async () => {
    const room: Room = (users) => growing.room(users, guess);
    const users = await fillWide(source, layout, growing.table, watch, room);
    requireUsers(users, asked.users);
    growing.table.resize(users);
    await fillResources(source, layout, growing.table, watch);
    await requireUnique(source, layout.id, growing.table, watch);
    return { table: growing.table, source, layout };
  });
}

function rowsIn(bytes: Uint8Array): number {
  let rows = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) rows++;
  return rows;
}

async function readStream(arrivals: Arrivals, asked: Asked, ways: BodyWays, watch: Watch): Promise<ReadBody> {
  const [{ ArrowStream }, { ArrowRows }] = await Promise.all([import("./arrow-stream.js"), import("./filling.js")]);
  const stream: ArrowStream = await ArrowStream.open(PATH, arrivals);
  const layout = layoutOf(stream, asked);
  if (layout.kind === "long") return readLong(breathing(await stream.rest(), ways), layout, asked, ways, watch);
  const growing = new Growing(ways.newEngine(), layout.options, asked);
  return releasing(growing.table, async () => {
    const { table } = growing;
    const rows = new ArrowRows(stream, layout, table);
    for (let batch = await stream.next(); batch; batch = await stream.next()) {
      const { taken, length = 0 } = arrivals;
      // As many again as there are bytes for, were all of them like this batch.
      const guess = rows.rows + (batch.rows * (length - taken)) / batch.bytes;
      await rows.add(batch, watch, (users) => growing.room(users, guess), ways.breath);
    }
    requireUsers(rows.rows, asked.users);
    table.resize(rows.rows);
    const source = breathing(rows, ways);
    await requireUnique(source, layout.id, table, watch);
    return { table, source, layout };
  });
}

/** One row an offer of a user. Which users and offers there are is known at the end: the rows are held. */
async function readLong(
  source: Source,
  layout: LongLayout,
  asked: Asked,
  ways: BodyWays,
  watch: Watch,
): Promise<ReadBody> {
  const found = await survey(counted(source, layout.id, asked.users), layout, watch);
  if (found.options.length > asked.options) throw new BodyLimitError("options", asked.options, found.options.length);
  let [grouped, columns] = [source, layout];
  let { users, most } = found;
  if (!found.grouped) {
    grouped = breathing(await regroupedInMemory(source, layout, watch), ways);
    columns = { kind: "long", id: 0, offer: 1, value: 2, cost: 3, ignored: [] };
    ({ users, most } = await survey(grouped, columns, watch));
  }
  const slots = slotsOf({ ...found, most });
  const table = ways.newEngine().offers({ users, options: found.options, slots });
  return releasing(table, async () => {
    await fillLong(grouped, columns, table, watch);
    return { table, source: grouped, layout: columns };
  });
}

/** The same source; more users than may be are an error as soon as they are seen. */
function counted(source: Source, id: number, most: number): Source {
  const numbers = new UserNumbers();
  return derived(source, async function* (wanted) {
    const at = wanted.indexOf(id);
    for await (const batch of source.batches(wanted)) {
      const keys = batchKeys(source.path, batch, batch.columns[at] as Cells);
      const words = keys instanceof Uint32Array ? keys : new Uint32Array(keys.buffer);
      for (let i = 0; i < batch.rows; i++) numbers.of(words[2 * i] as number, words[2 * i + 1] as number);
      if (numbers.count > most) throw new BodyLimitError("users", most, numbers.count);
      yield batch;
    }
  });
}

/** The same source, with a turn for others after each batch. */
function breathing(source: Source, { breath }: BodyWays): Source {
  return derived(source, async function* (wanted) {
    for await (const batch of source.batches(wanted)) {
      yield batch;
      await breath();
    }
  });
}

/** The same source, read otherwise. Private fields are the source's own. */
function derived(source: Source, batches: Source["batches"]): Source {
  const { columns, rows, path, format } = source;
  return Object.create(source, {
    batches: { value: batches },
    columns: { value: columns },
    rows: { value: rows },
    path: { value: path },
    format: { value: format },
    close: { value: () => source.close() },
  }) as Source;
}

function layoutOf({ columns }: Pick<Source, "columns">, { resources, options }: Asked): WideLayout | LongLayout {
  const layout = findLayout(PATH, columns, resources);
  if (layout.kind === "wide" && layout.options.length > options) {
    throw new BodyLimitError("options", options, layout.options.length);
  }
  return layout;
}

function requireUsers(users: number, most: number): void {
  if (users > most) throw new BodyLimitError("users", most, users);
  if (users === 0) throw new InputFileError(PATH, "it has columns and no rows: there are no users to decide for");
}

/** The table is given back when it could not be filled. */
async function releasing<T>(table: Offers, fill: () => Promise<T>): Promise<T> {
  try {
    return await fill();
  } catch (error) {
    table.release();
    throw error;
  }
}
