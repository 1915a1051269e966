/* Takes the code out of the address of a claim link and into the form, so that nobody has to paste it and the address
   that stays in sight does not give it away. Without it people paste the code themselves. */
(() => {
  "use strict";

  const field = document.querySelector("[data-code-from-link]");
  if (!field) return;

  function takeCode() {
    const code = location.hash.slice(1);
    if (!/^[0-9A-Za-z-]{26,40}$/.test(code)) return;
    field.value = code;
    history.replaceState(null, "", location.pathname);
    field.closest(".field").hidden = true;
    document.querySelector("[data-code-taken]").hidden = false;
  }

  // Switching language loads the page anew. The browser carries what stands behind the # along, and sends it nowhere.
  for (const form of document.querySelectorAll(".languages")) {
    form.addEventListener("submit", () => {
      form.action = form.action.replace(/#.*/, "") + (field.value ? "#" + encodeURIComponent(field.value.trim()) : "");
    });
  }

  // Also when the link is opened again in the tab that shows the page already.
  window.addEventListener("hashchange", takeCode);
  takeCode();
})();
