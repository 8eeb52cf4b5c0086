/* Autosaves forms. Without this script, every button saves. Text that the server does not have yet is
   stored in this browser, and removed once the server has it or when the person signs out. */

(() => {
  "use strict";

  const PREFIX = "draft:";
  const storage = (() => {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  })();

  const clearStorage = () => {
    for (const name of Object.keys(storage || {})) {
      if (name.startsWith(PREFIX)) storage.removeItem(name);
    }
  };

  for (const form of document.querySelectorAll('form[action*="/sign-out/"]')) {
    form.addEventListener("submit", clearStorage);
  }

  /* A page of this site that follows a submitted form proves that the server has the text. Going
     "back" from an error page proves nothing. */
  const SENT = "draft-sent";
  const sent = sessionStorage.getItem(SENT);
  const [navigation] = performance.getEntriesByType("navigation");
  const previousPath = document.referrer && new URL(document.referrer).pathname;
  if (sent && navigation?.type === "navigate" && sent.endsWith(`:${previousPath}`)) {
    storage?.removeItem(sent);
  }
  sessionStorage.removeItem(SENT);

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const status = document.getElementById("saved");
  /* The key names the account, so that no other account on this machine gets the text. */
  const storageKey = `${PREFIX}${form.dataset.draft}:${location.pathname}`;
  const entriesWithout = (names) => [...new FormData(form)].filter(([name]) => !names.includes(name));
  const serialize = () => JSON.stringify(entriesWithout(["key", "seen", "tab"]));
  let saved = serialize();
  let sending = false;

  /* Includes what the writer saw, so that the server detects edits made in the meantime. */
  const storeLocally = () => {
    try {
      storage?.setItem(storageKey, JSON.stringify(entriesWithout(["key"])));
    } catch {
      /* Full or forbidden: the form itself still has the text. */
    }
  };

  const save = async () => {
    const current = serialize();
    if (sending || current === saved) return;
    sending = true;
    storeLocally();
    const body = new FormData(form);
    body.set("by_itself", "1");
    try {
      const response = await fetch(location.href, {
        method: "POST",
        body: new URLSearchParams(body),
        keepalive: current.length < 60000,
        redirect: "error",
      });
      const result = await response.json();
      if (!result.saved && !result.signed_out) throw new Error();
      saved = current;
      storage?.removeItem(storageKey);
      status.textContent = result.twice ? form.dataset.twice : form.dataset.saved;
      if (result.signed_out) status.textContent = form.dataset.ended;
    } catch {
      status.textContent = form.dataset.kept;
    }
    sending = false;
  };

  const stored = storage?.getItem(storageKey);
  if (stored) {
    const TICKABLE = "[type=checkbox], [type=radio]";
    const used = {};
    /* A new page may have fewer fields than the stored form. */
    const addField = (name, last) => {
      const field = last ? last.cloneNode() : document.createElement("textarea");
      field.removeAttribute("id");
      field.name = name;
      field.setAttribute("aria-label", name);
      (last || status).insertAdjacentElement(last ? "afterend" : "beforebegin", field);
      return field;
    };
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value] of JSON.parse(stored)) {
      const fields = [...form.elements].filter((field) => field.name === name);
      const choice = fields.find((field) => field.value === value && field.matches(TICKABLE));
      if (choice) choice.checked = true;
      else {
        used[name] = (used[name] || 0) + 1;
        const field = fields[used[name] - 1] || addField(name, fields.at(-1));
        field.value = value;
      }
    }
    if (serialize() === saved) storage.removeItem(storageKey);
    else status.textContent = form.dataset.found;
    save();
  }

  setInterval(save, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("online", save);
  form.addEventListener("submit", () => {
    storeLocally();
    sessionStorage.setItem(SENT, storageKey);
    sending = true;
  });
})();
