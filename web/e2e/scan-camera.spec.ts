import { expect, gatesOf, guest, heading, picture, signIn, startShift, test } from "./gatehouse";

test("a camera that is taken away comes back, one that is refused is told so", async ({
  demo,
  camera,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const who = await guest(demo);
  camera.play({ seconds: 0.1 });
  const context = await phones({ lang: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${demo.base_url}/scan`);
  await page.getByLabel("您的密钥").fill(demo.gate_key);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("combobox").selectOption(gates.in);
  await picture(page, (name) => info.outputPath(name), "start-zh");
  await page.getByRole("button", { name: "开始值班" }).click();
  await expect(page.locator("video")).toBeVisible();
  await expect(page.getByText("正在打开摄像头")).toHaveCount(0);
  camera.play({ text: who.token, seconds: 0.2 });
  await page.evaluate(() => {
    const stream = document.querySelector("video")?.srcObject;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    track?.stop();
    track?.dispatchEvent(new Event("ended"));
  });
  await expect(page.getByText("摄像头被占用")).toBeVisible();
  await expect(heading(page)).toHaveText("准予进入", { timeout: 10_000 });
  await page.getByRole("alertdialog").click();
  await picture(page, (name) => info.outputPath(name), "admitted-zh");

  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await page.reload();
  await page.getByRole("button", { name: "开始值班" }).click();
  await expect(page.getByText("未允许使用摄像头")).toBeVisible();
  await expect(page.getByLabel("证件码")).toBeVisible();
  await picture(page, (name) => info.outputPath(name), "refused-zh");
});

declare global {
  interface Window {
    /** What was asked of the phone's cameras, in order. */
    asked: string[];
    unplugged: boolean;
    /** Another app takes the camera, or gives it back. */
    take: (taken: boolean) => void;
  }
}

/** Two cameras with a lamp each, as a phone has them; the pictures are the fake one's. */
function phoneCameras() {
  window.asked = [];
  window.unplugged = true;
  let track: MediaStreamTrack | undefined;
  let taken = false;
  window.take = (now) => {
    taken = now;
    track?.dispatchEvent(new Event(now ? "mute" : "unmute"));
  };
  const media = navigator.mediaDevices;
  if (!media) return; // an empty page has none
  const real = media.getUserMedia.bind(media);
  media.enumerateDevices = async () =>
    ["front", "back"].map(
      (id) =>
        ({
          deviceId: id,
          groupId: id,
          kind: "videoinput",
          label: `Camera ${id}`,
          toJSON: () => ({}),
        }) as MediaDeviceInfo,
    );
  media.getUserMedia = async (wanted) => {
    const video = wanted?.video as MediaTrackConstraints;
    const lens = (video.deviceId as ConstrainDOMStringParameters | undefined)?.exact as string | undefined;
    window.asked.push(`open ${lens ?? "any"}`);
    if (window.unplugged) throw new DOMException("none", "NotFoundError");
    const stream = await real({ video: true });
    track = stream.getVideoTracks()[0] as MediaStreamTrack;
    const mine = track;
    Object.defineProperty(mine, "muted", { get: () => taken && mine === track });
    mine.getCapabilities = () => ({ torch: true }) as MediaTrackCapabilities;
    mine.getSettings = () => ({ deviceId: lens ?? "back" });
    mine.applyConstraints = async (wanted) => {
      window.asked.push(`torch ${Reflect.get(wanted?.advanced?.[0] ?? {}, "torch")}`);
    };
    return stream;
  };
}

test("torch, choice of camera, and a camera that another app took in the background", async ({
  demo,
  camera,
  phones,
}, info) => {
  const gates = await gatesOf(demo);
  const who = await guest(demo);
  camera.play({ seconds: 0.1 });
  const context = await phones();
  await context.addInitScript(phoneCameras);
  const page = await context.newPage();
  await signIn(page, demo, demo.gate_key);
  await startShift(page, gates.in);
  const asked = () => page.evaluate(() => window.asked.splice(0));
  // Plugged in while the shift is on already.
  await expect(page.getByText("There is no camera here.")).toBeVisible();
  await page.evaluate(() => {
    window.unplugged = false;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  });
  await page.getByRole("button", { name: "Light" }).click();
  await expect(page.getByRole("button", { name: "Light" })).toHaveAttribute("aria-pressed", "true");
  await page.screenshot({ path: info.outputPath("torch.png") });
  await page.getByRole("button", { name: "Light" }).click();
  await expect(page.getByRole("button", { name: "Light" })).toHaveAttribute("aria-pressed", "false");
  expect(await asked()).toEqual(["open any", "open any", "torch true", "torch false"]);

  await page.getByRole("button", { name: "More" }).click();
  await page.locator(".more select").selectOption("front");
  await expect.poll(asked).toEqual(["open front"]);
  // It is the one of the next shift, too.
  await page.getByRole("button", { name: "End shift" }).click();
  await startShift(page, gates.in);
  await expect.poll(asked).toEqual(["open front"]);

  // In the background another app opens it, and keeps it for a while.
  camera.play({ text: "https://example.org/menu", seconds: 0.3 }, { text: who.token, seconds: 0.3 });
  await page.evaluate(() => {
    window.take(true);
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(asked).toEqual(["open front"]);
  await page.evaluate(() => window.take(false));
  // One code that isn't ours spoils nothing for the next.
  await expect(heading(page)).toHaveText("Not admitted", { timeout: 10_000 });
  await expect(page.getByRole("alertdialog")).toContainText("This is a web address, not a badge.");
  await expect(heading(page)).toHaveText("Admitted", { timeout: 10_000 });
});
