/**
 * One column of a row group from its pages, as typed arrays where nothing is NULL. hyparquet's own reading goes through
 * `assembleLists`, which is made for nested columns and gives nullable ones as arrays of boxed cells: on a million users × 8
 * offers that takes 2.3 s and 480 MiB, this 0.6 s and 180 MiB. What is taken from hyparquet is the decoding of a page.
 */
import type { ColumnChunk, Compressors, DecodedArray, FileMetaData, SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage, readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";

export interface Pages {
  /** Bytes [start, end) of the file. */
  start: number;
  end: number;
  decode(bytes: ArrayBuffer): DecodedArray[];
}

/** Where the pages of a flat column are, and how to decode them. */
export function columnPages(metadata: FileMetaData, chunk: ColumnChunk, compressors: Compressors): Pages {
  const column = chunk.meta_data;
  if (column === undefined || column.path_in_schema.length !== 1)
    throw new TypeError("a column has no pages of its own");
  const root = parquetSchema(metadata);
  const leaf = root.children.find(({ element }) => element.name === column.path_in_schema[0]) as SchemaTree;
  const data = Number(column.data_page_offset);
  const dictionary = Number(column.dictionary_page_offset ?? 0n);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const decoder = {
    ...column,
    element: leaf.element,
    schemaPath: [root, leaf],
    pathInSchema: column.path_in_schema,
    compressors,
  } as unknown as ColumnDecoder;
  return { start, end: start + Number(column.total_compressed_size), decode: (bytes) => decodePages(bytes, decoder) };
}

function decodePages(buffer: ArrayBuffer, decoder: ColumnDecoder): DecodedArray[] {
  const reader = { view: new DataView(buffer), offset: 0 };
  const pieces: DecodedArray[] = [];
  let dictionary: DecodedArray | undefined;
  while (reader.offset < buffer.byteLength) {
    const header = parquetHeader(reader);
    const bytes = new Uint8Array(buffer, reader.offset, header.compressed_page_size);
    reader.offset += header.compressed_page_size;
    if (header.type === "DICTIONARY_PAGE" && header.dictionary_page_header) {
      const page = decompress(bytes, header.uncompressed_page_size, decoder);
      const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
      const { num_values } = header.dictionary_page_header;
      dictionary = readPlain({ view, offset: 0 }, decoder.type, num_values, decoder.element.type_length);
    } else if (header.type === "DATA_PAGE" && header.data_page_header) {
      const page = decompress(bytes, header.uncompressed_page_size, decoder);
      const { definitionLevels, dataPage } = readDataPage(page, header.data_page_header, decoder);
      pieces.push(withNulls(looked(dataPage, dictionary, header.data_page_header.encoding), definitionLevels));
    } else if (header.type === "DATA_PAGE_V2" && header.data_page_header_v2) {
      const { encoding, num_nulls } = header.data_page_header_v2;
      const { definitionLevels, dataPage } = readDataPageV2(bytes, header, decoder);
      pieces.push(withNulls(looked(dataPage, dictionary, encoding), num_nulls === 0 ? [] : definitionLevels));
    } else throw new TypeError(`pages of type ${header.type} are not known`);
  }
  return pieces;
}

function decompress(bytes: Uint8Array, size: number, { codec, compressors }: ColumnDecoder): Uint8Array {
  return decompressPage(bytes, size, codec, compressors);
}

/** Numbers of a dictionary's entries as the entries. */
function looked(data: DecodedArray, dictionary: DecodedArray | undefined, encoding: string): DecodedArray {
  if (!encoding.endsWith("_DICTIONARY")) return data;
  if (dictionary === undefined) throw new TypeError("a page needs a dictionary that is not there");
  const entries: DecodedArray = Array.isArray(dictionary)
    ? new Array(data.length)
    : new (dictionary.constructor as Float64ArrayConstructor)(data.length);
  for (let i = 0; i < data.length; i++) entries[i] = dictionary[data[i] as number] as never;
  return entries;
}

/** Cells with a null wherever the definition level of a flat, nullable column is 0. */
function withNulls(cells: DecodedArray, levels: readonly number[] | undefined): DecodedArray {
  if (levels === undefined || levels.length === 0) return cells;
  const all = new Array(levels.length);
  let next = 0;
  for (let i = 0; i < levels.length; i++) all[i] = levels[i] === 0 ? null : cells[next++];
  return all;
}
