// The same page without a server: everything it shows stands in itself.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const fits = (person, search) => search.toLowerCase().split(/\s+/).every((word) => `${person.name} ${person.id}`.toLowerCase().includes(word));
  App({
    live: false,
    sent: data.sent,
    note: data.note,
    act: null,
    panel: null,
    media: (url) => data.files[url] || null,
    people: async (search, skip) => {
      const found = data.people.filter((person) => fits(person, search));
      return { people: found.slice(skip, skip + 100), more: found.length > skip + 100, total: found.length, now: data.now, page: data.page };
    },
    room: async (thread, details) => {
      const room = data.rooms[thread];
      if (!room) return null;
      const last = details.before === undefined ? room.items.length : Math.min(details.before, room.items.length);
      const first = Math.max(0, last - 60);
      return { ...room, items: room.items.slice(first, last), first, last, total: room.items.length };
    },
  }).start();
})();
