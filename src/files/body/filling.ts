/**
 * Arrow into a table as it arrives: a pair of columns at a time. What the answer needs again stays as it came: ids, and numbers that the
 * table does not hold to the last bit. The rest is let go.
 */
import type { Offers } from "../../allocation/offers.js";
import { setKeys } from "../cells.js";
import type { WideLayout } from "../layout.js";
import type { Batch, Cells, Column, ColumnType, Exact, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { fillOption, newTile, type Room as RowRoom, type Tile } from "../wide/batches.js";
import { fillAmounts } from "../wide/resources.js";
import { cellsOf, FlatCells, type Plain, SLICE, sliceOf } from "./arrow.js";
import type { ArrivingBatch, ArrowStream } from "./arrow-stream.js";
import type { IpcVector } from "./ipc.js";

interface Arrived {
  vector: IpcVector;
  parts: readonly IpcVector[] | undefined;
  cells: Cells;
}

/** What stays of a batch: columns by their number. */
interface KeptBatch {
  rows: number;
  from: number;
  columns: Map<number, Arrived>;
}

/** Rows that have arrived of an Arrow stream; read again, numbers come from the table where it has them. */
export class ArrowRows implements Source {
  readonly path: string;
  readonly format = "arrow";
  readonly columns: readonly Column[];
  readonly #stream: ArrowStream;
  readonly #layout: WideLayout;
  readonly #table: Offers;
  readonly #batches: KeptBatch[] = [];
  readonly #spare = new Spare();
  #tile: Tile = newTile(0);
  rows = 0;

  constructor(stream: ArrowStream, layout: WideLayout, table: Offers) {
    this.path = stream.path;
    this.columns = stream.columns;
    this.#stream = stream;
    this.#layout = layout;
    this.#table = table;
  }

  /** Takes a batch in. `breath`: a turn for everyone else. */
  async add(batch: ArrivingBatch, watch: Watch, room: RowRoom, breath: () => Promise<void> | void): Promise<void> {
    const { options, values, costs, resources, id } = this.#layout;
    const from = this.rows;
    room(from + batch.rows);
    const jobs = options.map((_, j) => ({ j, needs: [values[j] as number, costs[j] as number] }));
    const wanted = new Set([id, ...values, ...costs, ...resources.flatMap(({ columns }) => columns)]);
    const columns = new Map<number, Arrived>();
    const amounts = resources.flatMap(({ name, columns }) => columns.map((column, j) => ({ name, j, column })));
    const filled = new Set<number>();
    for await (const [c, vector] of batch.columns(wanted, (bytes) => this.#spare.take(bytes))) {
      watch.step("read", from, this.#table.users);
      const parts = this.#stream.partsOf(vector);
      columns.set(c, { vector, parts, cells: cellsOf(this.path, vector, parts) });
      if (c === id) setKeys(this.path, this.#part(batch.rows, from), this.#cellsAt(columns, c), this.#table, from);
      for (const { j, needs } of jobs) {
        if (!needs.includes(c) || !needs.every((need) => columns.has(need))) continue;
        this.#fill(j, columns, batch.rows, from);
        filled.add(j);
        await breath();
      }
      for (const { column, j, name } of amounts) {
        const isReady = columns.has(column) && filled.has(j);
        if (!isReady || !(column === c || jobs[j]?.needs.includes(c))) continue;
        this.#fillAmounts(name, j, columns, column, batch.rows, from);
      }
    }
    for (const c of columns.keys()) if (resources.some((one) => one.columns.includes(c))) columns.delete(c);
    this.#batches.push({ rows: batch.rows, from, columns });
    this.rows += batch.rows;
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    for (const { rows: length, from, columns } of this.#batches) {
      for (let start = 0; start < length; start += SLICE) {
        const rows = Math.min(SLICE, length - start);
        const cells = wanted.map((c) => {
          const kept = columns.get(c);
          if (!kept) return this.#ofTable(c, from + start, rows);
          return cellsOf(this.path, sliceOf(this.path, kept.vector, start, rows), kept.parts);
        });
        yield { columns: cells, ...this.#part(rows, from + start) };
      }
    }
  }

  async close(): Promise<void> {
    this.#batches.length = 0;
  }

  #part(rows: number, from: number): Pick<Batch, "rows" | "place"> {
    return { rows, place: (i) => ({ row: from + i + 1 }) };
  }

  #cellsAt(columns: Map<number, Arrived>, c: number): Cells {
    return (columns.get(c) as Arrived).cells;
  }

  /** Columns of plain good numbers as arrays, others cell by cell, which names what is wrong. What the table holds is let go. */
  #fill(j: number, columns: Map<number, Arrived>, rows: number, from: number): void {
    const pair = [this.#layout.values[j] as number, this.#layout.costs[j] as number] as const;
    const cells = [this.#cellsAt(columns, pair[0]), this.#cellsAt(columns, pair[1])] as const;
    let numbers = [plainOf(cells[0]), plainOf(cells[1])];
    if (!this.#setPlain(j, from, numbers)) {
      if (this.#tile.values.length < rows) this.#tile = newTile(rows);
      fillOption(this.path, this.#part(rows, from), cells, this.#tile, this.#table, j, from);
      numbers = [this.#tile.values.subarray(0, rows), this.#tile.costs.subarray(0, rows)];
    }
    const isExact = this.#table.factsOf(j)?.inexact === false;
    for (const [half, c] of pair.entries()) {
      if (isExact || holds(numbers[half] as Plain, this.#column(half, j, from, rows))) this.#letGo(columns, c);
    }
  }

  #setPlain(j: number, from: number, [values, costs]: readonly (Plain | undefined)[]): boolean {
    if (!values || !costs) return false;
    const before = this.#table.factsOf(j)?.open ?? 0;
    try {
      this.#table.set(j, from, values, costs);
    } catch {
      return false;
    }
    // An infinity closed an option: in a file it is an error.
    return this.#table.factsOf(j)?.open === before + values.length;
  }

  #fillAmounts(name: string, j: number, columns: Map<number, Arrived>, c: number, rows: number, from: number): void {
    const tile = { amounts: new Float64Array(rows), missing: new Uint8Array(rows) };
    const part = this.#part(rows, from);
    fillAmounts(this.path, part, this.#cellsAt(columns, c), { name, j, from }, tile, this.#table);
  }

  /** Integers and decimals stay: what a number is as it stood is more than its f64. */
  #letGo(columns: Map<number, Arrived>, c: number): void {
    const { vector, cells } = columns.get(c) as Arrived;
    if (vector.field.dictionary || !["float", "double"].includes(cells.type.kind)) return;
    columns.delete(c);
    for (const buffer of vector.buffers) this.#spare.give(buffer);
  }

  #ofTable(c: number, from: number, rows: number): Cells {
    const { values, costs } = this.#layout;
    const half = values.includes(c) ? 0 : 1;
    const j = (half === 0 ? values : costs).indexOf(c);
    return new TableCells((this.columns[c] as Column).type, this.#column(half, j, from, rows));
  }

  /** Rows of the table: values of option j (`half` 0) or costs. */
  #column(half: number, j: number, from: number, rows: number): Float32Array {
    const { engine, stride, values, costs } = this.#table;
    return new Float32Array(engine.memory.buffer, (half === 0 ? values : costs) + j * stride + 4 * from, rows);
  }
}

function plainOf(cells: Cells): Plain | undefined {
  return cells instanceof FlatCells ? cells.plain : undefined;
}

/** Whether the table has these numbers to the last bit. */
function holds(numbers: Plain, column: Float32Array): boolean {
  for (let i = 0; i < column.length; i++) if (numbers[i] !== column[i]) return false;
  return true;
}

/** Numbers of a table, which are those of the body. */
class TableCells implements Cells {
  readonly type: ColumnType;
  readonly plain: Float32Array;

  constructor(type: ColumnType, plain: Float32Array) {
    this.type = type;
    this.plain = plain;
  }

  isNull(i: number): boolean {
    return this.plain[i] === -Infinity;
  }

  numbers(into: Float64Array, missing: Uint8Array): number {
    into.set(this.plain);
    missing.fill(0, 0, this.plain.length);
    return -1;
  }

  integers(): never {
    throw new TypeError("these are floats");
  }

  keys(): never {
    throw new TypeError("these are floats");
  }

  number(i: number): number {
    return this.plain[i] as number;
  }

  exact(i: number): Exact {
    return this.number(i);
  }

  text(i: number): string {
    return String(this.number(i));
  }
}

/** Memory of columns that were let go, for those that come: fresh pages cost as much as reading them. */
class Spare {
  readonly #free: ArrayBuffer[] = [];

  take(bytes: number): Uint8Array {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    return new Uint8Array(found ?? new ArrayBuffer(bytes), 0, bytes);
  }

  give({ buffer, byteOffset }: Uint8Array): void {
    if (byteOffset === 0 && buffer.byteLength > 0 && this.#free.length < MOST_SPARE)
      this.#free.push(buffer as ArrayBuffer);
  }
}

const MOST_SPARE = 4;
