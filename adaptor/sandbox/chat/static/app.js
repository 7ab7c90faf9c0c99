// The list of people and one conversation. Where they come from, and whether one can answer, is the source's business.
"use strict";

const App = (source) => {
  const { h, icon, avatar } = Draw;
  const MOST = 400;
  const PIECE = 60;
  const GAP = 15 * 60 * 1000;
  // After these acts of a person a bubble of theirs follows.
  const BUBBLES = new Set(["taps", "says", "sticker", "feedback", "details"]);
  const EMOJI = ["❤", "😆", "😮", "😢", "😠", "👍"];

  let thread = null;
  let room = null;
  let rows = [];
  let first = 0;
  let last = 0;
  let total = 0;
  let skew = 0;
  let loading = false;
  let waiting = false;
  let sticks = true;
  let reply = null;
  let people = [];
  let search = "";
  let shown = 0;
  let typingEnds = 0;
  const drafts = new Map();
  const now = () => Date.now() + skew;

  const c = {
    page: { name: "The Page" },
    person: { name: "" },
    media: source.media,
    act: source.act ? (name, details) => act(name, details) : null,
    tools: source.act ? tools : null,
  };

  // --------------------------------------------------------------- layout

  const status = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  const toasts = h("div", { class: "toasts", role: "region", "aria-label": "Notices" });
  const names = h("ul", { class: "people", "aria-label": "People" });
  const more = h("button", { type: "button", class: "quiet", hidden: true, onclick: () => listMore() }, "Show more people");
  const finder = h("input", { type: "search", placeholder: "Search people", "aria-label": "Search people", oninput: () => { search = finder.value; refreshPeople(); } });
  const title = h("h2", { class: "page" }, "Messenger sandbox");
  const subtitle = h("p", { class: "hint" }, "");
  const list = h("nav", { class: "list", "aria-label": "Conversations" },
    h("div", { class: "bar" }, h("div", { class: "titles" }, title, subtitle), source.act ? h("button", { type: "button", class: "round", "aria-label": "Add somebody", onclick: () => addSomebody() }, icon("plus")) : null),
    h("div", { class: "finder" }, finder), names, more);

  const log = h("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": "Messages" });
  const inner = h("div", { class: "inner" });
  const intro = h("div", { class: "intro", hidden: true });
  // Only before the first message: what Messenger shows to people who come for the first time.
  const welcome = h("div", { class: "welcome", role: "group", "aria-label": "Welcome screen", hidden: true });
  log.append(intro, welcome, inner);
  const newest = h("button", { type: "button", class: "newest", hidden: true, onclick: () => (last < total ? open(thread, true) : toEnd()) }, "Newest messages");
  const face = h("span", { class: "face" });
  const heading = h("h2", { dir: "auto" }, "");
  const chip = h("span", { class: "chip" });
  const known = h("span", { class: "hint ids" });
  const back = h("button", { type: "button", class: "round back", "aria-label": "Back to all people", onclick: () => show("list") }, icon("back"));
  const personal = source.act ? h("button", { type: "button", class: "round", "aria-label": "What this person can do", "aria-haspopup": "true", "aria-expanded": "false" }, icon("more")) : null;
  const toggle = source.panel ? h("button", { type: "button", class: "round", "aria-label": "Developer panel", "aria-pressed": "false", onclick: () => togglePanel() }, icon("code")) : null;
  const notice = h("div", { class: "notice", hidden: true });
  const replies = h("div", { class: "replies", role: "group", "aria-label": "Quick replies" });
  const quoting = h("div", { class: "quoting", hidden: true });
  const field = h("textarea", { rows: "1", "aria-label": "Write as this person", placeholder: "Aa", dir: "auto", maxlength: "20000" });
  const menu = h("button", { type: "button", class: "round", "aria-label": "Menu of the Page", "aria-haspopup": "true", "aria-expanded": "false", hidden: true }, icon("menu"));
  const picker = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true" });
  const photo = h("button", { type: "button", class: "round", "aria-label": "Send a photo or file", onclick: () => picker.click() }, icon("photo"));
  const thumb = h("button", { type: "button", class: "round", "aria-label": "Send a thumb up", onclick: () => act("sticker") }, icon("thumb"));
  const send = h("button", { type: "submit", class: "round filled", "aria-label": "Send", hidden: true }, icon("send"));
  const composer = h("form", { class: "composer", hidden: true, onsubmit: (event) => { event.preventDefault(); say(); } }, menu, photo, picker, field, send, thumb);
  const empty = h("div", { class: "empty" });
  const main = h("section", { class: "room", "aria-label": "Conversation" },
    h("div", { class: "bar" }, back, face, h("div", { class: "titles" }, heading, h("div", { class: "facts" }, chip, known)), personal, toggle),
    notice, h("div", { class: "stage" }, log, newest, empty), replies, quoting, composer);
  const panel = source.panel ? source.panel({ act, toast, close: () => togglePanel(false), now, page: () => c.page.name, person: () => (room && !room.person.nobody ? { id: thread, name: room.person.name } : null) }) : null;
  const shell = h("main", { class: "shell", "data-view": "list" }, h("h1", { class: "unseen" }, "Messenger sandbox"), list, main, panel ? panel.element : null);
  document.getElementById("app").append(shell, toasts, status);

  function show(view) {
    shell.dataset.view = view;
    if (view === "list") {
      const current = names.querySelector("[aria-current]");
      if (current) current.focus();
    }
  }

  function togglePanel(wanted) {
    const is = wanted === undefined ? shell.dataset.panel !== "open" : wanted;
    shell.dataset.panel = is ? "open" : "shut";
    toggle.setAttribute("aria-pressed", String(is));
    panel.show(is);
    if (!is) toggle.focus();
  }

  function toast(words, kind, link) {
    const note = h("div", { class: `toast ${kind || ""}`, role: kind === "bad" ? "alert" : "status" }, h("span", { dir: "auto" }, words),
      link ? h("a", { href: link.href, target: "_blank", rel: "noopener noreferrer" }, "Open") : null,
      h("button", { type: "button", class: "round small", "aria-label": "Dismiss", onclick: () => note.remove() }, icon("close")));
    toasts.append(note);
    setTimeout(() => note.remove(), link || kind === "bad" ? 12000 : 5000);
  }

  // A small menu below or above its button; Escape, a choice and a click elsewhere close it.
  function popover(owner, choices, label) {
    const close = (focus) => {
      box.remove();
      owner.setAttribute("aria-expanded", "false");
      document.removeEventListener("pointerdown", outside, true);
      if (focus) owner.focus();
    };
    const outside = (event) => { if (!box.contains(event.target) && !owner.contains(event.target)) close(false); };
    const box = h("div", { class: "popover", role: "menu", "aria-label": label, onkeydown: (event) => {
      const entries = [...box.querySelectorAll("button")];
      const at = entries.indexOf(document.activeElement);
      if (event.key === "Escape") close(true);
      else if (event.key === "ArrowDown" || event.key === "ArrowRight") entries[(at + 1) % entries.length].focus();
      else if (event.key === "ArrowUp" || event.key === "ArrowLeft") entries[(at - 1 + entries.length) % entries.length].focus();
      else if (event.key === "Tab") close(false);
      else return;
      if (event.key !== "Tab") event.preventDefault();
    } }, choices.map(([words, choose, more]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", class: more || null, onclick: () => { close(true); choose(); } }, h("span", { dir: "auto" }, words))));
    if (owner.getAttribute("aria-expanded") === "true") return;
    owner.setAttribute("aria-expanded", "true");
    document.body.append(box);
    const place = owner.getBoundingClientRect();
    const left = Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8));
    const above = place.top > innerHeight / 2;
    box.style.setProperty("left", `${left}px`);
    box.style.setProperty("top", `${above ? Math.max(8, place.top - box.offsetHeight - 6) : place.bottom + 6}px`);
    document.addEventListener("pointerdown", outside, true);
    const head = box.querySelector("button");
    if (head) head.focus();
  }

  function addSomebody() {
    const given = h("input", { type: "text", name: "first_name", id: "given", autocomplete: "off", maxlength: "60" });
    const family = h("input", { type: "text", name: "last_name", id: "family", autocomplete: "off", maxlength: "60" });
    const dialog = h("dialog", { "aria-labelledby": "add-title" }, h("form", { onsubmit: async (event) => {
      event.preventDefault();
      dialog.close();
      const made = await act("add_person", { first_name: given.value, last_name: family.value });
      if (made) await open(made.psid);
    } }, h("h2", { id: "add-title" }, "Add somebody"), h("p", { class: "hint" }, "They have not written yet: no window is open, and they see how a conversation with the Page begins."),
    h("label", { for: "given" }, "First name"), given, h("label", { for: "family" }, "Last name"), family,
    h("div", { class: "choices" }, h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "strong" }, "Add"))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  // ----------------------------------------------------------------- list

  function entry(person) {
    const current = person.id === thread;
    const words = person.last ? `${person.theirs || person.refused ? "" : "Page: "}${person.last}` : person.blocked ? "has blocked the Page" : "no messages yet";
    const open_ = person.until && person.until > now();
    const state = person.nobody ? null : h("span", { class: `dot ${person.blocked ? "blocked" : open_ ? "open" : "shut"}`, title: person.blocked ? "has blocked the Page" : open_ ? "window open" : "window closed" });
    return h("li", {}, h("button", { type: "button", class: `entry ${person.unread ? "unread" : ""} ${person.refused ? "refused" : ""}`, "aria-current": current ? "true" : null, onclick: () => open(person.id) },
      h("span", { class: "faced" }, avatar(person.name, person.nobody ? "nobody" : ""), state),
      h("span", { class: "lines" }, h("span", { class: "name", dir: "auto" }, person.name), h("span", { class: "last", dir: "auto" }, words)),
      person.at ? h("span", { class: "time" }, Draw.when(person.at, now())) : null,
      person.unread ? h("span", { class: "unseen" }, "not read yet") : null));
  }

  async function refreshPeople() {
    const wanted = search;
    const found = await source.people(wanted, 0, Math.max(shown, 100));
    if (!found || wanted !== search) return;
    people = found.people;
    skew = found.now - Date.now();
    drawPeople(found);
  }

  async function listMore() {
    const found = await source.people(search, people.length);
    people = [...people, ...found.people];
    drawPeople(found);
  }

  function drawPeople(found) {
    shown = people.length;
    const focused = names.contains(document.activeElement) ? [...names.children].indexOf(document.activeElement.closest("li")) : -1;
    const key = focused >= 0 ? names.children[focused].dataset.id : null;
    names.replaceChildren(...people.map((person) => {
      const line = entry(person);
      line.dataset.id = person.id;
      return line;
    }));
    if (key !== null) {
      const again = [...names.children].find((line) => line.dataset.id === key);
      if (again) again.firstChild.focus();
    }
    more.hidden = !found.more;
    title.textContent = found.page.name;
    title.dir = "auto";
    subtitle.textContent = source.note || `Sandbox · ${found.total.toLocaleString()} ${found.total === 1 ? "person" : "people"}`;
    c.page = found.page;
    if (thread === null) drawEmpty(found);
  }

  async function drawEmpty(found) {
    main.classList.add("vacant");
    const nobody = !people.length && !search;
    // A narrow window shows one thing at a time: where the list is empty, how to begin.
    if (nobody) shell.dataset.view = "room";
    else if (shell.dataset.view === "room") shell.dataset.view = "list";
    // Drawn once: what somebody is about to copy must not be replaced.
    if (nobody && source.connection && empty.querySelector(".connection")) return;
    const facts = nobody && source.connection ? await source.connection() : null;
    if (thread !== null) return;
    empty.hidden = false;
    empty.replaceChildren(avatar(found.page.name, "page huge"), h("h2", {}, nobody ? "Nobody is here yet" : "Choose a conversation"),
      h("p", {}, source.act ? nobody ? "Point a program at this sandbox: the people to whom it writes appear here at once. Or add somebody and write to the Page yourself." : "You see what this person sees, and can answer as they would." : nobody ? "No message was drawn." : "You see what each person sees."),
      nobody && source.act ? h("div", { class: "choices" }, h("button", { type: "button", class: "strong", onclick: () => addSomebody() }, "Add somebody")) : null,
      facts ? source.drawConnection(facts) : null);
  }

  // ----------------------------------------------------------------- room

  async function open(psid, again, quiet) {
    if (source.live && thread !== null) drafts.set(thread, field.value);
    thread = psid;
    const found = await source.room(psid, {});
    if (!found || thread !== psid) return;
    main.classList.remove("vacant");
    empty.hidden = true;
    rows = [];
    inner.replaceChildren();
    quote(null);
    take(found);
    first = last = found.first;
    add(found.items, "end");
    sticks = true;
    settle();
    toEnd();
    for (const line of names.children) {
      if (line.dataset.id === psid) line.firstChild.setAttribute("aria-current", "true");
      else line.firstChild.removeAttribute("aria-current");
    }
    if (!again) {
      show("room");
      field.value = drafts.get(psid) || "";
      grow();
      toEnd();
      if (location.hash !== `#${encodeURIComponent(psid)}`) history.replaceState(null, "", `#${encodeURIComponent(psid)}`);
      if (quiet) return;
      if (source.act && matchMedia("(min-width: 720px)").matches && !composer.hidden) field.focus();
      else log.focus();
    }
  }

  // What is known of the conversation as a whole.
  function take(found) {
    room = found;
    total = found.total;
    skew = found.now - Date.now();
    c.page = found.page;
    c.person = found.person;
    face.replaceChildren(avatar(found.person.name, found.person.nobody ? "nobody" : ""));
    heading.textContent = found.person.name;
    document.title = `${found.person.name} · ${found.page.name} · Messenger sandbox`;
    if (panel) panel.changed();
    known.textContent = thread ? `PSID ${thread}` : "";
    intro.replaceChildren(avatar(found.page.name, "page huge"), h("h3", { dir: "auto" }, found.page.name), h("p", { class: "hint" }, source.live ? "A Page of the sandbox on Messenger" : source.note || "Messenger"));
    tellWindow();
    typingEnds = found.typing ? Date.now() + 20000 : 0;
  }

  function tellWindow() {
    if (!room) return;
    const person = room.person;
    chip.hidden = Boolean(person.nobody);
    const left = person.until ? person.until - now() : -1;
    let words = "never wrote: no window";
    let kind = "shut";
    if (person.blocked) [words, kind] = ["has blocked the Page", "blocked"];
    else if (left > 0) {
      const minutes = Math.floor(left / 60000);
      words = `window: ${minutes >= 60 ? `${Math.floor(minutes / 60)} h ` : ""}${minutes % 60} min left`;
      kind = minutes < 120 ? "soon" : "open";
    } else if (person.until) words = "window closed";
    chip.textContent = words;
    chip.className = `chip ${kind}`;
  }

  function drawControls() {
    const person = room.person;
    const acts = Boolean(source.act) && !person.nobody;
    composer.hidden = !acts || person.blocked || room.silent;
    field.setAttribute("aria-label", `Write as ${person.name}`);
    field.placeholder = `Write as ${person.first_name || person.name}`;
    if (personal) personal.hidden = !acts;
    menu.hidden = !(room.menu || []).length;
    const said = [];
    if (person.blocked) said.push(`${person.name} has blocked the Page: nothing reaches them.`, acts ? h("button", { type: "button", class: "quiet", onclick: () => act("unblocks") }, "Unblock") : null);
    else if (room.silent && acts) said.push("The Page has switched typing off.", h("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: (event) => openMenu(event.currentTarget) }, "Open the menu"));
    notice.hidden = !said.length;
    notice.replaceChildren(...said.filter(Boolean));
    const fresh = (room.quick_replies || []).length && last === total ? room.quick_replies : [];
    replies.replaceChildren(...fresh.map((each) => (source.act ? h("button", { type: "button", class: "reply", onclick: () => act("taps", { of: "quick_replies", number: each.number, title: each.title }) }, h("span", { dir: "auto" }, each.title || "picture")) : h("span", { class: "reply" }, h("span", { dir: "auto" }, each.title || "picture")))));
    replies.hidden = !replies.children.length;
    drawWelcome();
  }

  function drawWelcome() {
    const offered = [...(room.ice_breakers || []), ...(room.get_started || [])];
    const greeting = room.greeting ? h("p", { class: "greeting", dir: "auto" }, room.greeting) : null;
    const begin = offered.map((each) => (source.act ? h("button", { type: "button", class: room.get_started.includes(each) ? "strong" : "starter", onclick: () => act("taps", { of: "profile", number: each.number, title: each.title }) }, h("span", { dir: "auto" }, each.title)) : h("span", { class: "starter" }, each.title)));
    welcome.replaceChildren(...[greeting, ...begin].filter(Boolean));
    welcome.hidden = intro.hidden || !welcome.children.length;
  }

  function openMenu(owner) {
    popover(owner, room.menu.map((each) => [each.title, () => act("taps", { of: "profile", number: each.number, title: each.title })]), "Menu of the Page");
  }

  // Put records at one end of what is drawn.
  function add(items, where) {
    const nodes = [];
    const fresh = items.map((record) => ({ record, node: Draw.item(record, c), when: null }));
    let before = where === "end" ? lastDrawn() : null;
    for (const row of fresh) {
      if (!row.node) continue;
      if (!before || row.record.at - before.record.at > GAP) nodes.push((row.when = Draw.separator(row.record.at, now())));
      nodes.push(row.node);
      before = row;
    }
    if (where === "end") {
      rows.push(...fresh);
      last += fresh.length;
      inner.append(...nodes);
    } else {
      const old = rows.find((row) => row.node);
      if (old && old.when && before && old.record.at - before.record.at <= GAP) {
        old.when.remove();
        old.when = null;
      }
      rows.unshift(...fresh);
      first -= fresh.length;
      inner.prepend(...nodes);
    }
  }

  const lastDrawn = () => rows.findLast((row) => row.node) || null;

  function drop(count, where) {
    const gone = where === "end" ? rows.splice(rows.length - count) : rows.splice(0, count);
    for (const row of gone) for (const node of [row.node, row.when]) if (node) node.remove();
    if (where === "end") last -= gone.length;
    else first += gone.length;
  }

  // Change a bubble that is there already.
  function change(mid, details) {
    const row = rows.find((each) => each.record.id === mid);
    if (!row || !row.node) return;
    row.record = { ...row.record, ...details };
    const node = Draw.item(row.record, c);
    row.node.replaceWith(node);
    row.node = node;
  }

  function heed(record) {
    if (record.action === "react" || record.action === "unreact") change(record.mid, { reactions: record.reactions });
    else if (record.action === "edits" && record.text !== null) change(record.mid, { text: record.text, edited: true });
    else if (record.action === "deletes") change(record.mid, { deleted: true });
    else if (record.action === "coupon") reveal(record.payload.coupon_code);
  }

  function reveal(code) {
    for (const { record } of rows) {
      const attachment = record.kind === "message" && record.payload.attachment;
      if (attachment && attachment.payload && attachment.payload.coupon_code === code) change(record.id, { revealed: true });
    }
  }

  // Ticks, typing, and what stands at the end.
  function settle() {
    for (const old of inner.querySelectorAll(".tick, .typing")) old.remove();
    const atEnd = last === total;
    if (atEnd) {
      const page = rows.findLast((row) => row.node && row.record.kind === "message");
      const person = rows.findLast((row) => row.node && row.record.kind === "incoming");
      if (page && source.sent) page.node.after(Draw.h("div", { class: "tick left" }, room.read_at && page.record.at <= room.read_at ? "✓✓ Read" : "✓ Delivered"));
      if (person) person.node.after(Draw.h("div", { class: "tick right" }, room.unseen ? "✓ Sent" : "✓✓ Seen by the Page"));
      if (typingEnds > Date.now()) inner.append(Draw.typing(c));
    }
    newest.hidden = atEnd && sticks;
    intro.hidden = first > 0 || Boolean(room.person.nobody && !thread);
    drawControls();
  }

  async function follow() {
    if (thread === null || loading) return;
    const psid = thread;
    loading = true;
    try {
      const atEnd = last === total;
      const found = await source.room(psid, { after: atEnd ? last - 1 : total + 1e6 });
      if (!found || thread !== psid) return;
      const gap = found.total < last || (atEnd && found.first > last);
      take(found);
      if (gap) {
        rows = [];
        inner.replaceChildren();
        first = last = found.first;
      }
      if (atEnd) {
        add(found.items, "end");
        found.items.forEach(heed);
        if (rows.length > MOST) drop(rows.length - MOST, "start");
        announce(found.items);
      }
      settle();
      if (sticks && atEnd) toEnd();
    } finally {
      loaded();
    }
  }

  function announce(items) {
    const said = items.filter((record) => record.kind === "message" || record.kind === "refusal").slice(-3);
    if (said.length) status.textContent = said.map((record) => (record.kind === "refusal" ? `Refused with code ${record.code}: ${record.message}` : `${c.page.name}: ${record.summary}`)).join(". ");
  }

  async function reach(where) {
    if (loading || thread === null || !room) return;
    const psid = thread;
    loading = true;
    try {
      if (where === "start" && first > 0) {
        const found = await source.room(psid, { before: first });
        if (!found || thread !== psid || found.last !== first) return;
        const height = log.scrollHeight;
        const at = log.scrollTop;
        add(found.items, "start");
        log.scrollTop = at + log.scrollHeight - height;
        if (rows.length > MOST) drop(rows.length - MOST, "end");
        settle();
      } else if (where === "end" && last < total) {
        const found = await source.room(psid, { before: Math.min(last + PIECE, total) });
        if (!found || thread !== psid) return;
        const at = log.scrollTop;
        const height = log.scrollHeight;
        add(found.items.filter((record) => record.n >= last), "end");
        if (rows.length > MOST) {
          drop(rows.length - MOST, "start");
          log.scrollTop = at - Math.max(0, height - log.scrollHeight);
        }
        settle();
      }
    } finally {
      loaded();
    }
  }

  function toEnd() {
    sticks = true;
    log.scrollTop = log.scrollHeight;
    newest.hidden = last === total;
  }

  log.addEventListener("scroll", () => {
    const left = log.scrollHeight - log.scrollTop - log.clientHeight;
    sticks = left < 80 && last === total;
    newest.hidden = sticks;
    nearEdge();
  }, { passive: true });

  // Load more where an edge is near; while something is loading, as soon as it is there.
  function nearEdge() {
    const left = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (loading) waiting = true;
    else if (log.scrollTop < 300) reach("start");
    else if (left < 300) reach("end");
  }

  function loaded() {
    loading = false;
    if (!waiting) return;
    waiting = false;
    nearEdge();
  }

  new ResizeObserver(() => { if (sticks) log.scrollTop = log.scrollHeight; }).observe(inner);

  // Arrow keys go from message to message; Tab then reaches what can be done with it.
  log.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key) || /^(textarea|input|select|audio|video)$/i.test(event.target.tagName)) return;
    const all = [...inner.querySelectorAll("article")];
    if (!all.length) return;
    const at = all.indexOf(event.target.closest("article"));
    const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : at < 0 ? all.length - 1 : Math.max(0, Math.min(all.length - 1, at + (event.key === "ArrowUp" ? -1 : 1)));
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
    event.preventDefault();
  });
  log.addEventListener("focusin", (event) => {
    const article = event.target.closest("article");
    for (const button of inner.querySelectorAll(".tools button")) button.tabIndex = article && article.contains(button) ? 0 : -1;
  });

  // --------------------------------------------------------------- acting

  async function act(name, details) {
    const psid = thread;
    const answer = await source.act({ act: name, psid, ...details });
    if (answer.problem) {
      toast(answer.problem, "bad");
      return null;
    }
    if (BUBBLES.has(name) && !answer.opens && thread === psid) {
      // The person's own bubble is at the end.
      if (last < total) await open(thread, true);
      else toEnd();
    }
    if (answer.opens) {
      const url = Draw.address(answer.opens);
      if (url) toast(`This button opens ${answer.opens}`, "", url);
      else toast(answer.kind === "phone_number" ? `This button calls ${answer.opens}` : answer.opens);
    }
    return answer;
  }

  function tools(item) {
    const theirs = item.kind === "incoming";
    const tool = (name, label, press, more) => h("button", { type: "button", class: "round small", tabindex: "-1", "aria-label": label, onclick: press, ...more }, icon(name));
    return h("div", { class: "tools" },
      tool("smile", "React", (event) => pick(event.currentTarget, item), { "aria-haspopup": "true", "aria-expanded": "false" }),
      tool("reply", "Reply", () => quote(item)),
      theirs && item.tapped === "message" ? tool("more", "More", (event) => popover(event.currentTarget, [["Edit", () => edit(item)], ["Unsend", () => act("deletes", { mid: item.id }), "bad"]], "This message"), { "aria-haspopup": "true", "aria-expanded": "false" }) : null);
  }

  function pick(owner, item) {
    const record = (rows.find((row) => row.record.id === item.id) || { record: item }).record;
    const own = (record.reactions || []).find((each) => each.theirs);
    popover(owner, [...EMOJI.map((emoji) => [Draw.coloured(emoji), () => act("reacts", { mid: item.id, emoji }), "emoji"]), ...(own ? [["Take back", () => act("reacts", { mid: item.id, emoji: "" })]] : [])], "Reactions");
  }

  function edit(item) {
    const words = h("textarea", { id: "edited", rows: "3", dir: "auto" });
    words.value = item.text;
    const dialog = h("dialog", { "aria-labelledby": "edit-title" }, h("form", { onsubmit: (event) => { event.preventDefault(); dialog.close(); act("edits", { mid: item.id, text: words.value }); } },
      h("h2", { id: "edit-title" }, "Edit message"), h("label", { for: "edited" }, "Text"), words,
      h("div", { class: "choices" }, h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "strong" }, "Save"))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  function quote(item) {
    reply = item;
    quoting.hidden = !item;
    quoting.replaceChildren(...(item ? [h("div", {}, h("strong", {}, "Replying"), h("span", { dir: "auto" }, item.summary || "")), h("button", { type: "button", class: "round small", "aria-label": "Do not reply", onclick: () => { quote(null); field.focus(); } }, icon("close"))] : []));
    if (item) field.focus();
  }

  async function say() {
    const words = field.value;
    if (!words.trim()) return;
    const details = { text: words, ...(reply ? { reply_to: reply.id } : {}) };
    field.value = "";
    grow();
    quote(null);
    sticks = true;
    if (!(await act("says", details)) && !field.value) {
      field.value = words;
      grow();
    }
  }

  function grow() {
    const filled = Boolean(field.value.trim());
    send.hidden = !filled;
    thumb.hidden = filled;
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${Math.min(field.scrollHeight, 140)}px`);
  }

  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      say();
    } else if (event.key === "Escape" && reply) quote(null);
  });
  picker.addEventListener("change", async () => {
    const file = picker.files[0];
    picker.value = "";
    if (!file) return;
    const answer = await source.sendFile(thread, file);
    if (answer.problem) toast(answer.problem, "bad");
    else toEnd();
  });
  menu.addEventListener("click", () => openMenu(menu));
  if (personal) personal.addEventListener("click", () => {
    const person = room.person;
    popover(personal, [
      ["Read the conversation", () => act("reads")],
      person.away ? null : ["Stop reading by themselves", () => act("goes_away")],
      ["Finish linking an account", () => act("links_account")],
      ["Report the conversation", () => act("reports")],
      person.blocked ? ["Unblock the Page", () => act("unblocks")] : ["Block the Page", () => act("blocks"), "bad"],
    ].filter(Boolean), "What this person can do");
  });

  // ---------------------------------------------------------------- life

  setInterval(() => {
    tellWindow();
    if (typingEnds && typingEnds <= Date.now()) {
      typingEnds = 0;
      settle();
    }
  }, 1000);

  async function start() {
    await refreshPeople();
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (location.hash.length > 1) await open(wanted, false, true);
    else if (people.length && matchMedia("(min-width: 720px)").matches) await open(people[0].id, false, true);
  }

  let again = false;
  let busy = false;
  // Told what changed; many changes at once are one look.
  async function changed(threads, kinds, many) {
    if (panel) panel.changed(kinds);
    if (thread !== null && (many || threads.includes(thread) || kinds.some((kind) => ["profile", "clock", "persona", "loaded"].includes(kind)))) {
      while (loading) await new Promise((done) => setTimeout(done, 20));
      await follow();
    }
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      await refreshPeople();
      await new Promise((done) => setTimeout(done, 300));
    }
    busy = false;
  }

  return { start, changed, toast };
};
