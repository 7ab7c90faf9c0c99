// Finds web addresses, e-mail addresses and phone numbers in a text, as Messenger does.
"use strict";

const Words = (() => {
  // Signs that turn text around belong to no address.
  const SIGN = "[^\\s<>\"\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]";
  const WEB = `https?://${SIGN}+|www\\.${SIGN}+\\.${SIGN}+`;
  const MAIL = "[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+";
  const PHONE = "(?<![\\w+.,/-])(?:\\+|\\(|0)[\\d \\u00a0().-]{6,20}\\d(?![\\w-])|(?<![\\w+.,/-])\\d{3}[ .-]\\d{3}[ .-]\\d{4}(?![\\w-])";

  // An address that a link may have, or null.
  function address(value) {
    try {
      const url = new URL(typeof value === "string" ? value : "");
      return url.protocol === "http:" || url.protocol === "https:" ? url : null;
    } catch {
      return null;
    }
  }

  // Punctuation at the end belongs to the sentence, and so does a bracket that was opened before the address.
  function trimmed(found) {
    let text = found;
    for (;;) {
      const last = text.slice(-1);
      const closes = { ")": "(", "]": "[", "}": "{" }[last];
      if (/[.,;:!?'"…»]/.test(last) || (closes && !text.includes(closes))) text = text.slice(0, -1);
      else return text;
    }
  }

  function target(found) {
    if (/^(https?:|www\.)/i.test(found)) {
      const url = address(/^www\./i.test(found) ? ["https:", "", found].join("/") : found);
      return url ? { kind: "web", href: url.href, url } : null;
    }
    if (found.includes("@")) return { kind: "mail", href: `mailto:${found}` };
    const digits = found.replace(/\D/g, "");
    // Meta's ids have 15 digits and more, dates have eight.
    if (digits.length < 9 || digits.length > 14) return null;
    return { kind: "phone", href: `tel:${found.startsWith("+") ? "+" : ""}${digits}` };
  }

  // The parts of a text in order: { text } and { text, kind, href }.
  function parts(text) {
    const found = [];
    let at = 0;
    for (const match of text.matchAll(new RegExp(`${WEB}|${MAIL}|${PHONE}`, "giu"))) {
      const words = trimmed(match[0]);
      const link = target(words);
      if (!link) continue;
      if (match.index > at) found.push({ text: text.slice(at, match.index) });
      found.push({ text: words, ...link });
      at = match.index + words.length;
    }
    if (at < text.length) found.push({ text: text.slice(at) });
    return found;
  }

  return { address, parts };
})();
