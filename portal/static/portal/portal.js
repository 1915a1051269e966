/* What makes the portal quick and well-spoken. Everything works without it. No dependencies but htmx's events. */
(() => {
  "use strict";

  const live = () => document.getElementById("live");
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  /** Have a text read aloud. Emptied first, so that the same text twice is read twice. */
  function announce(text) {
    const region = live();
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  }

  function remember(name, value) {
    const age = value ? 365 * 24 * 60 * 60 : 0;
    document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax`;
  }

  const remembered = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";

  /* Colours: the server writes the remembered choice into the page, so that nothing flashes. */
  function showTheme() {
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === remembered("theme")));
    }
  }

  function chooseTheme(theme) {
    remember("theme", theme);
    if (theme) document.documentElement.dataset.bsTheme = theme;
    else delete document.documentElement.dataset.bsTheme;
    showTheme();
  }

  /* Copy, also where the page is served without TLS. */
  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    if (!source) return;
    const text = (source.value ?? source.textContent).trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
      area.className = "visually-hidden";
      button.after(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    announce(button.dataset.copied);
    const use = button.querySelector("use");
    const drawn = use?.getAttribute("href");
    use?.setAttribute("href", drawn.replace(/#.*/, "#check"));
    setTimeout(() => use?.setAttribute("href", drawn), 2000);
  }

  /* Keyboard: `data-key="g"` on a button, link or field. Single keys can be switched off (WCAG 2.1.4). */
  const keysOn = () => remembered("keys") !== "off";

  function showKeys() {
    for (const button of document.querySelectorAll("[data-keys-switch]")) button.setAttribute("aria-pressed", String(keysOn()));
  }

  /* Lists marked `data-rows`: J and K go to the next and the previous row, X selects it. */
  function goThroughRows(event) {
    const step = { j: 1, k: -1 }[event.key];
    const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
    const at = rows.indexOf(document.activeElement?.closest("tr"));
    if (!rows.length || (!step && event.key !== "x")) return false;
    event.preventDefault();
    if (step) rows[Math.min(Math.max(at + step, 0), rows.length - 1)].querySelector(".row-link").focus();
    else if (at >= 0) rows[at].querySelector("input[type=checkbox]")?.click();
    return true;
  }

  /* Keys pressed faster than pages arrive. */
  const waiting = [];

  function onKey(event) {
    if (event.key === "Escape") {
      for (const drop of document.querySelectorAll("details[data-drop][open]")) {
        drop.open = false;
        if (drop.contains(document.activeElement)) drop.querySelector("summary").focus();
      }
    }
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing?.matches("textarea") && typing.form) {
      event.preventDefault();
      typing.form.requestSubmit();
      return;
    }
    if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (goThroughRows(event)) return;
    const visible = (element) => element.getClientRects().length > 0;
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find(visible);
    if (!target) return;
    event.preventDefault();
    /* What is still loading is about to go: whoever goes on is taken along, but nothing is decided about what was left. */
    if (target.closest("[aria-busy=true]")) {
      if (target.matches("a")) waiting.push(event.key);
      return;
    }
    target.focus();
    if (!target.matches("input, textarea, select")) target.click();
  }

  document.addEventListener("keydown", onKey);

  document.addEventListener("htmx:afterSettle", () => {
    const key = waiting.shift();
    if (key) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  });

  /* After a failure there is nothing to go on from. */
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failed, () => waiting.splice(0));
  }

  document.addEventListener("click", (event) => {
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
    const theme = closest(event, "[data-theme]");
    if (theme) chooseTheme(theme.dataset.theme);
    const copier = closest(event, "[data-copy]");
    if (copier) copy(copier);
    if (closest(event, "[data-keys-switch]")) {
      remember("keys", keysOn() ? "off" : "");
      showKeys();
    }
    const closer = closest(event, "[data-close]");
    if (closer) {
      closer.closest(closer.dataset.close)?.remove();
      document.getElementById("main")?.focus({ preventScroll: true });
    }
    const summaryLink = closest(event, ".error-summary a[href^='#']");
    if (summaryLink) document.querySelector(summaryLink.getAttribute("href"))?.focus();
  });

  /* Busy: a form that is on its way says so and ignores a second press; its buttons are never disabled. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [data-hx-post], [data-no-busy]")) return;
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = "true";
    (event.submitter ?? form.querySelector("[type=submit]"))?.setAttribute("aria-busy", "true");
  });

  function rest() {
    for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
    for (const button of document.querySelectorAll(".btn[aria-busy]")) button.removeAttribute("aria-busy");
  }

  window.addEventListener("pageshow", rest);

  /* htmx: busy while it loads, focus that is never lost, and words for who cannot see the change. */
  let before = null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.target?.setAttribute("aria-busy", "true");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute("aria-busy");
  });

  document.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement;
    const row = active?.closest("[data-rows] tbody tr");
    before = active && active !== document.body
      ? { id: active.id, name: active.getAttribute("name"), row: row ? [...row.parentElement.children].indexOf(row) : -1 }
      : null;
  });

  const focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";

  /** Where focus goes after a swap: what asks for it, a fault, what had it before, the first control, the part itself. */
  function nextFocus(part) {
    const inside = (selector) => (part.matches(selector) ? part : part.querySelector(selector));
    return inside("[data-focus]") ?? inside("[aria-invalid=true]")
      ?? (before?.name ? inside(`[name="${CSS.escape(before.name)}"]:not([type=hidden])`) : null)
      ?? inside(focusable) ?? part;
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (part.closest("[data-quiet]")) return;
    const spoken = part.matches("[data-announce]") ? part : part.querySelector("[data-announce]");
    if (spoken) announce(spoken.dataset.announce);
    /* What came by itself takes no focus, but gives it back to who stood in a row that went away. */
    if (before?.row >= 0 && document.activeElement === document.body) {
      const rows = part.querySelectorAll("[data-rows] tbody tr");
      rows[Math.min(before.row, rows.length - 1)]?.querySelector(".row-link")?.focus({ preventScroll: true });
    }
    if (part.closest("[data-keep-focus]") || !event.detail.requestConfig?.triggeringEvent) return;
    const asks = part.querySelector("[data-focus]");
    // What keeps itself up to date must not pull in the focus of who did not have it there.
    if (!asks && !before && part.matches("[data-poll]")) return;
    if (!asks && document.activeElement !== document.body) return;
    const target = asks ?? nextFocus(part);
    if (!target.matches(focusable)) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: !asks });
  });

  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (closest(event, "[data-quiet]")) return;
      rest();
      const region = document.getElementById("messages");
      const notice = document.createElement("div");
      notice.className = "notice tone-red";
      notice.textContent = document.body.dataset.failed;
      region?.replaceChildren(notice);
    });
  }

  document.addEventListener("announce", (event) => announce(event.detail.text));

  document.addEventListener("DOMContentLoaded", () => {
    showTheme();
    showKeys();
    document.querySelector("[data-focus]")?.focus();
  });
})();
