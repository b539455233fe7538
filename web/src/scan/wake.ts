// Keeps the screen on during a shift, where the browser can.

/** Holds until the returned function is called; the system drops it when the page is hidden. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let over = false;
  const take = async () => {
    if (over || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock?.request("screen");
      if (over) lock?.release().catch(() => {});
    } catch {
      // A phone that saves its battery may say no; the shift goes on.
    }
  };
  document.addEventListener("visibilitychange", take);
  take();
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", take);
    lock?.release().catch(() => {});
  };
}
