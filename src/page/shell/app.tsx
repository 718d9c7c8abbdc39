/** Head, tabs and the flow of the tab; each flow is loaded when it is first looked at, and kept. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LiveRegion } from "./announce.js";
import { Failure } from "./failure.js";
import { linkOf, route, TABS, type Tab } from "./route.js";
import { switchTheme, theme } from "./theme.js";

const FLOWS: Record<Tab, { title: string; load: () => Promise<{ default: ComponentType }> }> = {
  offers: { title: "Offers", load: () => import("../offers/offers.js") },
  channels: { title: "Channels", load: () => import("../channels/channels.js") },
  models: { title: "Models", load: () => import("../models/models.js") },
};

type Loaded = { Flow: ComponentType } | { error: unknown };
const loaded = signal<Partial<Record<Tab, Loaded>>>({});
const asked = new Set<Tab>();

function load(tab: Tab): void {
  if (asked.has(tab)) return;
  asked.add(tab);
  const put = (one: Loaded) => {
    loaded.value = { ...loaded.peek(), [tab]: one };
  };
  FLOWS[tab].load().then(
    ({ default: Flow }) => put({ Flow }),
    (error: unknown) => {
      asked.delete(tab);
      put({ error });
    },
  );
}
// Before the first drawing, so that the flow's file is on its way while the head is drawn.
load(route.value.tab);

export function App() {
  const { tab } = route.value;
  const main = useRef<HTMLElement>(null);
  const last = useRef(tab);
  useEffect(() => {
    load(tab);
    document.title = `${FLOWS[tab].title} · shadowprice`;
    // Who changes the tab by keyboard goes on in what the tab shows.
    if (last.current !== tab) main.current?.focus();
    last.current = tab;
  }, [tab]);
  return (
    <>
      <a
        class="skip"
        href={linkOf(route.value)}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <Head tab={tab} />
      <main ref={main} tabIndex={-1} aria-label={FLOWS[tab].title}>
        {TABS.map((name) => (
          <Pane key={name} tab={name} isShown={name === tab} />
        ))}
      </main>
      <LiveRegion />
    </>
  );
}

function Head({ tab }: { tab: Tab }) {
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <header class="head">
      <span class="brand">shadowprice</span>
      <nav aria-label="What to plan">
        {TABS.map((name) => (
          <a key={name} href={linkOf({ tab: name, rest: "" })} aria-current={name === tab ? "page" : undefined}>
            {FLOWS[name].title}
          </a>
        ))}
      </nav>
      <button type="button" class="quiet theme" onClick={switchTheme} aria-label={`Switch to the ${other} theme`}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
          <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}

/** A flow stays as it was left when another tab is looked at. */
function Pane({ tab, isShown }: { tab: Tab; isShown: boolean }) {
  const one = loaded.value[tab];
  if (one === undefined) return isShown ? <p class="wait">Loading…</p> : null;
  return (
    <div hidden={!isShown}>
      {"Flow" in one ? (
        <one.Flow />
      ) : (
        <Failure title="This part of the page could not be loaded" error={one.error} retry={() => load(tab)} />
      )}
    </div>
  );
}
