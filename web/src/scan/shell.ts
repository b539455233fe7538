// Keeps the scanner's own files on the phone, so that it opens without a
// network, and brings in a new version between shifts, never during one.

const HOUR_MS = 3_600_000;

let changed = false;
let between = false;
let kept: ServiceWorkerRegistration | undefined;

export function keepShell(): void {
  const worker = navigator.serviceWorker;
  if (!worker || import.meta.env.DEV) return; // not on HTTPS: the page needs its server
  let had = worker.controller !== null;
  worker.addEventListener("controllerchange", () => {
    changed ||= had;
    had = true;
    renew();
  });
  addEventListener("online", () => renew());
  worker
    .register("/scan-sw.js", { scope: "/scan" })
    .then((registration) => {
      kept = registration;
      setInterval(look, HOUR_MS);
    })
    .catch(() => {}); // without it the page works as long as the server is there
}

/** To be told whether a shift is going on. */
export function onShift(on: boolean): void {
  if (!on && !between) look();
  between = !on;
  renew();
}

/** Asks whether there is another version; controllerchange tells once it is here, whole. */
const look = () => {
  kept?.update().catch(() => {});
};

/** Loads the page anew where another version of it is served now. */
async function renew(): Promise<void> {
  if (!changed || !between) return;
  changed = false;
  try {
    const page = await (await fetch("/scan", { cache: "no-cache" })).text();
    const ours = new URL(import.meta.url).pathname;
    if (between && page.includes('id="app"') && !page.includes(ours)) location.reload();
  } catch {
    changed = true; // next time
  }
}
