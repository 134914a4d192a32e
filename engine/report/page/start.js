// What is drawn first, and what the controls do.
document.title = `polyhost report: ${report.script || "(no script)"}`;
$("run").textContent = `${report.script || "(no script)"}, wall ${duration(report.wall_ns)}, timing ${report.timing}`;
$("footer").textContent = `Measuring cost ${duration(report.cost.per_split_ns)} a split call, else ${duration(report.cost.per_call_ns)} a call ` +
  `(clock ${report.clock.source}, resolution ${duration(report.clock.resolution_ns)}); ${report.lost === 0 ? "nothing was lost" : `${count(report.lost)} calls were counted but not timed`}. ` +
  `The interpreter spends ${duration(report.cost.call_site_ns)} more around an inbound call, in no row. A crossing made from within another one counts in both.`;
$("search").addEventListener("input", (event) => {
  state.search = event.target.value;
  state.rows = at_once;
  draw_table();
  draw_timeline();
});
$("more").addEventListener("click", () => {
  state.rows = Infinity;
  draw_table();
});
$("of").hidden = parts_of_run.length === 1;
for (const part of parts_of_run) {
  const times = part.entered === undefined ? "" : `, entered ${part.entered === 1 ? "once" : `${count(part.entered)} times`}, wall ${duration(part.wall_ns)}`;
  $("region").append(make("option", part.name + times));
}
$("region").addEventListener("change", (event) => {
  state.part = parts_of_run[event.target.selectedIndex];
  if (state.chosen !== null) choose(state.chosen);
  draw_wall();
  draw_table();
  draw_graph();
});
control_timeline();
draw_wall();
draw_table();
draw_advice();
draw_processes();
draw_graph();
draw_timeline();
