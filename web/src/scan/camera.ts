// One camera for one shift: it is opened once, read all the time, and opened
// again when the system takes it away.
import type { Picture, Read } from "./decode.worker";
import { sendable } from "./gate";
import { takeReader } from "./reader";

export type CameraState =
  | "opening"
  | "live"
  | "denied" // the person, or a policy, said no
  | "none" // there is none, or the page isn't on HTTPS
  | "lost"; // it was taken away and is being opened again

export interface Lens {
  readonly id: string;
  readonly label: string;
}

const AGAIN_MS = 1500;
/** Another program, or a call, has the camera when it shows nothing for so long. */
const MUTED_MS = 3000;
/** A code is read within a fifteenth of a second; reading every frame would only cost battery. */
const PACE_MS = 66;
/** After a while without any code the phone looks less often, and still within an eighth. */
const QUIET_AFTER_MS = 20_000;
const QUIET_PACE_MS = 125;
const FRAME_MS = 1000 / 30;
/** A reader that is silent for longer, the time to load it included, has crashed. */
const STUCK_MS = 20_000;

/** Torches, and in some browsers the question itself, are missing from TypeScript's list. */
const hasTorch = (track: MediaStreamTrack | undefined): boolean =>
  Boolean(track?.getCapabilities && Reflect.get(track.getCapabilities(), "torch"));

/** Badges are held up at any distance: the lens has to follow, where it can be told to. */
function focus(track: MediaStreamTrack | undefined): void {
  const ways: unknown = track?.getCapabilities && Reflect.get(track.getCapabilities(), "focusMode");
  if (!Array.isArray(ways) || !ways.includes("continuous")) return;
  track
    ?.applyConstraints({ advanced: [{ focusMode: "continuous" } as MediaTrackConstraintSet] })
    .catch(() => {});
}

interface Options {
  readonly video: HTMLVideoElement;
  readonly onCode: (text: string) => void;
  readonly onState: (state: CameraState, torch: boolean) => void;
  /** The one to open, "" for the one on the back. */
  readonly lens: string;
}

export class Camera {
  #stream: MediaStream | undefined;
  #worker: Worker | undefined;
  #closed = false;
  #lens: string | undefined;
  #state: CameraState = "opening";
  #permission: PermissionStatus | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Frames are read one at a time: one that is late is worth nothing. */
  #reading = false;
  #readSince = 0;
  #resting = false;
  #lookedAt = 0;
  #codeAt = 0;
  #n = 0;
  /** Counts openings: only the latest one may have the camera. */
  #turn = 0;
  readonly #canvas = document.createElement("canvas");

  constructor(private readonly with_: Options) {
    this.#lens = with_.lens || undefined;
    document.addEventListener("visibilitychange", this.#seen);
    navigator.mediaDevices?.addEventListener?.("devicechange", this.#plugged);
    this.#heedPermission();
  }

  #say(state: CameraState, torch = false): void {
    this.#state = state;
    this.with_.onState(state, torch);
  }

  /** Allowed in the browser's settings: nobody should have to find a button, too. */
  async #heedPermission(): Promise<void> {
    try {
      this.#permission = await navigator.permissions.query({ name: "camera" as PermissionName });
      this.#permission.onchange = () => {
        if (!this.#closed && this.#state === "denied" && this.#permission?.state !== "denied") this.open();
      };
    } catch {
      // Not every browser tells of it.
    }
  }

  /** A camera was plugged in, or out. */
  readonly #plugged = () => {
    const live = this.#stream?.getVideoTracks()[0]?.readyState === "live";
    if (!this.#closed && !live && this.#state !== "opening" && this.#state !== "denied") this.open();
  };

  /** While nobody would look at what is read, nothing is. */
  rest(resting: boolean): void {
    this.#resting = resting;
  }

