// What developers see beside the conversation.
"use strict";

const Panel = (source, tools) => {
  const { h, icon } = Draw;
  const TABS = [["calls", "Calls"], ["faults", "Faults"], ["clock", "Clock"], ["webhooks", "Webhooks"], ["connection", "Connect"]];
  let visible = false;
  let tab = "calls";
  let seen = null;
  let timer = null;
  let facts = null;
  // Calls of the open person only.
  let only = false;
  const opened = new Set();

  const body = h("div", { class: "body", role: "tabpanel", id: "panel-body", "aria-labelledby": "tab-calls", tabindex: "0" });
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Developer panel", onkeydown: (event) => {
    const at = TABS.findIndex(([name]) => name === tab);
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    choose(TABS[(at + step + TABS.length) % TABS.length][0]);
    document.getElementById(`tab-${tab}`).focus();
  } }, TABS.map(([name, label]) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel-body", onclick: () => choose(name) }, label)));
  const element = h("section", { class: "panel", "aria-label": "Developer panel", onkeydown: (event) => { if (event.key === "Escape") tools.close(); } },
    h("div", { class: "bar" }, h("h2", {}, "Behind the scenes"), h("button", { type: "button", class: "round", "aria-label": "Close the developer panel", onclick: () => tools.close() }, icon("close"))), tabs, body);
  mark();

  function mark() {
    for (const [name] of TABS) {
      const button = tabs.querySelector(`#tab-${name}`);
      button.setAttribute("aria-selected", String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `tab-${tab}`);
  }

  function choose(name) {
    tab = name;
    mark();
    draw(true);
  }

  function show(is) {
    visible = is;
    if (is) look();
  }

  // Twice a second at most.
  function changed() {
    if (!visible || timer) return;
    timer = setTimeout(() => { timer = null; look(); }, 500);
  }

  async function look() {
    const person = tools.person();
    const found = await source.look(only && person ? person.id : null);
    facts = facts || (await source.connection());
    if (!found) return;
    seen = found;
    draw(false);
  }

  async function act(name, details) {
    const done = await tools.act(name, details);
    await look();
    return done;
  }

  function draw(whole) {
    if (!seen) return;
    // A form that somebody fills in stays as it is.
    const active = document.activeElement;
    const busy = body.contains(active) && /^(INPUT|SELECT)$/.test(active.tagName) && !active.dataset.key;
    if (!whole && busy) return;
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    body.replaceChildren(...{ calls, faults, clock, webhooks, connection }[tab]());
    if (focused) {
      const again = [...body.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused);
      if (again) again.focus();
    }
  }

  function fold(key, kind, head, parts) {
    const box = h("details", { class: kind }, h("summary", { "data-key": key }, head), parts.map(([label, words]) => [h("h4", {}, label), h("pre", { tabindex: "0", "aria-label": label }, words)]));
    box.open = opened.has(key);
    box.addEventListener("toggle", () => { if (box.open) opened.add(key); else opened.delete(key); });
    return box;
  }

  function calls() {
    const person = tools.person();
    const box = h("input", { type: "checkbox", id: "only-person", "data-key": "only", onchange: () => { only = box.checked; look(); } });
    box.checked = only && person !== null;
    const narrow = person ? h("label", { class: "check narrow", dir: "auto" }, box, `Only calls about ${person.name}`) : null;
    if (!seen.calls.length) return [narrow, h("p", { class: "hint" }, box.checked ? `No call about ${person.name} yet.` : "No call yet. Each one shows here: what was asked, and what Meta would answer.")].filter(Boolean);
    return [narrow, ...seen.calls.map((call) => fold(`${call.at} ${call.path} ${call.asked.length}`, call.status >= 400 || call.code || call.fault ? "call bad" : "call", [
      h("span", { class: "first" }, h("span", { class: "status" }, String(call.status)), h("strong", { class: "whom", dir: "auto" }, whom(call)), h("span", { class: "kind" }, call.kind), h("time", {}, Draw.clock(call.at))),
      h("span", { class: "second" }, call.code ? h("span", { class: "fault" }, call.code) : null, call.fault ? h("span", { class: "fault" }, call.fault) : null, h("span", { class: "path", dir: "auto" }, call.text || `${call.method} ${call.path}`)),
    ], [["Call", `${call.method} ${call.path}`], ["Request", call.asked], ["Response", call.answer]]))].filter(Boolean);
  }

  function whom(call) {
    const others = call.people.length - 1;
    if (others < 0) return tools.page();
    return others ? `${call.people[0]} and ${others} more` : call.people[0];
  }

  function connection() {
    return facts ? [Connection.draw(facts)] : [h("p", { class: "hint" }, "The sandbox does not answer.")];
  }

  function faults() {
    const state = seen.faults;
    const kind = h("select", { id: "fault-kind" }, state.names.map(([name, words]) => h("option", { value: name }, `${name} – ${words}`)));
    const which = h("select", { id: "fault-which" }, [["1", "the next call"], ["3", "the next 3 calls"], ["1000000", "every call from now on"], ["0.1", "a tenth of all calls"], ["0.5", "half of all calls"]].map(([value, words]) => h("option", { value }, words)));
    const on = h("select", { id: "fault-on" }, [["messages", "to the Send API"], ["", "of any kind"], ["batch", "that are a batch"]].map(([value, words]) => h("option", { value }, words)));
    const delivered = h("input", { type: "checkbox", id: "fault-delivered" });
    const accident = h("label", { class: "check" }, delivered, "carried out before the answer is lost");
    // Of the others it is known.
    kind.addEventListener("change", () => { accident.hidden = !["lost", "reset"].includes(kind.value); });
    const order = () => {
      const value = Number(which.value);
      act("fault", { kind: kind.value, on: on.value, delivered: delivered.checked, ...(value < 1 ? { share: value } : { times: value }) });
      kind.blur();
    };
    return [
      h("div", { class: "group" }, h("h3", {}, "Let something go wrong"), h("label", { for: "fault-kind" }, "What"), kind, h("label", { for: "fault-which" }, "With"), which, h("label", { for: "fault-on" }, "Only calls"), on,
        accident, h("button", { type: "button", class: "strong", "data-key": "order", onclick: order }, "Switch on")),
      h("div", { class: "group" }, h("h3", {}, "Ordered"), state.orders.length ? h("ul", {}, state.orders.map((words) => h("li", {}, words))) : h("p", { class: "hint" }, "Nothing goes wrong by order."),
        h("p", { class: "hint" }, `${state.happened} happened so far.`), h("button", { type: "button", class: "quiet", "data-key": "clear", onclick: () => act("clear_faults") }, "Let all go well")),
      h("div", { class: "group" }, h("h3", {}, "Access and limits"),
        h("button", { type: "button", class: "quiet", "data-key": "token", "aria-pressed": String(state.token_refused), onclick: () => act(state.token_refused ? "renew_token" : "expire_token") }, state.token_refused ? "Accept the token again" : "Let the token expire"),
        h("button", { type: "button", class: "quiet", "data-key": "rates", "aria-pressed": String(state.rates), onclick: () => act("limit_rates", { on: !state.rates }) }, state.rates ? "Lift Meta's rate limits" : "Let Meta's rate limits hold")),
    ];
  }

  function clock() {
    const offset = Math.round(seen.offset);
    const hours = Math.floor(Math.abs(offset) / 3600);
    const minutes = Math.round((Math.abs(offset) % 3600) / 60);
    const step = (words, seconds) => h("button", { type: "button", class: "quiet", "data-key": words, onclick: () => act("advance", { seconds }) }, words);
    return [h("div", { class: "group" }, h("h3", {}, "The sandbox's time"), h("p", { class: "now" }, new Date(seen.now).toLocaleString()),
      h("p", { class: "hint" }, offset ? `${hours} h ${minutes} min ${offset > 0 ? "ahead of" : "behind"} the real time.` : "The real time."),
      h("div", { class: "steps" }, step("+ 1 minute", 60), step("+ 1 hour", 3600), step("+ 23 hours", 82800), step("+ 1 day", 86400), step("+ 7 days", 604800), step("− 1 hour", -3600)),
      h("button", { type: "button", class: "quiet", "data-key": "reset", onclick: () => act("reset_clock") }, "Back to the real time"))];
  }

  function webhooks() {
    const url = h("input", { type: "url", id: "hook-url", placeholder: "http://127.0.0.1:8000/webhook", value: seen.webhook ? seen.webhook.url : "" });
    const verify = h("input", { type: "text", id: "hook-token", autocomplete: "off" });
    const subscribe = async () => {
      if (await act("subscribe", { url: url.value, verify_token: verify.value })) tools.toast("Subscribed.");
      draw(true);
    };
    return [
      h("div", { class: "group" }, h("h3", {}, "Where webhooks go"), seen.webhook ? h("p", { class: "hint" }, seen.webhook.active ? `${seen.webhook.fields.length} fields, to ${seen.webhook.url}` : "Unsubscribed after an hour of failures.") : h("p", { class: "hint" }, "Nobody is subscribed."),
        h("label", { for: "hook-url" }, "Address"), url, h("label", { for: "hook-token" }, "Verify token"), verify, h("button", { type: "button", class: "strong", "data-key": "subscribe", onclick: subscribe }, "Subscribe")),
      seen.deliveries.length ? seen.deliveries.map((each) => fold(`${each.at} ${each.signature} ${each.attempt}`, each.status === 200 ? "call" : "call bad", [
        h("span", { class: "status" }, each.status ? String(each.status) : "–"), h("span", { class: "path" }, each.url), each.attempt > 1 ? h("span", { class: "fault" }, `attempt ${each.attempt}`) : null, h("time", {}, Draw.clock(each.at)),
      ], [["Body", each.body], ["X-Hub-Signature-256", each.signature], ...(each.problem ? [["Problem", each.problem]] : [])])) : h("p", { class: "hint" }, "Nothing was delivered yet."),
    ].flat();
  }

  return { element, show, changed };
};
