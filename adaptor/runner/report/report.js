// Searches and folds the list of recipients; the page can be read without it.
"use strict";

(() => {
  const controls = document.getElementById("controls");
  const groups = [...document.querySelectorAll("details.group")];

  // A tile leads to its group, which may be folded.
  for (const tile of document.querySelectorAll("a.tile")) {
    tile.addEventListener("click", () => {
      const group = document.getElementById(tile.hash.slice(1));
      if (group) group.open = true;
    });
  }
  if (!controls) return;
  controls.hidden = false;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const buttons = [...controls.querySelectorAll("button")];
  const rows = groups.map((group) => [...group.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]));
  let before = null;

  function narrow() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = buttons.filter((button) => button.getAttribute("aria-pressed") === "true").map((button) => button.dataset.filter);
    // What was open before the search is open again after it.
    if (words.length && !before) before = groups.map((group) => group.open);
    let shown = 0;
    groups.forEach((group, index) => {
      let fits = 0;
      for (const [row, text] of rows[index]) {
        row.hidden = !words.every((word) => text.includes(word));
        fits += row.hidden ? 0 : 1;
      }
      const isChosen = !chosen.length || chosen.includes(group.dataset.outcome);
      group.hidden = !isChosen || (words.length > 0 && !fits);
      if (words.length) group.open = fits > 0;
      else if (before) group.open = before[index];
      if (!group.hidden) shown += fits;
    });
    if (!words.length) before = null;
    found.textContent = words.length ? `${shown.toLocaleString("en")} ${shown === 1 ? "recipient fits" : "recipients fit"}.` : "";
  }

  search.addEventListener("input", narrow);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const is = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(is));
      narrow();
      if (is) for (const group of groups) if (group.dataset.outcome === button.dataset.filter) group.open = true;
    });
  }
})();
