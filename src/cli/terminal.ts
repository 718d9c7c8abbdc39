/**
 * Where the command line prints: the one place that knows whether a person looks at it.
 * Colour and progress only on a terminal; NO_COLOR and TERM=dumb are honoured; the locale says whether more than ASCII shows.
 */
import { relative } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import picocolors from "picocolors";

export interface Terminal {
  print(text: string): void;
  warn(text: string): void;
  /** On stderr where that is a terminal: what only whoever waits wants to know. */
  note(text: string): void;
  /** Width of the terminal in characters; 100 where the output is piped. */
  columns: number;
  colours: ReturnType<typeof picocolors.createColors>;
  /** Blocks and braille can be shown. */
  unicode: boolean;
  /** Progress, on stderr where that is a terminal. */
  progress(): Bar;
}

export interface Bar {
  show(what: string, done: number, total: number): void;
  /** Clears the line for something else to be printed; the next `show` draws the bar again. */
  pause(): void;
  /** Clears the line for good: what still reports progress is not shown any more. */
  end(): void;
}

const NO_BAR: Bar = { show() {}, pause() {}, end() {} };

export function openTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process;
  const shows = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
  return {
    print: (text) => void stdout.write(`${text}\n`),
    warn: (text) => void stderr.write(`${text}\n`),
    note: (text) => void (stderr.isTTY && stderr.write(`${text}\n`)),
    columns: stdout.isTTY ? Math.max(40, stdout.columns || 80) : 100,
    colours: picocolors.createColors(shows),
    unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "") || env.WT_SESSION !== undefined,
    progress: () => (stderr.isTTY && env.TERM !== "dumb" ? openBar(stderr) : NO_BAR),
  };
}

function openBar(stream: NodeJS.WriteStream): Bar {
  let drawn: SingleBar | undefined;
  let ended = false;
  const clear = () => {
    drawn?.stop();
    drawn = undefined;
  };
  return {
    show(what, done, total) {
      if (ended || total <= 0) return;
      drawn ??= drawBar(stream, what);
      drawn.setTotal(total);
      drawn.update(Math.min(done, total), { what: pad(what) });
    },
    pause: clear,
    end() {
      ended = true;
      clear();
    },
  };
}

function drawBar(stream: NodeJS.WriteStream, what: string): SingleBar {
  const bar = new SingleBar(
    {
      format: " {what} [{bar}] {percentage} %",
      stream,
      barsize: Math.max(10, Math.min(40, (stream.columns || 80) - 40)),
      clearOnComplete: true,
      // A process that is ended at once (Ctrl-C in a solve) could not show it again.
      hideCursor: false,
      gracefulExit: false,
      fps: 12,
    },
    Presets.legacy,
  );
  bar.start(1, 0, { what: pad(what) });
  return bar;
}

function pad(what: string): string {
  return what.padEnd(18).slice(0, 18);
}

/** How the person called us, for the hints: `npx shadowprice` from a package, `node dist/cli.js` from a clone. */
export function ownName(process: NodeJS.Process): string {
  const script = process.argv[1] ?? "";
  return script.includes("node_modules") ? "npx shadowprice" : `node ${relative(process.cwd(), script)}`;
}
