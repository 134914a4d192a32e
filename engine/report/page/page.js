"use strict";
// The page of a report: where the time went, and the functions. Everything it shows is in the elements #data, JSON of the schema
// polyhost.report/1, and #timeline-data (engine/report/timeline.h), or null.
const report = JSON.parse(document.getElementById("data").textContent);
const at_once = 500; // rows that are drawn before somebody asks for more
const $ = (id) => document.getElementById(id);

const make = (name, text, attributes = {}) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

// "1.23 ms": three significant digits and the unit that fits.
const duration = (ns) => {
  if (ns === null || !Number.isFinite(ns)) return "unknown";
  let unit = 0;
  const units = ["ns", "\u00b5s", "ms", "s"];
  for (; ns >= 999.5 && unit < 3; ++unit) ns /= 1000;
  if (unit === 0 && Number.isInteger(ns)) return `${ns} ns`;
  return `${ns.toFixed(ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2)} ${units[unit]}`;
};
const svg = (name, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(part / whole < 0.0995 ? 2 : 1)} %` : "\u2013");
const count = (n) => n.toLocaleString("en");

const outer = (f) => Math.max(f.python_ns, f.native_ns);
const timed_calls = (f) => Math.max(f.calls - f.lost, 1);
const unless_untimed = (value) => (f) => (f.timed === 0 ? "\u2013" : value(f));
const two_sided = (show) => (f) => (f.one_sided ? "\u2013" : unless_untimed(show)(f));
const one_side = (f) => (f.one_sided ? f.self_ns : 0);
const columns = [
  { title: "Function", value: (f) => f.name, show: (f) => f.name, text: true },
  { title: "Direction", value: (f) => f.direction, show: (f) => f.direction, text: true },
  { title: "Calls", value: (f) => f.calls, show: (f) => count(f.calls) },
  { title: "Errors", value: (f) => f.errors, show: (f) => count(f.errors) },
  { title: "Python side", value: (f) => f.python_ns, show: unless_untimed((f) => duration(f.python_ns)) },
  { title: "Native side", value: (f) => f.native_ns, show: two_sided((f) => duration(f.native_ns)) },
  { title: "Crossing", value: (f) => f.crossing_ns, show: two_sided((f) => duration(f.crossing_ns)) },
  { title: "A call", value: (f) => f.crossing_ns / timed_calls(f), show: two_sided((f) => duration(f.crossing_ns / timed_calls(f))) },
  { title: "Share", value: (f) => f.crossing_ns / (outer(f) || 1), show: two_sided((f) => percent(f.crossing_ns, outer(f))), dear: (f) => f.crossing_ns > outer(f) / 2 },
  { title: "p50", value: (f) => f.p50_ns, show: unless_untimed((f) => duration(f.p50_ns)) },
  { title: "p99", value: (f) => f.p99_ns, show: unless_untimed((f) => duration(f.p99_ns)) },
];

// The whole run, and its regions, each with wall_ns and functions.
const parts_of_run = [{ name: "the whole run", wall_ns: report.wall_ns, functions: report.functions }, ...(report.regions ?? [])];
const state = { part: parts_of_run[0], column: 6, descending: true, search: "", rows: at_once, chosen: null };

// A bar of parts that add up, with a list that says the same in words.
const draw_bar = (bar, list, parts) => {
  const whole = parts.reduce((sum, part) => sum + part.ns, 0);
  bar.className = "bar";
  bar.replaceChildren();
  list.className = "parts";
  list.replaceChildren();
  for (const part of parts) {
    const piece = make("span", undefined, { class: part.kind });
    piece.style.flexGrow = whole > 0 ? part.ns / whole : 0;
    bar.append(piece);
    const entry = make("li");
    entry.append(make("i", undefined, { class: part.kind }), `${part.name} ${duration(part.ns)} (${percent(part.ns, whole)})`);
    list.append(entry);
  }
  bar.setAttribute("aria-label", parts.map((part) => `${part.name} ${percent(part.ns, whole)}`).join(", "));
};

const draw_wall = () => {
  let native = 0;
  let crossing = 0;
  for (const f of state.part.functions) {
    if (f.direction === "inbound") native += f.self_ns;
    crossing += f.crossing_ns;
  }
  const parts = [
    { name: "native", kind: "native", ns: native },
    { name: "crossing", kind: "crossing", ns: crossing },
  ];
  const known = !report.threads && !(report.processes?.length > 0) && native + crossing <= state.part.wall_ns;
  if (known) parts.unshift({ name: "Python", kind: "python", ns: state.part.wall_ns - native - crossing });
  draw_bar($("wall"), $("wall-parts"), parts);
  if (!known) $("wall-parts").append(make("li", `${report.processes?.length > 0 ? "over all processes; " : report.threads ? "over all threads; " : ""}Python\u2019s part is unknown`));
};

const matches_search = (name) => state.search.toLowerCase().split(/\s+/).every((word) => name.toLowerCase().includes(word));

const matching = () => {
  const found = state.part.functions.filter((f) => matches_search(f.name));
  const { value, text } = columns[state.column];
  const sign = state.descending ? -1 : 1;
  return found.sort((a, b) => {
    const left = value(a);
    const right = value(b);
    const order = text ? left.localeCompare(right) : left - right;
    return order !== 0 ? sign * order : one_side(b) - one_side(a) || a.name.localeCompare(b.name);
  });
};

const draw_head = () => {
  const row = document.querySelector("#functions thead tr");
  row.replaceChildren();
  columns.forEach((column, index) => {
    const cell = make("th", undefined, { scope: "col" });
    const button = make("button", column.title, { type: "button" });
    button.addEventListener("click", () => {
      state.descending = state.column === index ? !state.descending : !column.text;
      state.column = index;
      draw_table();
      document.querySelectorAll("#functions th button")[index].focus();
    });
    if (index === state.column) cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    cell.append(button);
    row.append(cell);
  });
};

const draw_table = () => {
  draw_head();
  const found = matching();
  const rows = found.slice(0, state.rows).map((f) => {
    const row = make("tr", undefined, f === state.chosen ? { class: "chosen" } : {});
    columns.forEach((column, index) => {
      const cell = make("td", index === 0 ? undefined : column.show(f), column.dear?.(f) ? { class: "dear" } : {});
      if (index === 0) {
        const button = make("button", f.name, { type: "button", "aria-expanded": String(f === state.chosen), "aria-controls": "detail" });
        button.addEventListener("click", () => choose(f));
        cell.append(button);
      }
      row.append(cell);
    });
    return row;
  });
  document.querySelector("#functions tbody").replaceChildren(...rows);
  $("found").textContent = `${count(found.length)} of ${count(state.part.functions.length)}`;
  $("none").hidden = found.length > 0;
  $("more").hidden = found.length <= state.rows;
  $("more").textContent = `Show all ${count(found.length)}`;
};

const choose = (f) => {
  state.chosen = state.chosen === f ? null : f;
  draw_table();
  $("detail").hidden = state.chosen === null;
  const row = document.querySelector("#functions tr.chosen button");
  if (row) row.focus();
  if (state.chosen === null) return;
  $("detail-title").textContent = f.name + (f.signature ?? "");
  const split = f.one_sided ? "not polyhost\u2019s: timed from outside, and only this one side" : f.split + f.lost >= f.calls ? "every call was split" : `${count(f.split)} of ${count(f.calls)} calls were split into their sides`;
  $("detail-text").textContent = `${f.direction}, ${count(f.calls)} calls, ${count(f.errors)} errors, ${count(f.lost)} not timed; ${split}. ` +
    `A call: shortest ${duration(f.min_ns)}, longest ${duration(f.max_ns)}.`;
  const inbound = f.direction === "inbound";
  const nested = (inbound ? f.native_ns : f.python_ns) - f.self_ns;
  draw_bar($("sides"), $("sides-parts"), [
    { name: "conversion in", kind: "crossing", ns: f.convert_in_ns },
    { name: inbound ? "native code" : "Python code", kind: inbound ? "native" : "python", ns: f.self_ns },
    { name: "crossings made from it", kind: inbound ? "python" : "native", ns: nested },
    { name: "waits for the GIL", kind: "wait", ns: f.gil_wait_ns },
    { name: "conversion out", kind: "out", ns: f.convert_out_ns },
  ]);
  draw_histogram($("histogram"), f.name, "Python", f.histogram ?? [], [["p50", f.p50_ns], ["p99", f.p99_ns]], f);
  const native = f.native_histogram ?? [];
  draw_histogram($("native-histogram"), f.name, "the native side", native, percentiles(native), null);
  $("native-histogram-title").hidden = native.length === 0;
  $("sites-title").hidden = (f.sites ?? []).length === 0;
  $("sites").replaceChildren(...(f.sites ?? []).slice(0, 20).map((site) =>
    make("li", `${site.file === "" ? "elsewhere" : `${site.file}:${site.line} in ${site.function}`}: ${count(site.calls)} calls (${percent(site.calls, f.calls)})`)));
};

const draw_processes = () => {
  const [first, ...children] = report.processes ?? [];
  const all = first === undefined ? [] : [first, ...children.sort((a, b) => b.calls - a.calls)];
  const shown = all.slice(0, 100);
  $("processes-section").hidden = all.length === 0;
  $("processes").replaceChildren(...shown.map((p) => {
    const row = make("tr");
    const wall = p.wall_ns === 0 ? "unknown" : duration(p.wall_ns);
    for (const text of [String(p.pid), String(p.parent_pid), p.script, p.state, wall, count(p.calls), duration(p.native_ns), duration(p.crossing_ns)])
      row.append(make("td", text));
    return row;
  }));
  const without = report.processes_unread ?? 0;
  $("processes-left-out").textContent =
    (all.length > shown.length ? `And ${count(all.length - shown.length)} more. ` : "") +
    (without > 0 ? `${count(without)} could not be read, or found no room: their calls are not counted.` : "");
};

const draw_advice = () => {
  const all = report.advice ?? [];
  $("advice-section").hidden = all.length === 0;
  $("advice").replaceChildren(...all.map((one) => make("li", one.text)));
};

