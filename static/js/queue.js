/* j and k lead down and up the queue while it has the focus. Everything works without them. */
"use strict";
{
  const queue = document.querySelector(".queue");
  queue?.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const links = [...queue.querySelectorAll("tbody th a")];
    const row = event.target.closest("tr");
    const here = links.findIndex((link) => row?.contains(link));
    links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
    event.preventDefault();
  });
}
