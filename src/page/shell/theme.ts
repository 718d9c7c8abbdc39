/** Light or dark: as the system says until someone says otherwise, which is remembered. */
import { computed, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "shadowprice.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", ({ matches }) => {
  systemIsDark.value = matches;
});

const chosen = signal<Theme | undefined>(remembered());

/** The theme now. Charts, which are pictures, are drawn again when it changes. */
export const theme = computed<Theme>(() => chosen.value ?? (systemIsDark.value ? "dark" : "light"));
theme.subscribe((now) => {
  document.documentElement.dataset.theme = now;
});

export function switchTheme(): void {
  chosen.value = theme.peek() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, chosen.value);
  } catch {
    // Where storage is closed the choice holds as long as the page.
  }
}

function remembered(): Theme | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : undefined;
  } catch {
    return undefined;
  }
}
