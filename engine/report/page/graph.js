// The call graph across the border: Python functions, the native functions that they call, and the callbacks that these call, in
// three columns. A box has the function's own time against all that passed through it.
const most_boxes = 20; // a column; the dearest ones

const native_boxes = () =>
  state.part.functions.map((f) => ({ key: `${f.direction} ${f.name}`, name: f.name, column: f.direction === "inbound" ? 1 : 2, own: f.self_ns, all: outer(f), calls: f.calls }));

// Python functions are known by the lines that call; their time is not.
const python_boxes = () => {
  const boxes = new Map();
  for (const f of state.part.functions) {
    for (const site of f.sites ?? []) {
      const name = site.file === "" ? "elsewhere" : `${site.function} (${site.file.split("/").pop()})`;
      const key = `python ${site.file} ${site.function}`;
      const box = boxes.get(key) ?? { key, name, column: 0, own: 0, all: 0, calls: 0 };
      box.calls += site.calls;
      box.all += (outer(f) * site.calls) / Math.max(f.calls, 1);
      boxes.set(key, box);
    }
  }
  return [...boxes.values()];
};

const edges_of = (kept) => {
  const edges = new Map();
  const add = (from, to, calls, ns) => {
    if (!kept.has(from) || !kept.has(to)) return;
    const edge = edges.get(`${from}\n${to}`) ?? { from: kept.get(from), to: kept.get(to), calls: 0, ns: 0 };
    edge.calls += calls;
    edge.ns += ns;
    edges.set(`${from}\n${to}`, edge);
  };
  for (const f of state.part.functions) {
    if (f.direction === "outbound") add(`inbound ${f.name.split("(")[0]}`, `outbound ${f.name}`, f.calls, outer(f));
    for (const site of f.sites ?? []) add(`python ${site.file} ${site.function}`, `${f.direction} ${f.name}`, site.calls, (outer(f) * site.calls) / Math.max(f.calls, 1));
  }
  return [...edges.values()].sort((a, b) => b.ns - a.ns);
};

const graph_size = { width: 1160, box: 300, tall: 40, gap: 12 };

const draw_box = (box) => {
  const group = svg("g", { class: ["python", "native", "python"][box.column], tabindex: 0, role: "img", "aria-label": `${box.name}: ${count(box.calls)} calls, ${duration(box.all)}` });
  const share = box.all > 0 ? box.own / box.all : 0;
  const name = box.name.length > 42 ? `${box.name.slice(0, 20)}\u2026${box.name.slice(-20)}` : box.name;
  group.append(svg("title", {}, box.column === 0 ? `${box.name}: ${count(box.calls)} native calls, ${duration(box.all)}` : `${box.name}: ${count(box.calls)} calls, self ${duration(box.own)} of ${duration(box.all)}`));
  group.append(svg("rect", { class: "box", x: box.x, y: box.y, width: graph_size.box, height: graph_size.tall, rx: 4 }));
  if (box.column > 0) group.append(svg("rect", { class: "own", x: box.x, y: box.y + graph_size.tall - 5, width: graph_size.box * share, height: 5 }));
  group.append(svg("text", { class: "name", x: box.x + 8, y: box.y + 16 }, name));
  group.append(svg("text", { x: box.x + 8, y: box.y + 31 }, box.column === 0 ? `${count(box.calls)} native calls, ${duration(box.all)}` : `${count(box.calls)} calls, self ${duration(box.own)} of ${duration(box.all)}`));
  return group;
};

const draw_graph = () => {
  const columns_of = [[], [], []];
  for (const box of [...python_boxes(), ...native_boxes()]) columns_of[box.column].push(box);
  const kept = new Map();
  let left_out = 0;
  let height = 0;
  columns_of.forEach((boxes, column) => {
    boxes.sort((a, b) => b.all - a.all);
    left_out += Math.max(boxes.length - most_boxes, 0);
    boxes.slice(0, most_boxes).forEach((box, row) => {
      box.x = column * ((graph_size.width - graph_size.box) / 2);
      box.y = row * (graph_size.tall + graph_size.gap) + 4;
      height = Math.max(height, box.y + graph_size.tall + 4);
      kept.set(box.key, box);
    });
  });
  $("graph-section").hidden = kept.size === 0;
  const edges = edges_of(kept);
  const most = Math.max(...edges.map((edge) => edge.ns), 1);
  const picture = $("graph");
  picture.setAttribute("viewBox", `0 0 ${graph_size.width} ${Math.max(height, 1)}`);
  picture.replaceChildren();
  for (const edge of edges) {
    const [x, y] = [edge.from.x + graph_size.box, edge.from.y + graph_size.tall / 2];
    const [to_x, to_y] = [edge.to.x, edge.to.y + graph_size.tall / 2];
    const bend = (to_x - x) / 2;
    const line = svg("path", { d: `M${x},${y} C${x + bend},${y} ${to_x - bend},${to_y} ${to_x},${to_y}`, "stroke-width": 1 + (7 * edge.ns) / most });
    line.append(svg("title", {}, `${edge.from.name} \u2192 ${edge.to.name}: ${count(edge.calls)} calls, ${duration(edge.ns)}`));
    picture.append(line);
  }
  for (const box of kept.values()) picture.append(draw_box(box));
  $("graph-left-out").textContent = left_out > 0 ? `${count(left_out)} cheaper functions are left out.` : "";
  $("edges").replaceChildren(...edges.slice(0, at_once).map((edge) => {
    const row = make("tr");
    row.append(...[edge.from.name, edge.to.name, count(edge.calls), duration(edge.ns)].map((text) => make("td", text)));
    return row;
  }));
};

