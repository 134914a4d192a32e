// Loops of a script's kind, run in turns: empty, and around one function in each timing mode.
#include "boundary/calibrate.h"

#include "base/clock.h"
#include "boundary/table.h"
#include "boundary/threads.h"

#include <polyhost/detail/estimate.hpp>
#include <polyhost/module.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace polyhost::boundary {

namespace {

constexpr int calls = 500;
constexpr int passes = 9;
constexpr std::size_t modes = POLYHOST_TIMING_COUNT;
constexpr std::size_t empty = modes;  // the loop without a call

constexpr const char* loops_script = R"(
def empty(turns):
    for _ in turns: pass
def calling(turns, function):
    for _ in turns: function(7)
def adding(turns, x):
    for _ in turns: x + 7
)";

// Whoever profiles or traces the script does not see the loops.
class without_tracing {
 public:
  without_tracing() { PyThreadState_EnterTracing(PyThreadState_Get()); }
  ~without_tracing() { PyThreadState_LeaveTracing(PyThreadState_Get()); }
  without_tracing(const without_tracing&) = delete;
  without_tracing& operator=(const without_tracing&) = delete;
};

std::int64_t same(std::int64_t x) { return x; }
using call_traits = detail::callable_traits<decltype(&same)>;

// The function that is called, as m.def would make it, but with a record of its own. It lives to the end.
class Probe {
 public:
  Probe() {
    detail::read_signature(signature_, "probe(x)");
    call_traits::add_types(signature_);
    module_ = detail::or_throw(PyModule_New("_polyhost_probe"));
    const object self = detail::make_function_object(module_.get(), signature_, record_);
    function_ = detail::or_throw(PyCFunction_NewEx(&method_, self.get(), nullptr));
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  PyObject* use(polyhost_timing timing) {
    timing_ = static_cast<std::uint32_t>(timing);
    method_.ml_meth = reinterpret_cast<PyCFunction>(
        reinterpret_cast<void*>(call_traits::entry_points_of<&same, false>[timing]));
    record_ = {};
    record_.min = UINT64_MAX;
    return function_.get();
  }
  // Ticks that the batch form takes for a list of so many items, from the inside.
  [[nodiscard]] double run_batch(int items) const {
    static constexpr const detail::batch_function* batch = call_traits::batch_of<&same>();
    const object one = detail::or_throw(PyLong_FromLong(7));
    const object list = detail::or_throw(PyList_New(items));
    for (int i = 0; i < items; ++i) PyList_SET_ITEM(list.get(), i, Py_NewRef(one.get()));
    const object threads = detail::or_throw(PyLong_FromLong(1));
    // Else it would import array.
    const object bytes = detail::or_throw(PyByteArray_FromStringAndSize(nullptr, items * Py_ssize_t{8}));
    const object view = detail::or_throw(PyMemoryView_FromObject(bytes.get()));
    const object out = detail::or_throw(PyObject_CallMethod(view.get(), "cast", "s", "q"));
    PyObject* const bound[] = {list.get(), out.get(), threads.get()};
    detail::untimed_crossing<POLYHOST_INBOUND> crossing(detail::this_thread());
    const std::uint64_t start = detail::tick();
    const object done = detail::or_throw(detail::convert_and_run_batch(*batch, signature_, bound, crossing));
    const std::uint64_t took = detail::tick() - start;
    crossing.end();
    return static_cast<double>(took);
  }
  [[nodiscard]] double mean_outer() const {
    const detail::totals totals = detail::estimate_totals(record_);
    return totals.outer / std::max(totals.calls, 1.0);
  }
  // Of this function alone: the process's mode stays as it is.
  [[nodiscard]] const std::uint32_t* timing() const { return &timing_; }

 private:
  std::uint32_t timing_ = POLYHOST_TIMING_EXACT;
  detail::signature signature_;
  polyhost_record record_{};
  PyMethodDef method_{"probe", nullptr, METH_FASTCALL | METH_KEYWORDS, nullptr};
  object module_;
  object function_;
};

// In ticks.
struct Measured {
  std::array<double, modes> cost{};  // of timing, by mode
  double call_site = 0.0;
  double python_operation = 0.0;
  double batch_call = 0.0;
  double batch_item = 0.0;
  std::uint64_t at_ns = 0;
};

// Written with the GIL; a report that could not wait for the GIL (termination.cpp) reads it without.
constinit std::mutex measuring;
constinit std::optional<Measured> measured;

constexpr std::uint64_t fresh_for_ns = 500'000'000;  // machines have slow phases

using Samples = std::array<double, passes>;

double median(Samples samples) {
  std::nth_element(samples.begin(), samples.begin() + passes / 2, samples.end());
  return samples[passes / 2];
}

class Loops {
 public:
  Loops() {
    globals_ = detail::or_throw(PyDict_New());
    if (PyDict_SetItemString(globals_.get(), "__builtins__", PyEval_GetBuiltins()) != 0) throw_python_error();
    // Not PyRun_String: at the end of a run it would make Python forget that an interrupt ended the script.
    const object code = detail::or_throw(Py_CompileString(loops_script, "<polyhost>", Py_file_input));
    detail::or_throw(PyEval_EvalCode(code.get(), globals_.get(), globals_.get()));
    const object itertools = detail::or_throw(PyImport_ImportModule("itertools"));
    repeat_ = detail::or_throw(PyObject_GetAttrString(itertools.get(), "repeat"));
  }

