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
  /** Width of the terminal in characters; 100 where the output is piped. */
  columns: number;
  colours: ReturnType<typeof picocolors.createColors>;
  /** Blocks and braille can be shown. */
  unicode: boolean;
  /** Progress, on stderr where that is a terminal. */
  progress(what: string): Bar;
}

export interface Bar {
  show(what: string, done: number, total: number): void;
  end(): void;
}

const NO_BAR: Bar = { show() {}, end() {} };

export function openTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process;
  const shows = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
  return {
    print: (text) => void stdout.write(`${text}\n`),
    warn: (text) => void stderr.write(`${text}\n`),
    columns: stdout.isTTY ? Math.max(40, stdout.columns || 80) : 100,
    colours: picocolors.createColors(shows),
    unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "") || env.WT_SESSION !== undefined,
    progress: (what) => (stderr.isTTY && env.TERM !== "dumb" ? openBar(stderr, what) : NO_BAR),
  };
}

function openBar(stream: NodeJS.WriteStream, first: string): Bar {
  const bar = new SingleBar(
    {
      format: " {what} [{bar}] {percentage} %",
      stream,
      barsize: Math.max(10, Math.min(40, (stream.columns || 80) - 40)),
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
      fps: 12,
    },
    Presets.legacy,
  );
  bar.start(1, 0, { what: pad(first) });
  return {
    show(what, done, total) {
      if (total > 0) bar.setTotal(total);
      bar.update(Math.min(done, total > 0 ? total : 1), { what: pad(what) });
    },
    end: () => bar.stop(),
  };
}

function pad(what: string): string {
  return what.padEnd(18).slice(0, 18);
}

/** How the person called us, for the hints: `npx shadowprice` from a package, `node dist/cli.js` from a clone. */
export function ownName(process: NodeJS.Process): string {
  const script = process.argv[1] ?? "";
  return script.includes("node_modules") ? "npx shadowprice" : `node ${relative(process.cwd(), script)}`;
}
