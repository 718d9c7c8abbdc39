/** Where the page is: `#/offers`, and behind a question mark whatever a flow wants to keep in the link. */
import { signal } from "@preact/signals";

export const TABS = ["offers", "channels", "models"] as const;
export type Tab = (typeof TABS)[number];

export interface Route {
  tab: Tab;
  /** What follows the question mark, such as a scenario that is shared by its link. */
  rest: string;
}

/** The route of a hash; what is not known is the first tab. */
export function routeOf(hash: string): Route {
  const [, name = "", rest = ""] = /^#\/?([a-z]*)(?:\?(.*))?$/s.exec(hash) ?? [];
  const tab = TABS.find((one) => one === name) ?? TABS[0];
  return { tab, rest: tab === name ? rest : "" };
}

export const route = signal<Route>(routeOf(location.hash));
addEventListener("hashchange", () => {
  route.value = routeOf(location.hash);
});

/** The link of a tab with its rest, as a hash. */
export function linkOf({ tab, rest }: Route): string {
  return rest === "" ? `#/${tab}` : `#/${tab}?${rest}`;
}

/** Puts a flow's state into the link without a step in the history. */
export function keepInLink(tab: Tab, rest: string): void {
  if (route.peek().tab !== tab || route.peek().rest === rest) return;
  history.replaceState(null, "", linkOf({ tab, rest }));
  route.value = { tab, rest };
}
