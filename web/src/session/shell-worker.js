// Opens a surface without a network: its page and everything that the page
// loads are put on the device together, one set for each version. The API it
// leaves alone, always. The build fills in the surface, the set and its version.

const surface = "{{surface}}";
const set = `${surface}-{{version}}`;
const files = "{{files}}";
const patience = 2000; // ms that the page on this device waits for a newer one

self.addEventListener("install", (event) => {
  // Files are named by their content, so a new version can take over at once:
  // a page of the old one keeps finding its own.
  self.skipWaiting();
  event.waitUntil(
    caches.open(set).then((kept) => kept.addAll(files.map((f) => new Request(f, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(settle()));

// The version before stays for the pages that are still open on it.
async function settle() {
  const older = (await caches.keys()).filter((name) => name.startsWith(`${surface}-`) && name !== set);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === `/${surface}`) event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
});

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function page(event) {
  const kept = await (await caches.open(set)).match(`/${surface}`, { ignoreVary: true });
  const network = fetch(event.request);
  if (!kept) return network;
  event.waitUntil(network.catch(() => {}));
  const late = new Promise((done) => setTimeout(done, patience, kept));
  return Promise.race([network.then((fresh) => (fresh.ok ? fresh : kept)).catch(() => kept), late]);
}
