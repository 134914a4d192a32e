// The time line: every call that was kept, a lane for each thread, nested calls below the one around them. Zoomed by wheel, keys
// and buttons. Calls narrower than a pixel are drawn once a pixel, however many they are.
const timeline_data = JSON.parse($("timeline-data").textContent);
const lane = { row: 14, deepest: 6, title: 18, axis: 20 };

// The calls of a thread in columns: begin and end in ns since the start of the run, function, depth; and the latest end so far, by
// which the calls that reach into a view are found.
const read_calls = (flat) => {
  const size = flat.length / 3;
  const calls = { size, begin: new Float64Array(size), end: new Float64Array(size), what: new Uint32Array(size), depth: new Uint8Array(size), latest: new Float64Array(size), deepest: 0 };
  const open = [];
  let at = 0;
  let latest = 0;
  for (let i = 0; i < size; ++i) {
    at += flat[3 * i];
    calls.begin[i] = at;
    calls.end[i] = at + flat[3 * i + 1];
    calls.what[i] = flat[3 * i + 2];
    while (open.length > 0 && calls.end[open[open.length - 1]] <= at) open.pop();
    calls.depth[i] = Math.min(open.length, lane.deepest - 1);
    calls.deepest = Math.max(calls.deepest, calls.depth[i]);
    open.push(i);
    latest = Math.max(latest, calls.end[i]);
    calls.latest[i] = latest;
  }
  return calls;
};

const time_line = {
  threads: (timeline_data?.threads ?? []).map((thread) => ({ ...thread, calls: read_calls(thread.calls) })),
  from: 0,
  to: report.wall_ns || 1,
};

// The first index whose value is at least `least`, in a column that rises.
const first_at_least = (column, least) => {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
};

// What is in view, by function: how often, and how long.
const draw_lane = (pen, thread, top, width, seen) => {
  const { calls } = thread;
  const style = getComputedStyle(document.documentElement);
  const colours = [style.getPropertyValue("--native"), style.getPropertyValue("--python")];
  const scale = width / (time_line.to - time_line.from);
  const painted = new Float64Array(lane.deepest).fill(-1); // up to where, at each depth
  const faded = timeline_data.functions.map(([name]) => !matches_search(name));
  for (let i = first_at_least(calls.latest, time_line.from); i < calls.size && calls.begin[i] <= time_line.to; ++i) {
    if (calls.end[i] < time_line.from) continue;
    const what = calls.what[i];
    const within = Math.min(calls.end[i], time_line.to) - Math.max(calls.begin[i], time_line.from);
    seen[what].calls += 1;
    seen[what].ns += within;
    const depth = calls.depth[i];
    const begin = Math.max((calls.begin[i] - time_line.from) * scale, 0);
    const right = Math.min(Math.max((calls.end[i] - time_line.from) * scale, Math.floor(begin) + 1), width);
    if (right <= painted[depth]) continue; // within a pixel that is painted
    const left = Math.max(begin < right - 1 ? begin : Math.floor(begin), painted[depth]);
    pen.globalAlpha = faded[what] ? 0.15 : 1;
    pen.fillStyle = colours[timeline_data.functions[what][1] ? 1 : 0];
    pen.fillRect(left, top + depth * lane.row, right - left - (right - left > 3 ? 0.5 : 0), lane.row - 1);
    painted[depth] = right;
    if (right - left > 60) {
      pen.fillStyle = style.getPropertyValue("--ground");
      pen.fillText(timeline_data.functions[what][0], left + 3, top + depth * lane.row + 10, right - left - 6);
    }
  }
  pen.globalAlpha = 1;
};

const draw_axis = (pen, width) => {
  const style = getComputedStyle(document.documentElement);
  const span = time_line.to - time_line.from;
  const rough = (span / width) * 120;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  for (let at = Math.ceil(time_line.from / step) * step; at <= time_line.to; at += step) {
    const x = ((at - time_line.from) / span) * width;
    pen.fillStyle = style.getPropertyValue("--line");
    pen.fillRect(x, 0, 1, pen.canvas.clientHeight);
    pen.fillStyle = style.getPropertyValue("--faint");
    pen.fillText(duration(at), x + 3, 11, 110);
  }
};

const lane_height = (thread) => lane.title + (thread.calls.deepest + 1) * lane.row + 6;

