// What a code that is no badge is, so that staff can tell the person what they
// are holding up. It is looked at here and goes nowhere: it may be somebody's
// visiting card.

export const foreignKinds = [
  "wechat",
  "payment",
  "card",
  "wifi",
  "contact",
  "calendar",
  "place",
  "web",
  "number",
  "text",
] as const;
export type Foreign = (typeof foreignKinds)[number];

const signs: readonly (readonly [Foreign, RegExp])[] = [
  [
    "payment",
    /^(wxp:\/\/|alipays?:|upi:|bitcoin:|https?:\/\/([\w-]+\.)*(qr\.alipay|wx\.tenpay|qr\.95516)\.com\b)/i,
  ],
  ["wechat", /^(weixin:|https?:\/\/([\w-]+\.)*(wechat|weixin\.qq)\.com\b)/i],
  ["card", /^(BEGIN:VCARD|MECARD:|BIZCARD:)/i],
  ["wifi", /^WIFI:/i],
  ["contact", /^(mailto:|MATMSG:|tel:|sms:|smsto:)/i],
  ["calendar", /^BEGIN:(VEVENT|VCALENDAR)/i],
  ["place", /^geo:/i],
  ["web", /^(https?:\/\/|URLTO:|www\.)/i],
  ["number", /^\d{4,}$/],
];

/** Undefined for what is shaped like a token: a badge of another system, or a forged one of ours. */
export function foreignKind(text: string): Foreign | undefined {
  const code = text.trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(code) && code.length > 60) return undefined;
  return signs.find(([, sign]) => sign.test(code))?.[0] ?? "text";
}
