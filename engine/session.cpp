// Clock, ledger and built-in modules, wired together.
#include "session.h"

#include "accelerators/accelerators.h"
#include "base/clock.h"
#include "base/log.h"
#include "boundary/all_native.h"
#include "boundary/calibrate.h"
#include "boundary/call_sites.h"
#include "boundary/interrupt.h"
#include "boundary/module.h"
#include "boundary/table.h"
#include "boundary/threads.h"
#include "boundary/trace.h"
#include "family.h"
#include "interpreter/interpreter.h"
#include "package.h"
#include "record/region.h"
#include "report/advice.h"
#include "report/diff.h"
#include "report/html.h"
#include "report/json.h"
#include "report/read_json.h"
#include "report/timeline.h"
#include "report/trace.h"
#include "toolchain/finder.h"

#include <polyhost/version.h>
#include <polyhost/object.hpp>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

namespace polyhost::session {

namespace {

struct Session {
  base::Moment begun{};
  base::Moment start{};  // or the last reset
  std::string script;
  record::Regions regions;
  std::uint64_t begun_at_reset = 0;  // processes of the family
  std::int64_t regions_process = 0;  // a forked child has none of them
};

Session& current() {
  static Session& session = *new Session;  // read to the very end
  return session;
}

std::string as_text(const record::Snapshot& snapshot, const std::string& format,
                    const report::TableStyle& style, const record::Trace* trace) {
  if (!report::is_order(style.order))
    throw std::invalid_argument("there is no order '" + style.order + "': use one of " + report::orders());
  if (format == "table") return report::table(snapshot, style);
  if (format == "json") return report::json(snapshot);
  if (format != "html")
    throw std::invalid_argument("use 'table', 'json' or 'html': there is no report format '" + format + "'");
  if (trace == nullptr) return report::html(snapshot);
  return report::html(snapshot,
                      report::timeline(*trace, boundary::ledger(), snapshot, current().start.ticks));
}

std::string show(const std::string& json, const std::string& format, const std::string& order) {
  return as_text(report::read_json(json), format, {.order = order}, nullptr);
}

std::string diff(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  const auto read = [](const std::vector<std::string>& texts) {
    std::vector<record::Snapshot> all(texts.size());
    std::transform(texts.begin(), texts.end(), all.begin(), report::read_json);
    return all;
  };
  return report::diff(read(before), read(after));
}

std::vector<boundary::Advice> advise(const record::Snapshot& snapshot) {
  std::vector<boundary::Advice> all;
  for (report::Advice& a : report::advise(snapshot))
    all.push_back({std::string(report::text(a.rule)), std::move(a.function), std::move(a.text), a.saves_ns});
  return all;
}

constexpr const char* address_variable = "POLYHOST_COUNTS";

// What others read of this process: its counts begin at zero.
void introduce() {
  record::StoredProcess& process = boundary::ledger().store().process();
  process.parent_pid = static_cast<std::int64_t>(::getppid());
  process.start = current().start;
  process.ended_ns = 0;
  process.clock = static_cast<std::uint32_t>(detail::clock_in_use);
  __atomic_store_n(&process.pid, static_cast<std::int64_t>(::getpid()), __ATOMIC_RELEASE);
}

void enter_child() {
  boundary::unlock_ledger();
  boundary::ledger().enter_child();
  current().start = base::now();
  introduce();
}

void note_end() { boundary::ledger().store().process().ended_ns = base::now().ns; }

// Where the parent's report, or a look from outside, finds the counts. What cannot be had is done without.
void share_counts(bool first) {
  record::Store& store = boundary::ledger().store();
  const char* address = ::secure_getenv(address_variable);
  // First: a child that knows nothing of it would count where its parent does.
  const bool forks_well = ::pthread_atfork(boundary::lock_ledger, boundary::unlock_ledger, enter_child) == 0;
  const bool joined = forks_well && address != nullptr && store.share(std::string(address));
  if (!joined && first && !(forks_well && store.share()))
    base::log_debug("the counts of other processes will not be seen");
  store.process().script = store.keep(current().script);
  introduce();
  std::atexit(note_end);
  const std::string own = store.address();
  if (!own.empty()) ::setenv(address_variable, own.c_str(), 1);
}

// How calls are timed and looked at: as the options say, or as the parent does.
void choose_modes(const Options& options) {
  const std::optional<record::StoredProcess> parent = boundary::ledger().store().parent();
  const bool every_site = options.call_sites_exact || (parent && parent->every_site != 0);
  boundary::ledger().store().process().every_site = every_site ? 1 : 0;
  if (every_site) boundary::count_call_sites_exactly();
  const bool all_native = options.all_native || (parent && parent->all_native != 0);
  boundary::ledger().store().process().all_native = all_native ? 1 : 0;
  std::uint32_t timing = parent ? parent->timing : std::uint32_t{POLYHOST_TIMING_EXACT};
  if (timing >= POLYHOST_TIMING_COUNT) timing = POLYHOST_TIMING_EXACT;
  boundary::set_timing(options.timing.value_or(static_cast<polyhost_timing>(timing)));
}

// The process that has counted, also in the copy of one that has crashed.
std::int64_t counted_process() { return boundary::ledger().store().process().pid; }

// Not where the child begins: nothing may be freed there.
record::Regions& regions() {
  const std::int64_t process = counted_process();
  if (std::exchange(current().regions_process, process) != process) current().regions.reset();
  return current().regions;
}

record::Snapshot snapshot_of(const record::Ledger& ledger) {
  return record::take_snapshot(ledger, current().start, current().script, boundary::timing(),
                               boundary::calibrated_cost(boundary::timing()),
                               boundary::call_sites_are_exact());
}

// What is known beside the counts.
record::Snapshot with_rest(record::Snapshot taken) {
  taken.threads = boundary::several_threads();
  if (const record::Trace* trace = boundary::trace()) {
    taken.traced = true;
    taken.trace_events = trace->events();
    taken.trace_dropped = trace->dropped();
  }
  taken.regions = regions().rows(boundary::ledger(), taken.clock.ns_per_tick);
  return taken;
}

std::string look_at(std::int64_t pid) { return report::json(family::look_at(pid)); }

// Without it the script runs as well.
void time_all_native() {
  // Which has what happens at the end, and to signals: a script may import no native function of polyhost's.
  const object module = object::steal(PyImport_ImportModule(POLYHOST_CAPSULE_MODULE));
  if (module && boundary::time_all_native()) return;
  PyErr_Print();
  base::log_error("--all-native cannot be had: only polyhost's own functions are timed");
}

// Without it the script runs as well.
void accelerate(const std::string& name) {
  const object module = object::steal(PyImport_ImportModule("polyhost.accelerators"));
  if (module && object::steal(PyObject_CallMethod(module.get(), "accelerate", "s", name.c_str()))) return;
  PyErr_Print();
  base::log_error("--accelerate " + name + " cannot be had: it is the standard library's");
}

// For the end that a second Ctrl-C forces. No report can be made then: the native function may hold any lock.
const char* last_words(bool reports) {
  return reports ? "polyhost: ended by the second Ctrl-C in a native function; the report is lost\n"
                 : "polyhost: ended by the second Ctrl-C in a native function\n";
}

}  // namespace

void begin(const Options& options) {
  base::choose_clock();
  current().begun = current().start = base::now();
  current().script = options.script;
  share_counts(options.shares);
  if (options.trace_events > 0) boundary::start_trace(options.trace_events);
  const auto in_order = [](const record::Snapshot& snapshot, const std::string& format,
                           const std::string& order) { return render(snapshot, format, {.order = order}); };
  boundary::register_module({take_snapshot, reset, begin_region, end_region, in_order, show, diff, advise,
                             look_at, options.write_reports, options.write_reports_of_copy,
                             options.reports_at_end, options.reloads});
  choose_modes(options);
  boundary::prepare_watch(last_words(options.reports_at_end));
  interpreter::freeze(package::modules());
  accelerators::register_modules();
  base::log_debug("polyhost " POLYHOST_VERSION " runs " +
                  (options.script.empty() ? "no script" : options.script) + " by Python " +
                  interpreter::version() + ", clock " + base::clock_source());
}

void python_started(bool imports_cpp, const std::vector<std::string>& accelerators) {
  boundary::remember_python_handler();
  if (imports_cpp) toolchain::install_finder();
  std::ranges::for_each(accelerators, accelerate);
  if (boundary::ledger().store().process().all_native != 0) time_all_native();
}

record::Snapshot take_snapshot() { return with_rest(snapshot_of(boundary::ledger())); }

record::Snapshot take_family_snapshot() {
  return with_rest(family::take_snapshot(boundary::ledger(), current().begun_at_reset, snapshot_of));
}

std::uint64_t begin_region() { return regions().begin(boundary::ledger(), base::now().ns); }

bool end_region(std::uint64_t token, const std::string& name) {
  return regions().end(token, name, boundary::ledger(), base::now().ns);
}

bool write_trace(const record::Snapshot& snapshot, const std::function<bool(std::string_view)>& sink) {
  const record::Trace* trace = boundary::trace();
  return trace == nullptr || report::write_trace(*trace, boundary::ledger(), snapshot, current().begun.ticks,
                                                 counted_process(), sink);
}

void reset() {
  boundary::ledger().reset();  // first: forgetting may run Python code, which calls native functions
  boundary::forget_call_sites();
  regions().reset();
  current().start = base::now();
  boundary::ledger().store().process().start = current().start;
  current().begun_at_reset = boundary::ledger().store().next_slot();
}

std::string render(const record::Snapshot& snapshot, const std::string& format,
                   const report::TableStyle& style) {
  return as_text(snapshot, format, style, boundary::trace());
}

}  // namespace polyhost::session
