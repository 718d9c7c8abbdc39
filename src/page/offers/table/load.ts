/** Tables from where a person says: a dropped file, or the embedded campaign; and their decisions out again. */
import type { Offers } from "../../../allocation/offers.js";
import { createEngine } from "../../../create.js";
import { Campaign } from "../../../embedded/campaign.js";
import type { Sink } from "../../../files/sink/sink.js";
import type { Source } from "../../../files/types.js";
import { fileReaders } from "../../files/index.js";
import type { TaskContext } from "../../worker/rpc.js";
import type { From, Mapping } from "../types.js";

/** Rows of the campaign between two breaths. */
const ROWS = 20_000;

export type DecisionFormat = "csv" | "parquet";

export interface Table {
  offers: Offers;
  /** Writes `user_id, offer, value, cost` of every user. */
  decide(format: DecisionFormat, choices: Uint8Array | Uint16Array, context: TaskContext): Promise<Blob>;
}

export function load(from: From, context: TaskContext): Promise<Table> {
  return from.kind === "campaign" ? loadCampaign(from.users, context) : loadFile(from.file, from.mapping, context);
}

const breath = () => new Promise((resolve) => setTimeout(resolve));

async function loadCampaign(users: number, { progress, signal }: TaskContext): Promise<Table> {
  const campaign = new Campaign(users, 1);
  const offers = createEngine().offers({ users, options: campaign.options });
  for (const j of campaign.options.keys()) {
    progress({ phase: "draw", done: j, total: campaign.options.length });
    await breath();
    signal.throwIfAborted();
    offers.fill(j, (values, costs) => campaign.column(j, values, costs));
  }
  const number = { kind: "double" } as const;
  const shape = {
    ...{ id: { kind: "integer", bits: 32, signed: true } as const, value: number, cost: number },
    options: campaign.options,
  };
  return {
    offers,
    decide: (format, choices, context) =>
      written(format, shape, async (sink) => {
        for (let i = 0; i < users; i++) {
          if (i % ROWS === 0) {
            context.progress({ phase: "write", done: i, total: users });
            await breath();
            context.signal.throwIfAborted();
          }
          const choice = choices[i] as number;
          const { value, cost } = choice === 0 ? { value: 0, cost: 0 } : campaign.offer(i, choice - 1);
          sink.add(i + 1, choice, Number(value.toPrecision(9)), Number(cost.toPrecision(9)));
        }
      }),
  };
}

type Names = readonly (readonly [from: string, to: string])[];

/** The file's columns under the names that the readers know. */
function namesOf(mapping: Mapping): Names {
  const id = [mapping.id, "user_id"] as const;
  if (mapping.kind === "wide") {
    const pairs = mapping.offers.flatMap(({ name, value, cost }) => [
      [value, `value_${name}`] as const,
      [cost, `cost_${name}`] as const,
    ]);
    return [id, ...pairs];
  }
  return [id, [mapping.offer, "offer"], [mapping.value, "value"], [mapping.cost, "cost"]];
}

async function loadFile(file: File, mapping: Mapping, context: TaskContext): Promise<Table> {
  const { openFile, renamed, inFileNames } = await fileReaders();
  const names = namesOf(mapping);
  try {
    const source = await openFile(file);
    const rows = await countRows(source, context);
    const { openTable } = await import("./table.js");
    const table = await openTable(renamed(source, names), rows, context);
    return {
      offers: table.offers,
      async decide(format, choices, current) {
        try {
          return await written(format, table.shape(format === "csv"), (sink) => table.decide(sink, choices, current));
        } catch (error) {
          throw inFileNames(error, names);
        }
      },
    };
  } catch (error) {
    throw inFileNames(error, names);
  }
}

async function countRows(source: Source, { progress, signal }: TaskContext): Promise<number> {
  if (source.rows !== undefined) return source.rows;
  const { CsvSource } = await import("../../../files/source/csv/csv.js");
  if (source instanceof CsvSource) {
    return source.count((done) => {
      signal.throwIfAborted();
      progress({ phase: "count", done, total: source.bytes });
    });
  }
  let rows = 0;
  for await (const batch of source.batches([])) {
    signal.throwIfAborted();
    rows += batch.rows;
  }
  return rows;
}

/** What a sink of src/files writes, as a file to hand out. */
async function written(
  format: DecisionFormat,
  shape: import("../../../files/sink/sink.js").DecisionShape,
  write: (sink: Sink) => Promise<unknown>,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const out = {
    write: (bytes: Uint8Array) => void parts.push(bytes.slice() as Uint8Array<ArrayBuffer>),
    close() {},
  } as never;
  const sink: Sink =
    format === "csv"
      ? new (await import("../../../files/sink/csv.js")).CsvSink(shape, out)
      : new (await import("../../../files/sink/parquet.js")).ParquetSink(shape, out);
  await write(sink);
  await sink.finish();
  return new Blob(parts, { type: format === "csv" ? "text/csv" : "application/vnd.apache.parquet" });
}