  // Ticks a turn.
  double run(const char* name, PyObject* function) {
    const object turns = detail::or_throw(PyObject_CallFunction(repeat_.get(), "Oi", Py_None, calls));
    PyObject* loop = PyDict_GetItemString(globals_.get(), name);
    const std::uint64_t start = detail::tick();
    const object done = detail::or_throw(
        function != nullptr ? PyObject_CallFunctionObjArgs(loop, turns.get(), function, nullptr)
                            : PyObject_CallFunctionObjArgs(loop, turns.get(), nullptr));
    return static_cast<double>(detail::tick() - start) / calls;
  }

 private:
  object globals_;
  object repeat_;
};

// Of one pass each: slow phases of the machine are in both.
double median_difference(const Samples& longer, const Samples& shorter) {
  Samples difference{};
  std::transform(longer.begin(), longer.end(), shorter.begin(), difference.begin(), std::minus<>());
  return std::max(0.0, median(difference));
}

Measured measure_once(Probe& probe) {
  Loops loops;
  std::array<Samples, modes + 1> times{};
  Samples without_inside{};
  Samples adding{};
  Samples batch_of_one{};
  Samples batch_of_many{};
  const object seven = detail::or_throw(PyLong_FromLong(7));
  for (int pass = -1; pass < passes; ++pass) {  // the first only warms up
    const auto at = static_cast<std::size_t>(std::max(pass, 0));
    times[empty][at] = loops.run("empty", nullptr);
    adding[at] = loops.run("adding", seven.get());
    batch_of_one[at] = probe.run_batch(1);
    batch_of_many[at] = probe.run_batch(calls);
    for (std::size_t mode = 0; mode < modes; ++mode) {
      const auto timing = static_cast<polyhost_timing>(mode);
      times[mode][at] = loops.run("calling", probe.use(timing));
      if (timing == POLYHOST_TIMING_EXACT) without_inside[at] = times[mode][at] - probe.mean_outer();
    }
  }
  Measured result;
  for (std::size_t mode = 0; mode < modes; ++mode)
    result.cost[mode] = median_difference(times[mode], times[POLYHOST_TIMING_OFF]);
  result.call_site = median_difference(without_inside, times[empty]);
  result.python_operation = median_difference(adding, times[empty]);
  result.batch_call = median(batch_of_one) + result.call_site;
  result.batch_item = median_difference(batch_of_many, batch_of_one) / (calls - 1);
  return result;
}

// Ticks are not free: where they seem to be, the machine was busy with something else.
Measured measure(Probe& probe) {
  constexpr int attempts = 5;
  Measured result = measure_once(probe);
  for (int attempt = 1; attempt < attempts && result.cost[POLYHOST_TIMING_EXACT] == 0.0; ++attempt)
    result = measure_once(probe);
  return result;
}

bool for_good = false;

// What m.def's functions of a plugin find out when it is imported; but the timing is the probe's for a while.
class own_functions_follow {
 public:
  explicit own_functions_follow(const Probe& probe) {
    detail::table = &table();
    detail::thread_offset = table().thread_offset;
    detail::timing_in_use = probe.timing();
  }
  ~own_functions_follow() { detail::timing_in_use = table().timing; }
  own_functions_follow(const own_functions_follow&) = delete;
  own_functions_follow& operator=(const own_functions_follow&) = delete;
};

// Another thread may still get the signal, and this one then sees it.
void calibrate_despite_interrupt() {
  try {
    calibrate();
  } catch (const python_error& error) {
    if (!error.matches(PyExc_KeyboardInterrupt)) throw;
    calibrate();
    PyErr_SetInterrupt();
  }
}

PyObject* calibrate_before_end(PyObject*, PyObject* process) {
  try {
    // Ctrl-C comes when it is over: at the end of Python, as without a report.
    sigset_t interrupt;
    sigset_t before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    const std::unique_ptr<sigset_t, void (*)(sigset_t*)> unblock(
        &before, [](sigset_t* mask) { pthread_sigmask(SIG_SETMASK, mask, nullptr); });
    if (PyLong_AsLong(process) == static_cast<long>(::getpid())) {
      several_threads();  // while it can be found out
      calibrate_despite_interrupt();
    }
    return Py_NewRef(Py_None);
  } catch (...) {
    detail::set_python_error_from_current_exception();
    return nullptr;
  }
}

}  // namespace

