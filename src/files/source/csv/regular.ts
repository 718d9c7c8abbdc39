/**
 * Whether every reader of CSV must find the same cells in a file: RFC 4180 to the letter, one kind of line end, no line end
 * inside a cell. Where a file is not so, readers differ without a word: DuckDB 1.5 takes ` "a"` and `"a" ` for a, and finds no
 * row in a file with the other line ends.
 */
import { isAscii } from "../../text.js";

const [LF, CR, QUOTE, PLUS, MINUS] = [10, 13, 34, 43, 45];

export class Regularity {
  /** Why a reader may differ; undefined while none may. */
  why: string | undefined;
  /** Somewhere stands a `_` or a `+-`: some readers take them in numbers. */
  oddNumbers = false;
  readonly crlf: boolean;
  readonly #delimiter: number;
  #cell: "start" | "plain" | "quoted" | "closing" = "start";
  #last = LF;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  /** The block before may have ended inside a character. */
  #inside = false;

  constructor(delimiter: number, crlf: boolean) {
    this.#delimiter = delimiter;
    this.crlf = crlf;
  }

  /** Looks at the next bytes behind the header. */
  add(block: Uint8Array): void {
    if (this.why !== undefined || block.length === 0) return;
    if (block.includes(0)) this.why = "a zero byte";
    this.oddNumbers ||= has(block, "_") || has(block, "+-") || (this.#last === PLUS && block[0] === MINUS);
    this.#lineEnds(block);
    this.#characters(block);
    if (this.#cell === "quoted" || this.#cell === "closing" || block.includes(QUOTE)) this.#quotes(block);
    else this.#cell = this.#isBorder(block[block.length - 1] as number) ? "start" : "plain";
    this.#last = block[block.length - 1] as number;
  }

  /** Looks at how the file ends. */
  finish(): void {
    if (this.#cell === "quoted") this.why ??= "a quote that is not closed";
    if (this.#last === CR) this.why ??= LONE_RETURN;
    if (this.#inside) this.#decode(new Uint8Array(0), false);
  }

  #isBorder(byte: number): boolean {
    return byte === LF || byte === this.#delimiter;
  }

  #lineEnds(block: Uint8Array): void {
    if (!this.crlf) {
      if (block.includes(CR)) this.why ??= LONE_RETURN;
      return;
    }
    if (this.#last === CR && block[0] !== LF) this.why ??= LONE_RETURN;
    for (let at = block.indexOf(CR); at >= 0; at = block.indexOf(CR, at + 1)) {
      if (at + 1 < block.length && block[at + 1] !== LF) this.why ??= LONE_RETURN;
    }
    for (let at = block.indexOf(LF); at >= 0; at = block.indexOf(LF, at + 1)) {
      if ((at > 0 ? block[at - 1] : this.#last) !== CR) this.why ??= "line ends of two kinds";
    }
  }

  #characters(block: Uint8Array): void {
    if (!this.#inside && isAscii(block)) return;
    this.#decode(block, true);
    this.#inside = (block[block.length - 1] as number) >= 0x80;
  }

  #decode(block: Uint8Array, stream: boolean): void {
    try {
      this.#decoder.decode(block, { stream });
    } catch {
      this.why ??= "text that is not UTF-8";
    }
  }

  #quotes(block: Uint8Array): void {
    let cell = this.#cell;
    for (const byte of block) {
      if (cell === "quoted") {
        if (byte === QUOTE) cell = "closing";
        else if (byte === LF || byte === CR) this.why ??= "a line end inside a cell";
      } else if (this.#isBorder(byte)) cell = "start";
      else if (byte === QUOTE) {
        if (cell === "plain") this.why ??= "a quote inside a cell";
        cell = "quoted";
      } else {
        if (cell === "closing" && byte !== CR) this.why ??= "text after a closing quote";
        cell = "plain";
      }
    }
    this.#cell = cell;
  }
}

const LONE_RETURN = "a carriage return that ends no line";

/** Node alone counts: DuckDB reads nowhere else. */
function has(block: Uint8Array, text: string): boolean {
  return Buffer.from(block.buffer, block.byteOffset, block.length).includes(text);
}