const describe_view = (seen) => {
  const dearest = seen.map((sum, what) => ({ ...sum, name: timeline_data.functions[what][0] })).filter((sum) => sum.calls > 0).sort((a, b) => b.ns - a.ns);
  const calls = dearest.reduce((sum, one) => sum + one.calls, 0);
  const most = dearest.slice(0, 3).map((one) => `${one.name} ${count(one.calls)} calls, ${duration(one.ns)}`).join("; ");
  $("view").textContent = `${duration(time_line.from)} to ${duration(time_line.to)}: ${count(calls)} calls${most === "" ? "" : `; ${most}`}`;
};

const draw_timeline = () => {
  $("timeline-section").hidden = time_line.threads.length === 0;
  if (time_line.threads.length === 0) return;
  const canvas = $("timeline");
  const width = canvas.parentElement.clientWidth;
  const height = lane.axis + time_line.threads.reduce((sum, thread) => sum + lane_height(thread), 0);
  const dense = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = width * dense;
  canvas.height = height * dense;
  const pen = canvas.getContext("2d");
  pen.scale(dense, dense);
  pen.font = "11px system-ui, sans-serif";
  draw_axis(pen, width);
  const seen = timeline_data.functions.map(() => ({ calls: 0, ns: 0 }));
  let top = lane.axis;
  for (const thread of time_line.threads) {
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--text");
    const left_out = thread.left_out > 0 ? ` (${count(thread.left_out)} earlier calls left out)` : "";
    pen.fillText(`${thread.name}, ${count(thread.calls.size)} calls${left_out}`, 2, top + 12, width - 4);
    draw_lane(pen, thread, top + lane.title, width, seen);
    top += lane_height(thread);
  }
  describe_view(seen);
};

// By a factor around a point between 0 and 1 of the view; moved within the run by a part of the view.
const zoom = (factor, around = 0.5) => {
  const span = Math.min(Math.max((time_line.to - time_line.from) * factor, 10), report.wall_ns || 1);
  const fixed = time_line.from + (time_line.to - time_line.from) * around;
  time_line.from = fixed - span * around;
  time_line.to = time_line.from + span;
  move(0);
};
const move = (part) => {
  const span = time_line.to - time_line.from;
  time_line.from = Math.max(Math.min(time_line.from + part * span, (report.wall_ns || 1) - span), 0);
  time_line.to = time_line.from + span;
  draw_timeline();
};
const show_all = () => {
  time_line.from = 0;
  time_line.to = report.wall_ns || 1;
  draw_timeline();
};

// The call under the pointer, as a tooltip.
const call_at = (x, y) => {
  const at = time_line.from + ((time_line.to - time_line.from) * x) / $("timeline").clientWidth;
  const slack = (time_line.to - time_line.from) / $("timeline").clientWidth;
  let top = lane.axis;
  for (const thread of time_line.threads) {
    const depth = Math.floor((y - top - lane.title) / lane.row);
    top += lane_height(thread);
    if (y >= top) continue;
    const { calls } = thread;
    for (let i = first_at_least(calls.latest, at - slack); i < calls.size && calls.begin[i] <= at + slack; ++i) {
      if (calls.depth[i] === depth && calls.end[i] >= at - slack)
        return `${timeline_data.functions[calls.what[i]][0]}: ${duration(calls.end[i] - calls.begin[i])}, at ${duration(calls.begin[i])}`;
    }
    return "";
  }
  return "";
};

const control_timeline = () => {
  const canvas = $("timeline");
  const actions = { "zoom-in": () => zoom(0.5), "zoom-out": () => zoom(2), "move-left": () => move(-0.25), "move-right": () => move(0.25), "zoom-all": show_all };
  for (const [id, action] of Object.entries(actions)) $(id).addEventListener("click", action);
  const keys = { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", ArrowLeft: "move-left", ArrowRight: "move-right", Home: "zoom-all", 0: "zoom-all" };
  canvas.addEventListener("keydown", (event) => {
    if (keys[event.key] === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // a page is scrolled by it, too
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, event.offsetX / canvas.clientWidth);
  }, { passive: false });
  let grabbed = null;
  canvas.addEventListener("pointerdown", (event) => {
    grabbed = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => (grabbed = null));
  canvas.addEventListener("pointermove", (event) => {
    canvas.title = grabbed === null ? call_at(event.offsetX, event.offsetY) : "";
    if (grabbed === null) return;
    move((grabbed - event.offsetX) / canvas.clientWidth);
    grabbed = event.offsetX;
  });
  window.addEventListener("resize", draw_timeline);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw_timeline);
};

