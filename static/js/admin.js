/* Conveniences for editors. Everything works without this script. */
"use strict";
{
  const $ = django.jQuery;

  /* Screen readers announce the label and the choice, not a text field within another. */
  const setAccessibleName = (select) => {
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

  /* Makes selects searchable once they are visible: on a page of many rows, most never are. */
  const initializeSelects = (container) => {
    for (const select of container.querySelectorAll("select.admin-autocomplete")) {
      const hidden = select.closest("details:not([open]), .empty-form");
      if (hidden || select.classList.contains("select2-hidden-accessible")) {
        continue;
      }
      const { appLabel, modelName, fieldName } = select.dataset;
      const params = { app_label: appLabel, model_name: modelName, field_name: fieldName };
      const data = ({ term, page }) => ({ term, page, ...params });
      $(select).select2({ ajax: { data }, width: "100%" });
      setAccessibleName(select);
    }
  };

  document.addEventListener("toggle", (event) => initializeSelects(event.target), true);
  document.addEventListener("formset:added", (event) => {
    initializeSelects(event.target);
    event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  /* Focuses the search field of an open list, which select2 fails to do with this jQuery. */
  $(document).on("select2:open", () => {
    document.querySelector(".select2-container--open .select2-search__field")?.focus();
  });

  $(() => {
    initializeSelects(document);
    const form = document.querySelector("form[data-keep]");
    if (!form) {
      return;
    }
    /* Before unsaved changes are lost, the browser asks. */
    let changed = false;
    $(form).on("change input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => {
      if (changed) {
        event.preventDefault();
      }
    });
    /* Opens the sections around the target of a link in the contents or in an error. */
    const openTarget = () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (let element = target; element; element = element.parentElement) {
        if (element.tagName === "DETAILS") {
          element.open = true;
        }
      }
    };
    window.addEventListener("hashchange", openTarget);
    openTarget();
  });
}