  async open(lens?: string): Promise<void> {
    this.#lens = lens ?? this.#lens;
    this.#release();
    const media = navigator.mediaDevices;
    if (!media?.getUserMedia) return this.#say("none");
    this.#say("opening");
    this.#turn++;
    const turn = this.#turn;
    try {
      const stream = await media.getUserMedia({
        audio: false,
        video: {
          width: { ideal: 1280 },
          height: { ideal: 720 },
          ...(this.#lens ? { deviceId: { exact: this.#lens } } : { facingMode: { ideal: "environment" } }),
        },
      });
      if (this.#closed || turn !== this.#turn) {
        for (const t of stream.getTracks()) t.stop();
        return;
      }
      this.#stream = stream;
    } catch (e) {
      if (this.#closed || turn !== this.#turn) return;
      const name = e instanceof DOMException ? e.name : "";
      if (name === "NotAllowedError" || name === "SecurityError") return this.#say("denied");
      if (name === "OverconstrainedError" && this.#lens) {
        this.#lens = undefined; // that lens is gone: any other
        return this.open();
      }
      if (name === "NotFoundError") return this.#say("none");
      return this.#lost(); // another program has it, or it is waking up
    }
    const track = this.#stream.getVideoTracks()[0];
    track?.addEventListener("ended", () => this.#lost());
    const wait = () => setTimeout(() => track && this.#missed(track), MUTED_MS);
    track?.addEventListener("mute", wait);
    if (track?.muted) wait();
    const { video } = this.with_;
    video.srcObject = this.#stream;
    await video.play().catch(() => {}); // shown as soon as it can be
    focus(track);
    this.#codeAt = performance.now();
    this.#say("live", hasTorch(track));
    this.#watch();
  }

  #lost(): void {
    if (this.#closed) return;
    this.#say("lost");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), AGAIN_MS);
  }

  #missed(track: MediaStreamTrack): void {
    const ours = this.#stream?.getVideoTracks()[0] === track;
    if (ours && track.muted && document.visibilityState === "visible") this.#lost();
  }

  /** Back from another app: its camera may have been taken meanwhile. */
  readonly #seen = () => {
    if (document.visibilityState !== "visible" || !this.#stream) return;
    const track = this.#stream.getVideoTracks()[0];
    if (track?.readyState !== "live" || track.muted) this.open();
    else this.with_.video.play().catch(() => {});
  };

  #watch(): void {
    const { video } = this.with_;
    const stream = this.#stream;
    const step = () => {
      if (this.#stream !== stream || this.#closed) return;
      this.#look();
      next();
    };
    const next = () => {
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(step);
      else requestAnimationFrame(step);
    };
    next();
  }

  /** Reads the middle of the frame, as large as it is square, at full resolution. */
  #look(): void {
    const { video } = this.with_;
    const side = Math.min(video.videoWidth, video.videoHeight);
    if (side === 0 || this.#resting) return;
    const now = performance.now();
    const pace = now - this.#codeAt > QUIET_AFTER_MS ? QUIET_PACE_MS : PACE_MS;
    if (now - this.#lookedAt < pace - FRAME_MS / 2) return;
    if (this.#reading) {
      if (performance.now() - this.#readSince > STUCK_MS) this.#restart();
      return;
    }
    this.#worker ??= this.#start();
    const canvas = this.#canvas;
    if (canvas.width !== side) {
      canvas.width = side;
      canvas.height = side;
    }
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    if (!drawing) return;
    const x = Math.floor((video.videoWidth - side) / 2);
    const y = Math.floor((video.videoHeight - side) / 2);
    drawing.drawImage(video, x, y, side, side, 0, 0, side, side);
    const pixels = drawing.getImageData(0, 0, side, side).data.buffer;
    this.#reading = true;
    this.#readSince = now;
    this.#lookedAt = now;
    this.#n++;
    this.#worker.postMessage({ n: this.#n, pixels, width: side, height: side } satisfies Picture, [pixels]);
  }

  #start(): Worker {
    const worker = takeReader();
    worker.addEventListener("message", (e: MessageEvent<Read>) => {
      if (e.data.n !== this.#n || this.#worker !== worker) return;
      this.#reading = false;
      const { texts } = e.data;
      // A poster beside the badge has a code as well: ours goes first.
      const text = texts.find((t) => sendable(t) === t) ?? texts.find((t) => t !== "");
      if (text === undefined || this.#closed) return;
      this.#codeAt = performance.now();
      this.with_.onCode(text);
    });
    worker.addEventListener("error", () => {
      if (this.#worker === worker) setTimeout(() => this.#worker === worker && this.#restart(), AGAIN_MS);
    });
    return worker;
  }

  /** The next frame starts another reader. */
  #restart(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#reading = false;
  }

  async torch(on: boolean): Promise<boolean> {
    const track = this.#stream?.getVideoTracks()[0];
    try {
      await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      return on;
    } catch {
      return false;
    }
  }

  /** The cameras there are; they have names once one of them has been opened. */
  async lenses(): Promise<Lens[]> {
    const found = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    return found
      .filter((d) => d.kind === "videoinput" && d.deviceId)
      .map((d) => ({ id: d.deviceId, label: d.label }));
  }

  get lens(): string | undefined {
    return this.#stream?.getVideoTracks()[0]?.getSettings().deviceId;
  }

  #release(): void {
    clearTimeout(this.#timer);
    for (const t of this.#stream?.getTracks() ?? []) t.stop();
    this.#stream = undefined;
    this.#reading = false;
  }

  close(): void {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#seen);
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.#plugged);
    if (this.#permission) this.#permission.onchange = null;
    this.#release();
    this.#worker?.terminate();
    this.with_.video.srcObject = null;
  }
}
