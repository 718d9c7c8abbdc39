/** The models of test/uplift/fixtures/models.json (scripts/fixtures/models.py), and what their libraries predict. */
import fixtures from "../fixtures/models.json" with { type: "json" };

export interface Case {
  /** The file: bytes or text. */
  file: Uint8Array | string;
  rows: Float64Array[];
  /** The library's raw scores (margins), by row and output. */
  raw: number[][];
  /** Its predictions, where they are other than that. */
  predicted: number[][] | undefined;
  /** The raw scores have the link applied (ONNX, which does not give them without). */
  linked: boolean;
}

type Cell = number | "inf" | "-inf" | null;
type Packed = Omit<Case, "rows" | "file"> & { rows: Cell[][]; text?: string; base64?: string };

export const versions: Readonly<Record<string, string>> = fixtures.versions;

export async function readCases(): Promise<Map<string, Case>> {
  const stream = new Blob([bytesOf(fixtures.gzip)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const packed = JSON.parse(await new Response(stream).text()) as Record<string, Packed>;
  return new Map(
    Object.entries(packed).map(([name, { text, base64, rows, ...rest }]) => [
      name,
      { ...rest, file: text ?? bytesOf(base64 as string), rows: rows.map((row) => Float64Array.from(row, numberOf)) },
    ]),
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function numberOf(cell: Cell): number {
  return cell === null ? Number.NaN : cell === "inf" ? Infinity : cell === "-inf" ? -Infinity : cell;
}
