// What pages do beside being read: times in the viewer's zone, keys, dialogs, picking, the theme.
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- times: the server writes UTC; here they move into the viewer's zone -------------------

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const format = (options) => new Intl.DateTimeFormat("en-GB", { hourCycle: "h23", ...options });
  const clock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const short = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const whole = format({
    day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  });
  const day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  // As the server writes spans.
  const UNITS = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];

  function span(seconds) {
    if (seconds < 1) return "now";
    const [size, unit] = UNITS.find(([size]) => seconds >= size);
    return `${Math.floor(seconds / size)}${unit}`;
  }

  function distance(at, now) {
    const seconds = (now - at) / 1000;
    const words = span(Math.abs(seconds));
    if (words === "now") return "now";
    return seconds >= 0 ? `${words} ago` : `in ${words}`;
  }

  function told(element, now) {
    const at = new Date(element.dateTime);
    switch (element.dataset.form) {
      case "ago": return distance(at, now);
      case "clock": return `${clock.format(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
      case "time": return clock.format(at);
      case "day": return day.format(at);
      case "whole": return whole.format(at);
      default: return now - at < 72e6 && at <= now ? clock.format(at) : short.format(at);
    }
  }

  function times(root = document) {
    const now = new Date();
    for (const element of $$("time[datetime]", root)) {
      if (!element.dataset.utc) {
        element.dataset.utc = element.title;
        element.title = `${element.title}\n${whole.format(new Date(element.dateTime))} (${zone})`;
      }
      const words = told(element, now);
      if (element.textContent !== words) element.textContent = words;
    }
  }

  // --- the theme ------------------------------------------------------------------------------

  const THEMES = ["auto", "light", "dark"];

  function theme(next) {
    document.documentElement.dataset.theme = next;
    document.cookie = `tieline_theme=${next}; path=/; max-age=31536000; samesite=lax`;
    for (const use of $$("[data-theme-icon]")) use.setAttribute("href", `/static/icons.svg#${next}`);
    for (const label of $$("[data-theme-name]")) label.textContent = next;
    document.dispatchEvent(new Event("theme"));
  }

  // --- dialogs: the same page that opens without this script, inside a frame ------------------

  const dialog = $("#dialog");

  async function ask(href) {
    await htmx.ajax("GET", href, { target: "#dialog-body", swap: "innerHTML" });
    times(dialog);
    if (!dialog.open) dialog.showModal();
    $("[autofocus]", dialog)?.focus();
  }

  function help() {
    const text = $("#keys");
    $("#dialog-body").replaceChildren(text.content.cloneNode(true));
    if (!dialog.open) dialog.showModal();
  }

  // --- a cursor over rows ---------------------------------------------------------------------

  const rows = () => $$("[data-row]").filter((row) => row.offsetParent !== null);

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("is-cursor"));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    all[at]?.classList.remove("is-cursor");
    next.classList.add("is-cursor");
    kept = name(next);
    next.scrollIntoView({ block: "nearest" });
  }

  const current = () => $("[data-row].is-cursor");

  // A part that renews itself brings its rows without the cursor, and perhaps in another order.
  const name = (row) => row.dataset.row || row.querySelector("a[href]")?.getAttribute("href") || "";
  let kept = "";

  function keep() {
    const row = current();
    if (row) kept = name(row);
    else if (kept) $$("[data-row]").find((one) => name(one) === kept)?.classList.add("is-cursor");
  }

  const GO = {
    n: "/", l: "/live", s: "/story", i: "/issues", d: "/dead", h: "/held", q: "/quarantine",
    e: "/events", r: "/runs", f: "/flows", c: "/connections", a: "/audit", p: "/replays",
  };
  let going = 0;

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const where = event.target;
    if (where.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") where.blur();
      return;
    }
    if (dialog?.open) return;
    const done = act(event.key, where);
    if (done) event.preventDefault();
  }

  function act(pressed, where) {
    if (Date.now() - going < 1500 && GO[pressed]) {
      const link = $$(".side a").find((one) => one.pathname === GO[pressed]);
      going = 0;
      if (link) link.click();
      return Boolean(link);
    }
    switch (pressed) {
      case "/": $("#search")?.focus(); $("#search")?.select(); return true;
      case "j": move(1); return true;
      case "k": move(-1); return true;
      case "g": going = Date.now(); return true;
      case "?": help(); return true;
      case "x": { const box = current()?.querySelector("input[type=checkbox]"); box?.click(); return Boolean(box); }
      case "Enter": {
        if (where.closest("a, button, summary")) return false;
        const link = current()?.querySelector("a[href]:not([data-dialog]), summary");
        link?.click();
        return Boolean(link);
      }
      default: return false;
    }
  }

  async function copy(button) {
    const words = $("[data-copied]", button);
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = "Copied";
    } catch {
      // Without TLS a browser keeps its clipboard to itself: the id is marked, to be copied by hand.
      getSelection().selectAllChildren(button.parentElement.querySelector(".id"));
      words.textContent = "Marked";
    }
    setTimeout(() => { words.textContent = "Copy"; }, 2000);
  }

  // --- picking rows ---------------------------------------------------------------------------

  function picked(form) {
    const boxes = $$("input[data-pick]", form);
    const count = boxes.filter((box) => box.checked).length;
    for (const bar of $$("[data-when-picked]", form)) bar.hidden = count === 0;
    for (const text of $$("[data-picked]", form)) text.textContent = count;
    const all = $("input[data-pick-all]", form);
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
  }

  // --- a live list ----------------------------------------------------------------------------

  const AGAIN_MS = 5000;
  const live = $("[data-live]");
  let passed = 0;

  function mark(state, words) {
    const element = $("[data-live-mark]");
    if (!element) return;
    element.className = `livemark ${state}`;
    $("span", element).textContent = words;
  }

  function pause(button) {
    const isPaused = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!isPaused));
    $("span", button).textContent = isPaused ? "Pause" : "Go on";
    if (isPaused) location.reload();
    else { live.dataset.paused = "yes"; passed = 0; mark("paused", "paused"); }
  }

  // The session is over (401): the page itself is asked for, which leads to the log-in and back.
  function refused(status) {
    if (status === 401) location.reload();
    else mark("", "trying to connect again");
  }

  function connect() {
    htmx.ajax("GET", live.getAttribute("hx-sse:connect"), { source: live });
  }

  function attend() {
    if (!live) return;
    document.addEventListener("htmx:sse:after:connection", () => mark("on", "live"));
    document.addEventListener("htmx:sse:error", (event) => refused(event.detail.status));
    // The first connection is an ordinary request: the library makes only later ones again.
    document.addEventListener("htmx:before:response", (event) => {
      const { sourceElement, response } = event.detail.ctx;
      if (sourceElement !== live || response.raw.ok) return;
      event.preventDefault();
      refused(response.status);
      setTimeout(connect, AGAIN_MS);
    });
    document.addEventListener("htmx:error", (event) => {
      if (event.detail.ctx?.sourceElement !== live) return;
      refused(0);
      setTimeout(connect, AGAIN_MS);
    });
    document.addEventListener("htmx:sse:close", () => mark("", "not connected"));
    document.addEventListener("htmx:sse:before:message", (event) => {
      if (!live.dataset.paused) return;
      passed += 1;
      mark("paused", `paused; ${passed} updates came meanwhile`);
      event.detail.cancelled = true;
    });
    new MutationObserver(() => {
      const most = Number(live.dataset.live);
      while (live.children.length > most) live.lastElementChild.remove();
      for (const empty of $$("[data-live-empty]")) empty.hidden = live.children.length > 0;
    }).observe(live, { childList: true });
  }

  // --- parts that renew themselves, while somebody looks --------------------------------------

  let ticks = 0;

  function tick() {
    if (document.hidden || dialog?.open) return;
    const isReading = !getSelection().isCollapsed;
    ticks += 1;
    for (const part of $$("[data-renew]")) {
      if (ticks % Number(part.dataset.renew)) continue;
      if (!isReading && !part.contains(document.activeElement.closest("details, form, summary"))) {
        htmx.trigger(part, "renew");
      }
    }
  }

  // --- all of it ------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    const asks = at("a[data-dialog]");
    if (asks && plain && dialog) { event.preventDefault(); ask(asks.href); return; }
    if (at("[data-shut]")) { if (dialog?.open) { event.preventDefault(); dialog.close(); } return; }
    if (at("[data-theme-switch]")) {
      const now = document.documentElement.dataset.theme || "auto";
      theme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
    } else if (at("[data-help]")) help();
    else if (at("[data-live-pause]")) pause(at("[data-live-pause]"));
    else if (at("[data-copy]")) copy(at("[data-copy]"));
    if (dialog?.open && event.target === dialog) dialog.close();
    for (const open of $$(".who[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of $$("input[data-pick]", form)) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-pick], [data-pick-all]")) picked(form);
    if (event.target.matches("select[data-send]")) form.requestSubmit();
  });
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });
  document.addEventListener("keydown", key);
  document.addEventListener("htmx:after:swap", () => { times(); keep(); });
  document.addEventListener("htmx:after:settle", () => { times(); keep(); });
  setInterval(times, 10_000);
  setInterval(tick, 1_000);
  new MutationObserver(() => times()).observe(document.body, { childList: true, subtree: true });
  times();
  attend();
  for (const form of $$("form")) picked(form);
})();
