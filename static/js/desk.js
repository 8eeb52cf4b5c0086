/* What makes the editors' desk quicker. Everything works without it. */
"use strict";
{
  const $ = django.jQuery;

  /* A select becomes searchable when it comes into sight: on a page of many rows, most never do. */
  /* To who listens, a choice is its label and what is chosen; not a text field inside another. */
  const named = (select) => {
    const box = select.nextElementSibling.querySelector(".select2-selection");
    const chosen = box.querySelector(".select2-selection__rendered");
    const [label] = select.labels;
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    if (label) {
      label.id ||= `${select.id}_label`;
      box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    }
  };

  const makeReady = (part) => {
    for (const select of part.querySelectorAll("select.admin-autocomplete")) {
      const unseen = select.closest("details:not([open]), .empty-form");
      if (unseen || select.classList.contains("select2-hidden-accessible")) {
        continue;
      }
      const { appLabel, modelName, fieldName } = select.dataset;
      const asked = { app_label: appLabel, model_name: modelName, field_name: fieldName };
      const data = ({ term, page }) => ({ term, page, ...asked });
      $(select).select2({ ajax: { data }, width: "100%" });
      named(select);
    }
  };

  document.addEventListener("toggle", (event) => makeReady(event.target), true);
  document.addEventListener("formset:added", (event) => {
    makeReady(event.target);
    event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  /* The search of an open list has the focus: select2 forgets it with this jQuery. */
  $(document).on("select2:open", () => {
    document.querySelector(".select2-container--open .select2-search__field")?.focus();
  });

  $(() => {
    makeReady(document);
    const form = document.querySelector("form[data-keep]");
    if (!form) {
      return;
    }
    /* Nobody loses what they typed by a wrong click: the browser asks first. */
    let typed = false;
    $(form).on("change input", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    window.addEventListener("beforeunload", (event) => {
      if (typed) {
        event.preventDefault();
      }
    });
    /* A link of the contents opens what it leads to, and so does an error. */
    const open = () => {
      const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (let part = there; part; part = part.parentElement) {
        if (part.tagName === "DETAILS") {
          part.open = true;
        }
      }
    };
    window.addEventListener("hashchange", open);
    open();
  });
}
