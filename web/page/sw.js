// Keeps badges that were opened on this phone, for when there is no signal.
// It is registered for /b/ alone and leaves everything else, the API first of
// all, to the network.

const files = ["{{badge.css}}", "{{badge.js}}", "{{icon.svg}}"];
const patience = 2000; // ms that a kept badge waits for a newer one

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open("badge").then((kept) => kept.addAll(files)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith(immutable(event.request));
  } else if (/^\/b\/[^/]+(\/badge\.png)?$/.test(url.pathname)) {
    event.respondWith(newest(event));
  }
});

// A file named by its content never changes. Older ones stay, a few KB each:
// a badge kept before an upgrade still looks like one.
async function immutable(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await (await caches.open("badge")).put(request, fresh.clone());
  return fresh;
}

// The address names a badge, whatever headers it was asked for with; without
// its ?lang= it is better than nothing.
async function newest(event) {
  const cache = await caches.open("badge");
  const kept =
    (await cache.match(event.request, { ignoreVary: true })) ??
    (await cache.match(event.request, { ignoreVary: true, ignoreSearch: true }));
  const network = fetch(event.request).then(async (fresh) => {
    if (fresh.ok && !fresh.redirected) await cache.put(event.request, fresh.clone());
    // Erased, by its owner's wish or after the event: not ours to keep.
    if (fresh.status === 404 || fresh.status === 410) {
      await cache.delete(event.request, { ignoreVary: true, ignoreSearch: true });
    }
    return fresh;
  });
  if (!kept) return network;
  event.waitUntil(network.catch(() => {}));
  const late = new Promise((done) => setTimeout(done, patience, kept));
  return Promise.race([
    network.then((fresh) => (fresh.status >= 500 ? kept : fresh)).catch(() => kept),
    late,
  ]);
}
