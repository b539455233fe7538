import { expect, gatesOf, guest, heading, picture, test } from "./gatehouse";

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
