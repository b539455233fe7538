import { useState } from "preact/hooks";
import { inSunlight, setSunlight } from "./sunlight";
import type { ScanSay } from "./words";

export function SunSwitch({ t }: { readonly t: ScanSay }) {
  const [on, setOn] = useState(inSunlight);
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={on}
        onChange={(e) => {
          setSunlight(e.currentTarget.checked);
          setOn(e.currentTarget.checked);
        }}
      />
      <span>
        <b>{t("scan.sun")}</b>
        <small>{t("scan.sun_hint")}</small>
      </span>
    </label>
  );
}
