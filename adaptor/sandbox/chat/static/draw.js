// Draws one record of a conversation. Whatever comes from outside is set as text or checked as an address, never as HTML.
"use strict";

const Draw = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const ICONS = {
    back: "M15 5l-7 7 7 7",
    forward: "M9 5l7 7-7 7",
    send: "M4 12l16-8-5 16-3-6z",
    photo: "M4 6h16v13H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01",
    file: "M7 3h7l4 4v14H7zM14 3v4h4",
    menu: "M5 7h14M5 12h14M5 17h14",
    more: "M5.500 12h.6M11.700 12h.6M17.900 12h.6",
    reply: "M10 7l-5 5 5 5M5 12h9a5 5 0 0 1 5 5v1",
    smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 10h.01M15 10h.01M8.500 14.500c2 2 5 2 7 0",
    code: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.500 5l-3 14",
    plus: "M12 5v14M5 12h14",
    close: "M6 6l12 12M18 6L6 18",
    thumb: "M7 11v9H4v-9zM7 12l4-8c2 0 3 1.500 2.500 3.500L13 10h6c1 0 1.500 1 1.300 2l-1.500 6.500c-.3 1-1 1.500-2 1.500H7",
    warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
    link: "M10 14l9-9M13 5h6v6M17 14v5H5V7h5",
  };

  // An element with attributes, listeners (onclick: …) and children: elements, or texts that stay texts.
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat(3)) {
      if (child === null || child === undefined || child === false || child === "") continue;
      element.append(child instanceof Node ? child : String(child));
    }
    return element;
  }

  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const objects = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
  const text = (value) => (typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "");
  const clock = (at) => new Date(at).toLocaleTimeString([], { timeStyle: "short" });
  const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

  const isSameDay = (at, now) => new Date(at).toDateString() === new Date(now).toDateString();
  const date = (at) => new Date(at).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
  // The shortest that is clear: the time today, else the date.
  const when = (at, now) => (isSameDay(at, now) ? clock(at) : date(at));
  const day = (at, now) => (isSameDay(at, now) ? clock(at) : `${date(at)}, ${clock(at)}`);
  const { address } = Words;

  // An uploaded file is here, whatever the host was called.
  const local = (url) => text(url).replace(/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(?=\/sandbox\/files\/)/, "");

  function hue(name) {
    let sum = 7;
    for (const sign of name) sum = (sum * 31 + sign.codePointAt(0)) % 360;
    return sum;
  }

  function avatar(name, kind) {
    const letters = [...name.replace(/[\p{C}\p{P}\p{S}]/gu, "").trim()];
    const circle = h("span", { class: `avatar ${kind || ""}`, "aria-hidden": "true" }, letters.length ? letters[0].toUpperCase() : "?");
    circle.style.setProperty("--hue", hue(name));
    return circle;
  }

  // Up to three emoji and nothing else are drawn large, without a bubble.
  function isLarge(words) {
    const signs = words.trim();
    if (!signs || signs.length > 24 || /[\p{L}\p{N}#*]/u.test(signs)) return false;
    const parts = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(signs)].filter((part) => part.segment.trim());
    return parts.length <= 3 && parts.every((part) => /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(part.segment));
  }

  const link = (part) => h("a", { href: part.href, target: part.kind === "web" ? "_blank" : null, rel: "noopener noreferrer", dir: "auto" }, part.text);

  function bubble(words, more) {
    // A long text scrolls, so the keyboard must reach it.
    const isLong = words.length > 240 || words.split("\n").length > 6;
    return h("div", { class: `bubble ${isLarge(words) ? "large" : ""} ${more || ""}`, dir: "auto", tabindex: isLong ? "0" : null }, Words.parts(words).map((part) => (part.href ? link(part) : part.text)));
  }

  // Messenger shows the title and a picture of the first page that a text names; this page asks nobody for them.
  function preview(words) {
    const first = Words.parts(words).find((part) => part.kind === "web");
    if (!first) return null;
    const path = `${first.url.pathname}${first.url.search}`.replace(/^\/$/, "");
    return h("a", { class: "card preview", href: first.href, target: "_blank", rel: "noopener noreferrer", title: "Messenger shows the title and a picture of the page here", "aria-label": `Open ${first.url.host}` },
      h("span", { class: "sheet" }, icon("link")), h("span", { class: "filename" }, h("strong", {}, first.url.host), path ? h("small", {}, path) : null));
  }

  const said = (words) => [bubble(words), preview(words)];

  // ------------------------------------------------------------------ media

  function source(item, part) {
    const id = text(part.attachment_id);
    if (id) return (item.sources || {})[id] || { id };
    if (part.url !== undefined) return { url: text(part.url) };
    return (item.files || [])[0] || {};
  }

  function nameOf(found) {
    if (found.name) return found.name;
    if (found.url && !found.url.startsWith("/") && !found.url.startsWith("data:")) {
      const url = address(found.url);
      return url ? url.host + (url.pathname === "/" ? "" : url.pathname) : found.url;
    }
    return found.id ? `attachment ${found.id}` : "";
  }

  // What stands in the place of a picture that is not loaded: where it would come from.
  function placeholder(kind, found, label) {
    const words = nameOf(found);
    return h("div", { class: "placeholder", role: "img", "aria-label": `${label || kind}${words ? `: ${words}` : ""}` },
      icon(kind === "file" ? "file" : "photo"), h("span", { dir: "auto" }, words || kind));
  }

  function picture(found, c, label) {
    const src = c.media(local(found.url));
    if (!src) return placeholder("image", found, label);
    const image = h("img", { src, alt: label || `Picture ${nameOf(found)}`.trim(), loading: "lazy", class: "picture" });
    image.addEventListener("error", () => image.replaceWith(placeholder("image", found, label)), { once: true });
    return image;
  }

  function media(kind, found, c) {
    const src = c.media(local(found.url));
    const name = nameOf(found);
    if (kind === "image" || kind === "sticker") return h("div", { class: `media ${kind}` }, picture(found, c, kind === "sticker" ? "Sticker" : ""));
    if (kind === "video" || kind === "reel") {
      const player = src ? h("video", { src, controls: true, preload: "metadata", "aria-label": `Video ${name}`.trim() }) : h("div", { class: "player video" }, play(), placeholder("video", found));
      return h("div", { class: "media video" }, player);
    }
    if (kind === "audio") {
      if (src) return h("div", { class: "media audio" }, h("audio", { src, controls: true, preload: "metadata", "aria-label": `Audio ${name}`.trim() }));
      return h("div", { class: "media audio" }, h("div", { class: "voice", role: "img", "aria-label": `Audio ${name}`.trim() }, play(), wave(), h("span", { dir: "auto" }, name)));
    }
    const link = src || (address(found.url) ? address(found.url).href : null);
    const body = [h("span", { class: "sheet" }, icon("file")), h("span", { class: "filename" }, h("strong", { dir: "auto" }, name.split("/").pop() || "File"), h("small", {}, found.size ? size(found.size) : kind === "file" ? "File" : kind))];
    return link ? h("a", { class: "media file", href: link, target: "_blank", rel: "noopener noreferrer" }, body) : h("div", { class: "media file" }, body);
  }

  const play = () => h("span", { class: "play", "aria-hidden": "true" });
  const wave = () => h("span", { class: "wave", "aria-hidden": "true" }, [5, 9, 14, 8, 12, 17, 10, 6, 13, 9, 5, 11, 7].map((height) => {
    const bar = h("i");
    bar.style.setProperty("height", `${height}px`);
    return bar;
  }));

  // -------------------------------------------------------------- templates

  const OWN_WORDS = { account_link: "Log In", account_unlink: "Log Out", game_play: "Play" };

  // The number of each button, in the order in which the sandbox counts them.
  function numbers(item) {
    const found = new Map();
    for (const button of objects((item.utility || {}).buttons)) found.set(button, found.size);
    const attachment = item.payload && item.payload.attachment;
    const payload = isObject(attachment) && isObject(attachment.payload) ? attachment.payload : {};
    for (const part of [payload, ...objects(payload.elements)]) {
      for (const button of objects(part.buttons)) found.set(button, found.size);
      for (const image of objects(part.images)) if (isObject(image.action) && image.action.type === "postback") found.set(image.action, found.size);
    }
    return found;
  }

  function button(item, each, order, c) {
    const kind = text(each.type).toLowerCase();
    const title = text(each.title) || text(each.text) || OWN_WORDS[kind] || "";
    const opens = ["web_url", "url", "account_link", "phone_number"].includes(kind);
    const label = [h("span", { dir: "auto" }, title), opens && kind !== "phone_number" ? icon("link") : null];
    const number = order.get(each);
    if (!c.act || number === undefined) return h("span", { class: "button still", title: text(each.url || each.payload) }, label);
    return h("button", { type: "button", class: "button", title: opens ? text(each.url || each.payload) : null, onclick: () => c.act("taps", { of: item.id, number, title }) }, label);
  }

  const buttons = (item, list, order, c) => (objects(list).length ? h("div", { class: "buttons" }, objects(list).map((each) => button(item, each, order, c))) : null);

  function card(item, part, order, c) {
    const action = isObject(part.default_action) ? address(part.default_action.url) : null;
    const image = part.image_url !== undefined && part.image_url !== null ? h("div", { class: "hero" }, picture({ url: text(part.image_url) }, c, `Picture of ${text(part.title)}`)) : null;
    const words = [h("strong", { class: "title", dir: "auto" }, text(part.title)), text(part.subtitle) ? h("span", { class: "subtitle", dir: "auto" }, text(part.subtitle)) : null];
    const body = action ? h("a", { class: "words", href: action.href, target: "_blank", rel: "noopener noreferrer" }, words, h("small", { class: "host" }, action.host)) : h("div", { class: "words" }, words);
    return h("div", { class: "card" }, image, body, buttons(item, part.buttons, order, c));
  }

  function carousel(cards, label) {
    if (cards.length === 1) return cards[0];
    const strip = h("div", { class: "strip", tabindex: "0", role: "group", "aria-label": `${label}, ${cards.length} cards` }, cards);
    const step = (direction) => () => strip.scrollBy({ left: direction * 250, behavior: "smooth" });
    const before = h("button", { type: "button", class: "round turn before", "aria-label": "Earlier card", hidden: true, onclick: step(-1) }, icon("back"));
    const behind = h("button", { type: "button", class: "round turn behind", "aria-label": "Next card", onclick: step(1) }, icon("forward"));
    const turn = () => {
      before.hidden = strip.scrollLeft < 8;
      behind.hidden = strip.scrollLeft + strip.clientWidth > strip.scrollWidth - 8;
    };
    strip.addEventListener("scroll", turn, { passive: true });
    new ResizeObserver(turn).observe(strip);
    return h("div", { class: "carousel" }, strip, before, behind);
  }

  function money(value, currency) {
    const amount = Number(value);
    if (!Number.isFinite(amount)) return text(value);
    try {
      return new Intl.NumberFormat(undefined, { style: "currency", currency: text(currency) }).format(amount);
    } catch {
      return `${amount} ${text(currency)}`;
    }
  }

  function receipt(item, payload, c) {
    const line = (name, value, more) => (value === undefined || value === null ? null : h("div", { class: `line ${more || ""}` }, h("span", { dir: "auto" }, name), h("span", {}, money(value, payload.currency))));
    const summary = isObject(payload.summary) ? payload.summary : {};
    const address_ = isObject(payload.address) ? payload.address : null;
    const url = address(payload.order_url);
    return h("div", { class: "card receipt" },
      h("div", { class: "words" }, h("strong", { class: "title" }, "Receipt"), h("span", { class: "subtitle", dir: "auto" }, `Order ${text(payload.order_number)} · ${text(payload.recipient_name)}`)),
      objects(payload.elements).map((each) => h("div", { class: "goods" },
        each.image_url ? h("span", { class: "thumb" }, picture({ url: text(each.image_url) }, c, `Picture of ${text(each.title)}`)) : null,
        h("span", { class: "what" }, h("strong", { dir: "auto" }, text(each.title)), h("small", { dir: "auto" }, text(each.subtitle)), each.quantity ? h("small", {}, `Quantity ${text(each.quantity)}`) : null),
        h("span", {}, money(each.price, each.currency || payload.currency)))),
      h("div", { class: "totals" },
        line("Subtotal", summary.subtotal), line("Shipping", summary.shipping_cost), line("Tax", summary.total_tax),
        objects(payload.adjustments).map((each) => line(text(each.name), -Math.abs(Number(each.amount)))),
        line("Total", summary.total_cost, "total")),
      h("div", { class: "words" },
        h("small", { dir: "auto" }, `Paid with ${text(payload.payment_method)}`),
        address_ ? h("small", { dir: "auto" }, `Ship to ${["street_1", "street_2", "city", "state", "postal_code", "country"].map((key) => text(address_[key])).filter(Boolean).join(", ")}`) : null,
        url ? h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, "View order") : null));
  }

  function coupon(item, payload, c) {
    const code = text(payload.coupon_code);
    const url = address(payload.coupon_url);
    const label = text(payload.coupon_url_button_title) || "Shop now";
    const reveal = () => c.act("coupon", { code, payload: text(payload.payload) });
    const shown = code && item.revealed ? h("div", { class: "code", role: "group", "aria-label": "Coupon code", dir: "auto" }, code) : null;
    // The words and the default disclaimer are Meta's (page "Coupon Template", checked 2026-11).
    const button = h(c.act ? "button" : "span", { type: c.act ? "button" : null, class: c.act ? "button" : "button still", onclick: c.act ? reveal : null }, "Reveal code");
    return [text(payload.coupon_pre_message) ? bubble(text(payload.coupon_pre_message)) : null,
      h("div", { class: "card coupon" },
        payload.image_url ? h("div", { class: "hero" }, picture({ url: text(payload.image_url) }, c, `Picture of ${text(payload.title)}`)) : null,
        h("div", { class: "words" }, h("strong", { class: "title", dir: "auto" }, text(payload.title)), h("span", { class: "subtitle", dir: "auto" }, text(payload.subtitle) || "Terms may apply."), shown),
        h("div", { class: "buttons" },
          code && !shown ? button : null,
          url ? h("a", { class: "button", href: url.href, target: "_blank", rel: "noopener noreferrer" }, h("span", { dir: "auto" }, label), icon("link")) : null))];
  }

  const SCORES = { one_to_five: ["1", "2", "3", "4", "5"], five_stars: ["★", "★★", "★★★", "★★★★", "★★★★★"], five_emojis: ["😞", "🙁", "😐", "🙂", "😀"], zero_to_ten: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], one_to_seven: ["1", "2", "3", "4", "5", "6", "7"] };
  const DEFAULT_SCORES = { csat: "one_to_five", nps: "zero_to_ten", ces: "one_to_seven" };

  function feedback(item, payload, c) {
    const screen = objects(payload.feedback_screens)[0] || {};
    const question = objects(screen.questions)[0] || {};
    const options = SCORES[text(question.score_option)] || SCORES[DEFAULT_SCORES[text(question.type)]] || [];
    const first = text(question.type) === "nps" ? 0 : 1;
    const follow = isObject(question.follow_up) ? question.follow_up : null;
    const free = !options.length;
    const comment = follow || free ? h("textarea", { rows: "2", "aria-label": "Comment", placeholder: text((follow || {}).placeholder) || "Write a comment" }) : null;
    let score = null;
    const choices = options.map((label, index) => h("button", { type: "button", class: "score", "aria-pressed": "false", "aria-label": `${index + first} of ${options.length - 1 + first}`, onclick: (event) => {
      score = index + first;
      for (const each of choices) each.setAttribute("aria-pressed", String(each === event.currentTarget));
    } }, label));
    const give = () => {
      if (free) score = comment.value.trim();
      if (score === null || score === "") return;
      c.act("feedback", { score, comment: free || !comment ? "" : comment.value });
      form.hidden = true;
    };
    const form = h("div", { class: "form", hidden: true, role: "group", "aria-label": text(payload.title) },
      h("p", { dir: "auto" }, text(question.title)), h("div", { class: "scores" }, choices), comment,
      h("button", { type: "button", class: "button filled", onclick: give }, "Send feedback"));
    const label = text(payload.button_title) || "Give feedback";
    const open = c.act ? h("button", { type: "button", class: "button", "aria-expanded": "false", onclick: (event) => {
      form.hidden = !form.hidden;
      event.currentTarget.setAttribute("aria-expanded", String(!form.hidden));
    } }, label) : h("span", { class: "button still" }, label);
    return h("div", { class: "card feedback" },
      h("div", { class: "words" }, h("strong", { class: "title", dir: "auto" }, text(payload.title)), h("span", { class: "subtitle", dir: "auto" }, text(payload.subtitle)),
        c.act ? null : h("span", { class: "subtitle", dir: "auto" }, text(question.title))),
      h("div", { class: "buttons" }, open), c.act ? form : null);
  }

  function grid(item, element, order, c) {
    const images = objects(element.images);
    const tiles = images.map((image) => {
      const shown = picture({ url: text(image.url) }, c, text(image.alt) || "Picture");
      const action = isObject(image.action) ? image.action : null;
      const number = action ? order.get(action) : undefined;
      const big = image.is_hero_image === true ? " big" : "";
      if (number !== undefined && c.act) return h("button", { type: "button", class: `tile${big}`, "aria-label": text(action.text), onclick: () => c.act("taps", { of: item.id, number, title: text(action.text) }) }, shown);
      const url = action ? address(action.url) : null;
      return url ? h("a", { class: `tile${big}`, href: url.href, "aria-label": `Open ${url.host}`, target: "_blank", rel: "noopener noreferrer" }, shown) : h("span", { class: `tile${big}` }, shown);
    });
    return h("div", { class: "card grid" }, h("div", { class: "tiles" }, tiles),
      text(element.title) || text(element.subtitle) ? h("div", { class: "words" }, h("strong", { class: "title", dir: "auto" }, text(element.title)), h("span", { class: "subtitle", dir: "auto" }, text(element.subtitle))) : null,
      buttons(item, element.buttons, order, c));
  }

  function information(payload, c) {
    const title = "Share your details";
    const give = () => c.act("details", { details: { name: c.person.name, country: text((payload.countries || [])[0]) } });
    return h("div", { class: "card" }, h("div", { class: "words" }, h("strong", { class: "title" }, title), h("span", { class: "subtitle" }, `Address and contact details, ${(Array.isArray(payload.countries) ? payload.countries : []).map(text).join(", ")}`)),
      h("div", { class: "buttons" }, c.act ? h("button", { type: "button", class: "button", onclick: give }, "Add address") : h("span", { class: "button still" }, "Add address")));
  }

  function template(item, payload, order, c) {
    const kind = text(payload.template_type);
    const elements = objects(payload.elements);
    if (kind === "button") return h("div", { class: "card talk" }, h("div", { class: "words", dir: "auto" }, text(payload.text)), buttons(item, payload.buttons, order, c));
    if (kind === "generic") return carousel(elements.map((each) => card(item, each, order, c)), "Carousel");
    if (kind === "media") return elements.map((each) => h("div", { class: "card" }, media(text(each.media_type) || "image", source(item, each), c), buttons(item, each.buttons, order, c)));
    if (kind === "receipt") return receipt(item, payload, c);
    if (kind === "coupon") return coupon(item, payload, c);
    if (kind === "customer_feedback") return feedback(item, payload, c);
    if (kind === "image_grid") return elements.map((each) => grid(item, each, order, c));
    if (kind === "customer_information") return information(payload, c);
    if (kind === "product") return carousel(elements.map((each) => h("div", { class: "card" }, h("div", { class: "hero" }, placeholder("image", {}, "Product picture")), h("div", { class: "words" }, h("strong", { class: "title" }, "Product"), h("span", { class: "subtitle" }, `Catalogue item ${text(each.id)}`)))), "Products");
    if (kind === "instant_form") return h("div", { class: "card" }, h("div", { class: "words" }, h("strong", { class: "title" }, "Instant form"), h("span", { class: "subtitle" }, `Form ${text(payload.form_id)}`)), h("div", { class: "buttons" }, h("span", { class: "button still" }, "Fill in the form")));
    return h("div", { class: "card" }, h("div", { class: "words" }, h("strong", { class: "title" }, `${kind || "Unknown"} template`), h("pre", { tabindex: "0" }, JSON.stringify(payload, null, 2))));
  }

  function utility(item, order, c) {
    const shown = item.utility;
    if (shown) {
      return h("div", { class: "card talk" }, shown.image ? h("div", { class: "hero" }, picture({ url: text(shown.image) }, c, "Picture")) : null,
        h("div", { class: "words" }, shown.header ? h("strong", { class: "title", dir: "auto" }, shown.header) : null, h("span", { class: "body", dir: "auto" }, shown.body)), buttons(item, shown.buttons, order, c));
    }
    // A request that was never made, for a template that nobody described here.
    const given = item.payload.template;
    const code = isObject(given.language) ? text(given.language.code) : "";
    const values = objects(given.components).map((part) => h("div", {}, h("dt", {}, text(part.type).toLowerCase()), objects(part.parameters).map((each) => h("dd", { dir: "auto" }, text(each.text) || text(each.payload) || text(each.url) || text(each.type)))));
    if (text(given.components)) values.push(h("div", {}, h("dt", {}, "components"), h("dd", { dir: "auto" }, text(given.components))));
    return h("div", { class: "card" }, h("div", { class: "words" }, h("small", {}, "Utility template"), h("strong", { class: "title", dir: "auto" }, text(given.name)), h("small", {}, code), values.length ? h("dl", { class: "values" }, values) : null));
  }

  // ----------------------------------------------------------------- a row

  function content(item, c) {
    if (item.kind === "incoming") {
      if (item.deleted) return [h("div", { class: "bubble gone" }, "took a message back")];
      const shown = item.attachments.map((each) => attached(each, c));
      return [item.text ? said(item.text) : null, shown];
    }
    const payload = item.payload;
    const order = numbers(item);
    if (isObject(payload.template)) return [utility(item, order, c)];
    if (item.utility) return [utility(item, order, c)];
    if (text(payload.text)) return said(text(payload.text));
    if (isObject(payload.attachment)) {
      const inner = isObject(payload.attachment.payload) ? payload.attachment.payload : {};
      const kind = text(payload.attachment.type);
      return [kind === "template" ? template(item, inner, order, c) : media(kind, source(item, inner), c)];
    }
    const several = objects(payload.attachments);
    if (several.length) return [h("div", { class: `album of-${Math.min(several.length, 3)}` }, several.map((each) => media(text(each.type), source(item, isObject(each.payload) ? each.payload : {}), c)))];
    if (payload.sticker_id !== undefined) return [h("div", { class: "media sticker" }, text(payload.sticker_id) === "369239263222822" ? h("span", { class: "thumbs-up", role: "img", "aria-label": "Thumb up" }, "👍") : placeholder("image", { id: "" }, `Sticker ${text(payload.sticker_id)}`))];
    return [h("div", { class: "bubble" }, JSON.stringify(payload))];
  }

  function attached(each, c) {
    const payload = isObject(each.payload) ? each.payload : {};
    if (each.type === "location") {
      const place = isObject(payload.coordinates) ? payload.coordinates : {};
      return h("div", { class: "bubble" }, `📍 ${text(place.lat)}, ${text(place.long)}`);
    }
    if (text(payload.sticker_id) === "369239263222822") return h("div", { class: "media sticker" }, h("span", { class: "thumbs-up", role: "img", "aria-label": "Thumb up" }, "👍"));
    return media(text(each.type), { url: text(payload.url) }, c);
  }

  // Signs that are text by themselves, such as the heart, are asked for in colour.
  const coloured = (emoji) => (/^\p{Emoji}$/u.test(emoji) && !/\p{Emoji_Presentation}/u.test(emoji) ? `${emoji}\ufe0f` : emoji);

  function reactions(list) {
    if (!list || !list.length) return null;
    const signs = [...new Set(list.map((each) => coloured(each.emoji)))].slice(0, 6);
    return h("div", { class: "reactions", role: "img", "aria-label": `Reactions: ${signs.join(" ")}` }, signs, list.length > 1 ? ` ${list.length}` : "");
  }

  function message(item, c) {
    const theirs = item.kind === "incoming";
    const who = theirs ? c.person.name : item.persona ? item.persona.name : c.page.name;
    const small = [item.edited ? "edited" : "", item.tapped === "postback" ? "tapped" : "", item.under || "", item.silent ? item.silent.toLowerCase().replace("_", " ") : ""].filter(Boolean);
    const row = h("article", { class: `row ${theirs ? "theirs" : "pages"}`, "aria-label": `${who}, ${clock(item.at)}`, "data-mid": item.id, tabindex: "-1" },
      theirs ? null : avatar(who, item.persona ? "persona" : "page"),
      h("div", { class: "column" },
        item.persona ? h("div", { class: "who", dir: "auto" }, who) : null,
        item.quote ? h("div", { class: "quote" }, h("small", {}, icon("reply"), item.quote.theirs === theirs ? "Replied to themselves" : theirs ? `Replied to ${c.page.name}` : `Replied to ${c.person.name}`), h("div", { class: "quoted", dir: "auto" }, item.quote.text)) : null,
        h("div", { class: "body" }, content(item, c), reactions(item.reactions)),
        small.length ? h("div", { class: "under" }, small.join(" · ")) : null),
      c.tools && !item.deleted ? c.tools(item) : null);
    row.title = new Date(item.at).toLocaleString();
    return row;
  }

  function refusal(item, c) {
    const code = item.subcode ? `${item.code}/${item.subcode}` : String(item.code);
    const words = item.message.replace(/^\(#\d+\) /, "");
    const label = `Refused by Meta, code ${code}`;
    const reason = h("div", { class: "box" }, icon("warn"), h("div", {}, h("div", {}, h("strong", {}, "Refused by Meta"), h("code", { class: "code" }, code)),
      h("p", { dir: "auto" }, Words.parts(words).map((part) => (part.href ? link(part) : part.text))), h("small", {}, `${item.method} ${item.path}`)));
    if (!item.payload) return h("article", { class: "row refusal", "aria-label": label, tabindex: "-1" }, reason);
    // What the person would have seen; nothing of it can be tapped.
    const still = { ...c, act: null };
    return h("article", { class: "row pages refused", "aria-label": label, tabindex: "-1" }, avatar(c.page.name, "page"),
      h("div", { class: "column" }, h("s", { class: "body" }, content({ ...item, kind: "message" }, still)), reason));
  }

  // Typing and seen are shown where they belong; a reaction sits on its bubble.
  const QUIET = new Set(["typing_on", "typing_off", "mark_seen", "react", "unreact", "edits", "deletes"]);

  function item(record, c) {
    if (record.kind === "message" || record.kind === "incoming") return message(record, c);
    if (record.kind === "refusal") return refusal(record, c);
    if (QUIET.has(record.action)) return null;
    const who = record.kind === "gesture" ? c.person.name : c.page.name;
    return h("div", { class: "row note", dir: "auto" }, `${who} ${record.words}`);
  }

  const separator = (at, now) => h("div", { class: "row when" }, day(at, now));

  function typing(c) {
    return h("div", { class: "row pages typing" }, avatar(c.page.name, "page"), h("div", { class: "bubble dots", role: "img", "aria-label": `${c.page.name} is typing` }, h("i"), h("i"), h("i")));
  }

  return { h, icon, avatar, item, separator, typing, coloured, clock, when, day, address };
})();