void calibrate() {
  const std::uint64_t now = base::now().ns;
  if (for_good || (measured && now - measured->at_ns < fresh_for_ns)) return;
  // Python code that runs meanwhile (another thread, a finaliser, a signal handler) may come here again. Not
  // a static with an initialiser: its lock would be held while another thread has the GIL.
  static bool busy = false;
  if (busy) return;
  busy = true;
  const std::unique_ptr<bool, void (*)(bool*)> over(&busy, [](bool* flag) { *flag = false; });
  static Probe* probe = nullptr;
  if (probe == nullptr) probe = new Probe;
  const own_functions_follow connected(*probe);
  const without_tracing quiet;
  Measured anew = measure(*probe);
  anew.at_ns = now;
  const std::lock_guard<std::mutex> lock(measuring);
  measured = anew;
}

void calibrate_for_good() {
  calibrate();
  for_good = true;
}

record::CostInTicks calibrated_cost(polyhost_timing timing) {
  const std::lock_guard<std::mutex> lock(measuring);
  if (!measured) return {};
  return {measured->cost[timing], measured->cost[POLYHOST_TIMING_FULL],
          measured->call_site,    measured->python_operation,
          measured->batch_call,   measured->batch_item};
}

bool calibrate_at_exit() {
  static PyMethodDef method{"calibrate", calibrate_before_end, METH_O, nullptr};
  const object process = object::steal(PyLong_FromLong(static_cast<long>(::getpid())));
  const object function = object::steal(PyCFunction_NewEx(&method, nullptr, nullptr));
  const object atexit = object::steal(PyImport_ImportModule("atexit"));
  if (!process || !function || !atexit) return false;
  return static_cast<bool>(
      object::steal(PyObject_CallMethod(atexit.get(), "register", "OO", function.get(), process.get())));
}

}  // namespace polyhost::boundary
