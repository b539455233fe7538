// The attendee's page is complete without this script. It keeps the badge for
// later without a signal, keeps the screen awake while the code is shown, and
// asks now and then whether the badge was scanned or withdrawn.

(() => {
  // ms between questions while the page is in sight: at first its reader
  // stands at a gate, later they only look something up.
  const soon = 4000;
  const every = 20_000;
  const atGate = 120_000;
  const atMost = 160_000; // while the server doesn't answer

  const badge = () => /** @type {HTMLElement | null} */ (document.querySelector("main[data-poll]"));
  if (!badge()) return;

  // The first visit isn't seen by the worker, which is only being installed:
  // the page puts itself where the worker looks, out of the browser's own
  // cache, so that nothing is sent twice.
  async function keep() {
    await navigator.serviceWorker.register("/sw.js", { scope: "/b/" });
    if (navigator.serviceWorker.controller) return;
    const page = await fetch(location.href, { cache: "force-cache" });
    if (page.ok && !page.redirected) await (await caches.open("badge")).put(location.href, page);
  }
  if ("serviceWorker" in navigator) keep().catch(() => {});

  async function stayAwake() {
    if (document.visibilityState !== "visible" || !document.querySelector(".qr")) return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Low battery or not allowed: the screen goes dark as it always did.
    }
  }

  /** @param {{status: string, inside: object | null, since: string | null}} now */
  function same(now) {
    const shown = badge()?.dataset;
    if (!shown) return true;
    const time = (/** @type {string | null | undefined} */ t) => (t ? Math.floor(Date.parse(t) / 1000) : 0);
    return (
      now.status === shown.status && !now.inside === !shown.inside && time(now.since) === time(shown.since)
    );
  }

  // What changed is rendered in one place only, the server's template.
  async function renew() {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = /** @type {HTMLElement | null} */ (next.querySelector("main"));
    const old = badge();
    if (!main || !old) return;
    const nowThere = old.querySelector(".now");
    const nowNext = main.querySelector(".now");
    if (main.dataset.status === old.dataset.status && nowThere && nowNext) {
      Object.assign(old.dataset, main.dataset);
      nowThere.replaceChildren(...nowNext.childNodes); // in place, so that it is read aloud
      return;
    }
    old.replaceWith(main);
    document.querySelector("nav")?.replaceWith(next.querySelector("nav") ?? "");
  }

  let seen = Date.now(); // when the page came in sight
  const usual = () => (Date.now() - seen < atGate ? soon : every);
  let wait = soon;
  let timer = 0;
  async function ask() {
    clearTimeout(timer);
    const url = badge()?.dataset.poll;
    if (!url || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(url, { cache: "no-store" });
      if (answer.status === 404 || answer.status === 410) return void location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      if (!same(await answer.json())) await renew();
      wait = usual();
    } catch {
      wait = Math.min(wait * 2, atMost);
    }
    // Spread out: a hall of phones must not ask in step.
    timer = window.setTimeout(ask, wait * (0.8 + 0.4 * Math.random()));
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    stayAwake();
    seen = Date.now();
    wait = soon;
    ask();
  });
  addEventListener("online", () => {
    wait = usual();
    ask();
  });
  stayAwake();
  timer = window.setTimeout(ask, soon);
})();
