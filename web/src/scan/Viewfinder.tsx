// What the camera sees, and in plain words why it sees nothing.
import { useEffect, useRef, useState } from "preact/hooks";
import { Camera, type CameraState } from "./camera";
import { remembered } from "./remembered";
import type { ScanSay } from "./words";

interface Props {
  readonly t: ScanSay;
  readonly onCode: (text: string) => void;
  readonly onCamera: (camera: Camera, state: CameraState, torch: boolean) => void;
}

export function Viewfinder({ t, onCode, onCamera }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera | undefined>(undefined);
  const [state, setState] = useState<CameraState>("opening");
  const now = useRef({ onCode, onCamera });
  now.current = { onCode, onCamera };

  useEffect(() => {
    if (!video.current) return;
    const opened = new Camera({
      video: video.current,
      lens: remembered("camera"),
      onCode: (text) => now.current.onCode(text),
      onState: (s, torch) => {
        setState(s);
        now.current.onCamera(opened, s, torch);
      },
    });
    camera.current = opened;
    opened.open();
    return () => opened.close();
  }, []);

  const off = state === "denied" || state === "none";
  return (
    <div class={`finder ${off ? "off" : ""}`}>
      <video ref={video} muted playsInline aria-label={t("scan.camera.label")} hidden={off} />
      {!off && <span class="frame" aria-hidden="true" />}
      {state !== "live" && (
        <div class="said" role="status">
          <p>{t(`scan.camera.${state}`)}</p>
          {state === "denied" && (
            <button type="button" onClick={() => camera.current?.open()}>
              {t("scan.camera.again")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
