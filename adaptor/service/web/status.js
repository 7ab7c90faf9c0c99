// Shows the newest figures while the page is open; without scripts, reload it.
"use strict";
const every = 5000;
async function refresh() {
  const main = document.querySelector("main[data-live]");
  if (!main || document.hidden || main.contains(document.activeElement)) return;
  const answer = await fetch(location.href, {credentials: "same-origin", redirect: "error"}).catch(() => null);
  const state = document.getElementById("live");
  if (!answer || !answer.ok) {
    if (state) state.textContent = "The service does not answer: these figures are old.";
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main[data-live]");
  if (fresh && !main.contains(document.activeElement)) main.replaceChildren(...fresh.childNodes);
}
setInterval(refresh, every);
