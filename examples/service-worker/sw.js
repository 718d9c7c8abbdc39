// The application inside the browser: answers /v1/… of its own origin, with the network or without.
import { createApp } from "shadowprice/serve";
import { BrowserStore } from "./store.js";

const app = createApp({ store: new BrowserStore(), log: () => {} });
const ROUTES = /^\/(v1\/|healthz$|readyz$|metrics$|openapi\.json$)/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open("page").then((cache) => cache.add("/")));
  skipWaiting();
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== location.origin) return;
  if (ROUTES.test(pathname)) event.respondWith(app.fetch(event.request));
  // The page itself: as it is now, or as it was when there is no network.
  else event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});
