// The page of a running sandbox: everything comes from its server, and what is done goes there.
"use strict";

(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const token = meta("sandbox-token");
  const run = meta("sandbox-run");
  // With ?web the page may load pictures from the web; its policy forbids it otherwise.
  const web = new URLSearchParams(location.search).has("web");

  async function get(name, details) {
    try {
      const answer = await fetch(`/sandbox/${name}?${new URLSearchParams(details)}`);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  async function post(name, body, type) {
    try {
      const answer = await fetch(`/sandbox/${name}`, { method: "POST", headers: { "X-Sandbox-Token": token, "Content-Type": type }, body });
      return await answer.json();
    } catch {
      return { problem: "The sandbox does not answer: it has ended, or is about to start again." };
    }
  }

  const source = {
    live: true,
    sent: true,
    people: (search, skip) => get("people", { search, skip }),
    room: (thread, details) => get("room", { thread, ...details }),
    act: (wish) => post("act", JSON.stringify(wish), "application/json"),
    sendFile: (psid, file) => post(`file?${new URLSearchParams({ psid })}`, file, file.type || "application/octet-stream"),
    look: (thread) => get("panel", thread === null ? {} : { thread }),
    connection: () => get("connection", {}),
    drawConnection: (facts) => Connection.draw(facts),
    media: (url) => (url && (url.startsWith("/sandbox/files/") || (web && Draw.address(url))) ? url : null),
    web,
  };
  source.panel = (tools) => Panel(source, tools);
  const app = App(source);

  let stream = null;
  let lost = false;
  function listen() {
    if (stream) return;
    stream = new EventSource("/sandbox/events");
    stream.addEventListener("hello", (event) => {
      // Another run of the sandbox has another token.
      if (JSON.parse(event.data).run !== run) location.reload();
      else app.changed([], ["profile"], true);
      lost = false;
    });
    stream.addEventListener("change", (event) => {
      const told = JSON.parse(event.data);
      app.changed(told.threads, told.kinds, told.many);
    });
    stream.addEventListener("error", () => {
      if (!lost) app.toast("The sandbox does not answer any more. This page goes on when it is back.", "bad");
      lost = true;
    });
  }
  // A browser has few connections to one server: a page that nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stream) {
      stream.close();
      stream = null;
    } else if (!document.hidden) listen();
  });
  app.start().then(() => { if (!document.hidden) listen(); });
})();
