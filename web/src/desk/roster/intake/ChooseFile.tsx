import type { Work } from "../../work";
import { intakeSay } from "./words";

interface Props {
  readonly lang: Work["lang"];
  readonly busy: boolean;
  readonly onFile: (file: File) => void;
}

/** A roster to begin with, as it opens in every spreadsheet. */
const EXAMPLE =
  "\ufeffref,name,name_latin,organization,delegation,category,email,phone\r\n" +
  "1001,李明,Li Ming,广东省科学技术厅,Guangdong,delegate,liming@example.com,+86 138 0000 0000\r\n" +
  "1002,Anna Svensson,,Uppsala universitet,Sweden,speaker,anna@example.org,\r\n";

/** The first step: which file. */
export function ChooseFile({ lang, busy, onFile }: Props) {
  const t = intakeSay(lang);
  return (
    <div class="form">
      <label class="drop">
        <strong class="button main">{busy ? t("intake.reading") : t("intake.choose_file")}</strong>
        <span class="hint">{t("intake.choose_hint")}</span>
        <input
          type="file"
          accept=".csv,.tsv,.txt,.xlsx,text/csv"
          disabled={busy}
          onChange={(e) => {
            const file = e.currentTarget.files?.[0];
            if (file) onFile(file);
            e.currentTarget.value = ""; // the same file again counts, once it was corrected
          }}
        />
      </label>
      <p class="hint">
        {t("intake.needs")}{" "}
        <a
          href={`data:text/csv;charset=utf-8,${encodeURIComponent(EXAMPLE)}`}
          download={t("intake.example_name")}
        >
          {t("intake.example")}
        </a>
      </p>
    </div>
  );
}
