// How long the calls of a function took: a histogram over a logarithmic axis, as wide as the buckets that have calls.

// Within the width of a bucket, as nothing else is kept of the native side.
const percentiles = (buckets) => {
  const all = buckets.reduce((sum, [, , calls]) => sum + calls, 0);
  return [0.5, 0.99].map((fraction) => {
    let below = 0;
    const found = buckets.find(([, , calls]) => (below += calls) >= fraction * all);
    return [`p${fraction * 100}`, found === undefined ? 0 : (found[0] + found[1]) / 2];
  });
};

// `limits`: the shortest and the longest call, or null.
const draw_histogram = (picture, name, side, stored, marks, limits) => {
  picture.replaceChildren();
  const buckets = stored.map(([from, to, calls]) => {
    const least = Math.max(from, limits?.min_ns ?? 0, 1); // the outermost ones hold no shorter and no longer call
    return { from: least, to: Math.max(Math.min(to, limits?.max_ns ?? to), least * 1.02), calls };
  });
  picture.setAttribute("aria-label", `Histogram of ${name}, ${side}: half of the calls took at most ${duration(marks[0][1])}, 99 of 100 at most ${duration(marks[1][1])}`);
  picture.toggleAttribute("hidden", buckets.length === 0);
  if (buckets.length === 0) return;
  const [width, height, bottom] = [720, 220, 190];
  const first = Math.log(buckets[0].from);
  const last = Math.log(buckets[buckets.length - 1].to);
  const x = (ns) => (width * (Math.min(Math.max(Math.log(Math.max(ns, 1)), first), last) - first)) / Math.max(last - first, 1e-9);
  // The area tells how many: buckets are not all of one width on this axis.
  const dense = (bucket) => bucket.calls / (Math.log(bucket.to) - Math.log(bucket.from));
  const most = Math.max(...buckets.map(dense));
  for (const bucket of buckets) {
    const tall = Math.max((dense(bucket) / most) * (bottom - 20), 1);
    const bar = svg("rect", { x: x(bucket.from), y: bottom - tall, width: Math.max(x(bucket.to) - x(bucket.from) - 0.5, 1), height: tall });
    bar.append(svg("title", {}, `${duration(bucket.from)} to ${duration(bucket.to)}: ${count(bucket.calls)} calls`));
    picture.append(bar);
  }
  picture.append(svg("line", { x1: 0, x2: width, y1: bottom, y2: bottom }));
  for (const [name, ns] of marks) {
    const place = x(ns);
    picture.append(svg("line", { class: "mark", x1: place, x2: place, y1: name === "p50" ? 16 : 32, y2: bottom }));
    picture.append(svg("text", { x: place + (place > width - 120 ? -4 : 4), y: name === "p50" ? 14 : 30, "text-anchor": place > width - 120 ? "end" : "start" }, `${name} ${duration(ns)}`));
  }
  picture.append(svg("text", { x: 0, y: height - 14 }, duration(buckets[0].from)));
  picture.append(svg("text", { x: width, y: height - 14, "text-anchor": "end" }, duration(buckets[buckets.length - 1].to)));
};

