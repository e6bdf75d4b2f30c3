// Charts: numbers of the store by minute come in; four small drawings in the theme's colours.
"use strict";

(() => {
  const board = document.querySelector("[data-charts]");
  if (!board) return;
  let drawn = [];
  let numbers = null;
  const values = board.querySelector("[data-values]");

  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

  function span(seconds) {
    if (seconds === null) return "";
    if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
    if (seconds < 90) return `${number.format(seconds)}s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)}m`;
    return `${number.format(seconds / 3600)}h`;
  }

  const UNITS = {
    count: (value) => (value === null ? "" : number.format(value)),
    share: (value) => (value === null ? "" : `${number.format(value)} %`),
    span,
  };

  // A colour token may hold light-dark(); only an element knows which of them it is now.
  function colour(name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    board.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function faint(rgb, share) {
    const parts = rgb.match(/[\d.]+/g);
    return `rgba(${parts.slice(0, 3).join(",")},${share})`;
  }

  function draw(place) {
    const names = place.dataset.lines.split(" ");
    const colours = place.dataset.colours.split(" ").map((name) => colour(`--${name}`));
    const words = UNITS[place.dataset.unit];
    const muted = colour("--muted");
    const line = colour("--line");
    const axis = { stroke: muted, font: "11px sans-serif", ticks: { stroke: line, width: 1, size: 4 } };
    const options = {
      width: place.clientWidth,
      height: place.clientHeight,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false } },
      scales: { y: { range: (_, low, high) => bounds(place.dataset.unit, high) } },
      axes: [
        {
          ...axis, grid: { show: false }, size: 24, space: 60,
          values: (_, marks) => marks.map((at) => clock.format(at * 1000)),
        },
        {
          ...axis, size: 58, space: 26, grid: { stroke: line, width: 1 },
          values: (_, marks) => marks.map(words),
        },
      ],
      series: [
        {},
        ...names.map((name, index) => ({
          label: name,
          stroke: colours[index],
          width: 1.5,
          fill: faint(colours[index], 0.1),
          // A line of few points would be hard to see, or none at all.
          points: { size: 5, fill: colours[index], show: isSparse },
          spanGaps: true,
        })),
      ],
      hooks: { setCursor: [(plot) => point(place, plot, names, words)] },
    };
    const chart = new uPlot(options, [numbers.t, ...names.map((name) => numbers[name])], place);
    chart.over.addEventListener("click", () => {
      const at = chart.cursor.idx;
      if (at !== null && at !== undefined) location.href = runsOf(numbers.t[at]);
    });
    drawn.push([place, chart]);
  }

  function isSparse(plot, index) {
    return plot.data[index].filter((value) => value !== null).length < 15;
  }

  function bounds(unit, high) {
    if (unit === "share") return [0, 100];
    return [0, high > 0 ? high * 1.15 : 1];
  }

  // Under the pointer: the values of that minute, in place of the chart's title.
  function point(place, plot, names, words) {
    const note = place.parentElement.querySelector("[data-point]");
    const at = plot.cursor.idx;
    if (at === null || at === undefined) { note.textContent = ""; return; }
    const when = clock.format(numbers.t[at] * 1000);
    const told = names.map((name) => `${names.length > 1 ? `${name} ` : ""}${words(numbers[name][at]) || "–"}`);
    note.textContent = `${when} · ${told.join(", ")}`;
  }

  function runsOf(second) {
    const at = (moment) => encodeURIComponent(new Date(moment * 1000).toISOString());
    return `${values.dataset.runs}since=${at(second)}&until=${at(second + 60)}`;
  }

  // The same values for whoever does not point at lines; each minute opens its runs.
  function tell() {
    const rows = [];
    for (let at = numbers.t.length - 1; at >= Math.max(0, numbers.t.length - 15); at -= 1) {
      const row = document.createElement("tr");
      const minute = document.createElement("td");
      const link = document.createElement("a");
      link.href = runsOf(numbers.t[at]);
      link.textContent = clock.format(numbers.t[at] * 1000);
      minute.append(link);
      row.append(minute);
      for (const [name, unit] of [["done", "count"], ["success", "share"], ["p95", "span"], ["age", "span"]]) {
        const cell = document.createElement("td");
        cell.className = "num";
        cell.textContent = UNITS[unit](numbers[name][at]) || "–";
        row.append(cell);
      }
      rows.push(row);
    }
    values.replaceChildren(...rows);
    for (const place of board.querySelectorAll("[data-lines]")) {
      const words = UNITS[place.dataset.unit];
      const known = numbers[place.dataset.lines].filter((value) => value !== null);
      const span = known.length
        ? `from ${words(Math.min(...known))} to ${words(Math.max(...known))} by minute, lately ${words(known.at(-1))}`
        : "nothing was measured";
      place.setAttribute("aria-label", `${place.dataset.title}, the last hour: ${span}`);
    }
  }

  function redraw() {
    for (const [, chart] of drawn) chart.destroy();
    drawn = [];
    if (!numbers) return;
    for (const place of board.querySelectorAll("[data-lines]")) draw(place);
  }

  async function renew() {
    if (document.hidden) return;
    const answer = await fetch(board.dataset.charts, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    numbers = await answer.json();
    if (drawn.length) {
      for (const [place, chart] of drawn) {
        chart.setData([numbers.t, ...place.dataset.lines.split(" ").map((name) => numbers[name])]);
      }
    } else redraw();
    for (const [name, words] of Object.entries(numbers.now)) {
      const place = board.querySelector(`[data-now="${name}"]`);
      if (place) place.textContent = words;
    }
    board.querySelector('[data-of="throughput"]').textContent = `at ${clock.format(numbers.whole * 1000)}`;
    if (!values.contains(document.activeElement)) tell();
    board.dataset.drawn = "yes";
  }

  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(redraw, 150); });
  document.addEventListener("theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  renew().catch(() => {});
  setInterval(() => renew().catch(() => {}), 15_000);
})();
