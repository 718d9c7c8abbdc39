/** Decisions as an Arrow IPC file through apache-arrow, a record batch at a time. */
import {
  type Data,
  type DataType,
  Decimal,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeBuilder,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import type { FileWriter } from "../output.js";
import type { ColumnType, Exact } from "../types.js";
import { type DecisionShape, NAMES, type Sink } from "./sink.js";

const BATCH = 65_536;

export class ArrowSink implements Sink {
  readonly #shape: DecisionShape;
  readonly #schema: Schema;
  readonly #writer: BatchWriter;
  #builders: ReturnType<typeof makeBuilder>[] = [];
  #rows = 0;

  constructor(shape: DecisionShape, out: FileWriter) {
    this.#shape = shape;
    const types = [shape.id, { kind: "text" } as const, shape.value, shape.cost];
    this.#schema = new Schema(types.map((type, c) => field(NAMES[c] as string, type, c === 1)));
    this.#writer = new BatchWriter(this.#schema, out);
    this.#begin();
  }

  add(id: Exact, choice: number, value: Exact, cost: Exact): void {
    const shape = this.#shape;
    const [ids, offers, values, costs] = this.#builders;
    ids?.append(stored(id, shape.id));
    offers?.append(choice === 0 ? null : shape.options[choice - 1]);
    values?.append(stored(value, shape.value));
    costs?.append(stored(cost, shape.cost));
    if (++this.#rows === BATCH) this.#end();
  }

  async finish(): Promise<void> {
    if (this.#rows > 0) this.#end();
    await this.#writer.finish();
  }

  close(): void {
    this.#writer.close();
  }

  #begin(): void {
    this.#builders = this.#schema.fields.map(({ type }) => makeBuilder({ type, nullValues: [null] }));
    this.#rows = 0;
  }

  #end(): void {
    const children = this.#builders.map((builder) => builder.finish().flush());
    this.#writer.write(children, this.#rows);
    this.#begin();
  }
}

/** Record batches of one schema to a file. */
export class BatchWriter {
  readonly #schema: Schema;
  readonly #out: FileWriter;
  readonly #writer = new RecordBatchFileWriter();
  readonly #pump: Promise<unknown>;

  constructor(schema: Schema, out: FileWriter) {
    this.#schema = schema;
    this.#out = out;
    this.#writer.reset(undefined, schema);
    // The writer hands its bytes out asynchronously; an error of the disk is kept until `finish`.
    this.#pump = this.#pumpBytes().catch((error: unknown) => error ?? new Error("the output failed"));
  }

  write(children: Data[], rows: number): void {
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
  }

  async finish(): Promise<void> {
    this.#writer.finish();
    const error = await this.#pump;
    if (error !== undefined) throw error;
  }

  close(): void {
    this.#writer.abort();
    this.#out.close();
  }

  async #pumpBytes(): Promise<undefined> {
    for await (const bytes of this.#writer) this.#out.write(bytes);
    return undefined;
  }
}

export function field(name: string, type: ColumnType, nullable: boolean): Field {
  const metadata =
    type.kind === "uuid"
      ? new Map([
          ["ARROW:extension:name", "arrow.uuid"],
          ["ARROW:extension:metadata", ""],
        ])
      : undefined;
  return new Field(name, arrowType(type), nullable, metadata);
}

function arrowType(type: ColumnType): DataType {
  switch (type.kind) {
    case "integer": {
      const signed = { 8: Int8, 16: Int16, 32: Int32, 64: Int64 };
      const unsigned = { 8: Uint8, 16: Uint16, 32: Uint32, 64: Uint64 };
      return new (type.signed ? signed : unsigned)[type.bits]();
    }
    case "decimal":
      return new Decimal(type.scale, type.precision, 128);
    case "uuid":
      return new FixedSizeBinary(16);
    case "float":
      return new Float32();
    case "double":
      return new Float64();
    default:
      return new Utf8();
  }
}

export function stored(x: Exact, type: ColumnType): unknown {
  if (type.kind === "decimal") return words(x as bigint);
  if (type.kind === "uuid") return Uint8Array.from(Buffer.from((x as string).replaceAll("-", ""), "hex"));
  return type.kind === "integer" && type.bits < 64 ? Number(x) : x;
}

/** 128 bits as four words, low word first. */
function words(x: bigint): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, k) => Number(BigInt.asUintN(32, x >> BigInt(32 * k))));
}
