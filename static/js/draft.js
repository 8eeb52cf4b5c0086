/* Saves what is typed by itself. Without it every button saves, too. What the server does not have
   yet is kept in this browser, and forgotten as soon as it has it, or when one signs out. */

(() => {
  "use strict";

  const BESIDE = "draft:";
  const shelf = (() => {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  })();

  const forget = () => {
    for (const name of Object.keys(shelf || {})) {
      if (name.startsWith(BESIDE)) shelf.removeItem(name);
    }
  };

  for (const form of document.querySelectorAll('form[action*="/sign-out/"]')) {
    form.addEventListener("submit", forget);
  }

  /* If a page of ours has answered what was sent, the server has those words. Whoever comes back
     from an error page by "back" has had no answer. */
  const SENT = "draft-sent";
  const sent = sessionStorage.getItem(SENT);
  const [way] = performance.getEntriesByType("navigation");
  const came = document.referrer && new URL(document.referrer).pathname;
  if (sent && way?.type === "navigate" && sent.endsWith(`:${came}`)) shelf?.removeItem(sent);
  sessionStorage.removeItem(SENT);

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const told = document.getElementById("saved");
  /* Whose form it is stands in the name: another account on this machine does not get it. */
  const place = `${BESIDE}${form.dataset.draft}:${location.pathname}`;
  const entries = (but) => [...new FormData(form)].filter(([name]) => !but.includes(name));
  const written = () => JSON.stringify(entries(["key", "seen", "tab"]));
  let saved = written();
  let going = false;

  /* With what its writer saw: so whoever was faster meanwhile is found out, and nothing is lost. */
  const keep = () => {
    try {
      shelf?.setItem(place, JSON.stringify(entries(["key"])));
    } catch {
      /* Full or forbidden: the form itself still has them. */
    }
  };

  const save = async () => {
    const words = written();
    if (going || words === saved) return;
    going = true;
    keep();
    const body = new FormData(form);
    body.set("by_itself", "1");
    try {
      const answer = await fetch(location.href, {
        method: "POST",
        body: new URLSearchParams(body),
        keepalive: words.length < 60000,
        redirect: "error",
      });
      const said = await answer.json();
      if (!said.saved && !said.signed_out) throw new Error();
      saved = words;
      shelf?.removeItem(place);
      told.textContent = said.twice ? form.dataset.twice : form.dataset.saved;
      if (said.signed_out) told.textContent = form.dataset.ended;
    } catch {
      told.textContent = form.dataset.kept;
    }
    going = false;
  };

  const found = shelf?.getItem(place);
  if (found) {
    const TICKED = "[type=checkbox], [type=radio]";
    const times = {};
    /* A page that was opened anew may have too few fields for what was typed. */
    const room = (name, last) => {
      const field = last ? last.cloneNode() : document.createElement("textarea");
      field.removeAttribute("id");
      field.name = name;
      field.setAttribute("aria-label", name);
      (last || told).insertAdjacentElement(last ? "afterend" : "beforebegin", field);
      return field;
    };
    const named = (name) => [...form.elements].filter((one) => one.name === name);
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value] of JSON.parse(found)) {
      const all = named(name);
      const one = all.find((other) => other.value === value && other.matches(TICKED));
      if (one) one.checked = true;
      else {
        times[name] = (times[name] || 0) + 1;
        const field = all[times[name] - 1] || room(name, all.at(-1));
        field.value = value;
      }
    }
    if (written() === saved) shelf.removeItem(place);
    else told.textContent = form.dataset.found;
    save();
  }

  setInterval(save, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("online", save);
  form.addEventListener("submit", () => {
    keep();
    sessionStorage.setItem(SENT, place);
    going = true;
  });
})();
