// What a program needs to write to this sandbox, each part ready to be copied.
"use strict";

const Connection = (() => {
  const { h } = Draw;

  async function copy(words, button) {
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = "Copied";
    } catch {
      // Without permission: select it, so that the keyboard copies.
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  }

  function line(label, words) {
    const button = h("button", { type: "button", class: "quiet", "data-key": `copy ${label}`, "aria-label": `Copy the ${label.toLowerCase()}`, onclick: () => copy(words, button) }, "Copy");
    return h("div", { class: "fact" }, h("h3", {}, label), h("div", { class: "copied" }, h("code", { tabindex: "0", "aria-label": label }, words), button));
  }

  function draw(facts) {
    const token = facts.access_token;
    const file = JSON.stringify({ base_url: facts.base_url, access_token: token }, null, 2);
    return h("div", { class: "connection" },
      line("Base URL", facts.base_url),
      token ? line("Access token", token) : h("div", { class: "fact" }, h("h3", {}, "Access token"), h("p", { class: "hint" }, "The one that was given to the sandbox. It may be a real one, so this page does not show it.")),
      token ? line("Credentials file", file) : null,
      h("p", { class: "hint" }, "Save it as ", h("code", {}, "credentials.json"), " and run ", h("code", {}, "adaptor run job.py -c credentials.json"), ". ", h("code", {}, "adaptor sandbox --credentials FILE"), " writes it for you. Any other client of the Graph API works too: give it this base URL and token."));
  }

  return { draw };
})();
