/** Decisions as Parquet through hyparquet-writer, a row group at a time. */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ColumnType, Exact } from "../types.js";
import { type DecisionShape, NAMES, type Out, type Sink } from "./sink.js";

/** DuckDB's row group: large enough to compress, small enough to hold. */
const GROUP = 122_880;

export class ParquetSink implements Sink {
  readonly #shape: DecisionShape;
  readonly #out: Out;
  readonly #bytes: ByteWriter;
  readonly #writer: ParquetWriter;
  #columns: unknown[][] = [[], [], [], []];

  constructor(shape: DecisionShape, out: Out) {
    this.#shape = shape;
    this.#out = out;
    this.#bytes = new ByteWriter(1 << 20);
    const [id, offer, value, cost] = NAMES;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      createdBy: "shadowprice",
      schema: [
        { name: "decisions", num_children: NAMES.length },
        { ...element(shape.id), name: id, repetition_type: "REQUIRED" },
        {
          type: "BYTE_ARRAY",
          converted_type: "UTF8",
          logical_type: { type: "STRING" },
          name: offer,
          repetition_type: "OPTIONAL",
        },
        { ...element(shape.value), name: value, repetition_type: "REQUIRED" },
        { ...element(shape.cost), name: cost, repetition_type: "REQUIRED" },
      ],
    });
  }

  add(id: Exact, choice: number, value: Exact, cost: Exact): void {
    const [ids, offers, values, costs] = this.#columns as [unknown[], unknown[], unknown[], unknown[]];
    ids.push(stored(id, this.#shape.id));
    offers.push(choice === 0 ? null : this.#shape.options[choice - 1]);
    values.push(stored(value, this.#shape.value));
    if (costs.push(stored(cost, this.#shape.cost)) === GROUP) this.#writeGroup();
  }

  async finish(): Promise<void> {
    if (this.#columns[0]?.length) this.#writeGroup();
    this.#writer.finish();
    this.#flush();
  }

  close(): void {
    this.#out.close();
  }

  #writeGroup(): void {
    const columnData = this.#columns.map((data, c) => ({ name: NAMES[c] as string, data }));
    this.#columns = [[], [], [], []];
    this.#writer.write({ columnData, rowGroupSize: GROUP });
    this.#flush();
  }

  #flush(): void {
    this.#out.write(new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index));
    this.#bytes.index = 0;
  }
}

export function element(type: ColumnType): Omit<SchemaElement, "name"> {
  switch (type.kind) {
    // Without the newer logical type, which hyparquet-writer 0.17 encodes so that other readers refuse it.
    case "integer":
      return {
        type: type.bits === 64 ? "INT64" : "INT32",
        converted_type: `${type.signed ? "" : "U"}INT_${type.bits}`,
      };
    case "decimal": {
      const { precision, scale } = type;
      const logical_type = { type: "DECIMAL", precision, scale } as const;
      const width = precision <= 9 ? "INT32" : precision <= 18 ? "INT64" : "FIXED_LEN_BYTE_ARRAY";
      const type_length = precision <= 18 ? undefined : 16;
      return { type: width, type_length, converted_type: "DECIMAL", logical_type, precision, scale };
    }
    case "uuid":
      return { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } };
    case "float":
      return { type: "FLOAT" };
    case "double":
      return { type: "DOUBLE" };
    default:
      return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
  }
}

/** As hyparquet-writer takes it: numbers for 32 bits, BigInts for 64 and for decimals. */
export function stored(x: Exact, type: ColumnType): unknown {
  return type.kind === "integer" && type.bits < 64 ? Number(x) : x;
}
