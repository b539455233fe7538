import { render } from "preact";
import en from "../../locales/en/index.json";
import staffEn from "../../locales/en/staff.json";
import zh from "../../locales/zh/index.json";
import staffZh from "../../locales/zh/staff.json";
import { pageLang, speaker } from "../say/say";
import { LangSwitch } from "../session/LangSwitch";
import "../style/base.css";
import "./index.css";

const lang = pageLang();
const t = speaker({ zh: { index: zh, staff: staffZh }, en: { index: en, staff: staffEn } }, lang);

function Index() {
  return (
    <>
      <header class="top">
        <span class="home">Lanyard</span>
        <LangSwitch lang={lang} label={t("staff.language")} />
      </header>
      <main class="page front">
        <h1>{t("index.lead")}</h1>
        <p>{t("index.attendee")}</p>
        <h2>{t("index.staff")}</h2>
        <ul class="doors">
          <Door href="/scan" name={t("index.scan")} text={t("index.scan_text")} />
          <Door href="/live" name={t("index.live")} text={t("index.live_text")} />
          <Door href="/desk" name={t("index.desk")} text={t("index.desk_text")} />
        </ul>
        <p>
          <a href="/openapi.json">{t("index.api")}</a>
        </p>
      </main>
    </>
  );
}

function Door({ href, name, text }: { href: string; name: string; text: string }) {
  return (
    <li>
      <a href={href}>
        <strong>{name}</strong>
        <span>{text}</span>
      </a>
    </li>
  );
}

const root = document.getElementById("app");
if (root) render(<Index />, root);
