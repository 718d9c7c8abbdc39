/** Parquet's column types as ours, and a copy of the metadata that makes hyparquet hand out the stored numbers. */
import type { FileMetaData, SchemaElement } from "hyparquet";
import type { Column, ColumnType } from "../../types.js";

/** Columns at the top of the schema; what is nested below one makes it `other`. */
export function parquetColumns(metadata: FileMetaData): Column[] {
  const columns: Column[] = [];
  for (let at = 1; at < metadata.schema.length; ) {
    const element = metadata.schema[at] as SchemaElement;
    if (typeof element.name !== "string") throw new TypeError("a column has no name");
    columns.push({ name: element.name, type: parquetType(element) });
    at = subtreeEnd(metadata.schema, at);
  }
  return columns;
}

function subtreeEnd(schema: readonly SchemaElement[], at: number): number {
  let end = at + 1;
  for (let child = 0; child < ((schema[at] as SchemaElement).num_children ?? 0); child++) end = subtreeEnd(schema, end);
  return end;
}

function parquetType(element: SchemaElement): ColumnType {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (type === undefined || element.num_children) return { kind: "other", name: "nested" };
  if (element.repetition_type === "REPEATED") return { kind: "other", name: "a list" };
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") {
    const { precision = element.precision ?? 18, scale = element.scale ?? 0 } =
      logical?.type === "DECIMAL" ? logical : {};
    return { kind: "decimal", precision, scale };
  }
  const integer = /^(U?)INT_(8|16|32|64)$/.exec(converted ?? "");
  if (integer) return { kind: "integer", bits: Number(integer[2]) as 8, signed: integer[1] === "" };
  if (logical?.type === "INTEGER") return { kind: "integer", bits: logical.bitWidth as 8, signed: logical.isSigned };
  if (logical?.type === "UUID") return { kind: "uuid" };
  if (type === "BYTE_ARRAY" && isText(converted ?? logical?.type)) return { kind: "text" };
  if (converted === undefined && (logical === undefined || logical.type === "NULL")) {
    if (type === "INT32" || type === "INT64")
      return { kind: "integer", bits: type === "INT32" ? 32 : 64, signed: true };
    if (type === "FLOAT" || type === "DOUBLE") return { kind: type === "FLOAT" ? "float" : "double" };
  }
  return { kind: "other", name: logical?.type ?? converted ?? type };
}

/** Bytes without an annotation are text too: writers older than the annotation write strings so. */
function isText(annotation: string | undefined): boolean {
  return annotation === undefined || ["UTF8", "STRING", "ENUM", "JSON"].includes(annotation);
}

/**
 * Without annotations hyparquet gives integers and bytes as they are stored. With them it would scale decimals in `f64`,
 * which turns 0.70 into 0.7000000000000001, and make a string of every id.
 */
export function storedTypes(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => ({ ...element, converted_type: undefined, logical_type: undefined }));
  return { ...metadata, schema };
}
