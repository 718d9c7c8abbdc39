/** Colours of the theme as a canvas takes them. */
import type { Colour } from "./types.js";

export interface Palette {
  ink: string;
  muted: string;
  grid: string;
  paper: string;
  series(colour: Colour): string;
}

/** Reads them where `host` stands: custom properties hold `light-dark(…)`, which only a real property resolves. */
export function paletteOf(host: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const numbers = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n, read(`--series-${n}`)]));
  const [ink, muted, grid, paper] = ["--ink", "--muted", "--grid", "--card"].map(read) as [
    string,
    string,
    string,
    string,
  ];
  probe.remove();
  return { ink, muted, grid, paper, series: (colour) => (colour === "muted" ? muted : (numbers[colour] ?? ink)) };
}

/** The same colour, thinner. */
export function faint(colour: string, part: number): string {
  return colour.replace(/^rgba?\(([^)]*)\)$/, (_, inside: string) => {
    const [r, g, b] = inside.split(/[\s,/]+/);
    return `rgba(${r}, ${g}, ${b}, ${part})`;
  });
}
