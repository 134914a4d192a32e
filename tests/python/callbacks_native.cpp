// Native code that calls Python: at once, later, from its own threads, with and without the GIL.
#include <polyhost/native.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <thread>
#include <vector>

namespace {

using Function = polyhost::callback<double(double)>;
using Action = polyhost::callback<void()>;

double call(const Function& f, double x) { return f(x); }
void run(const Action& f) { f(); }
std::string call_text(const polyhost::callback<std::string(std::string_view)>& f, std::string_view text) {
  return f(text);
}
std::int8_t call_small(const polyhost::callback<std::int8_t(std::int64_t, std::int64_t)>& f, std::int64_t a,
                       std::int64_t b) {
  return f(a, b);
}
std::vector<double> call_list(const polyhost::callback<std::vector<double>(const std::vector<double>&)>& f,
                              const std::vector<double>& items) {
  return f(items);
}
polyhost::object call_object(const polyhost::callback<polyhost::object(polyhost::object)>& f,
                             polyhost::object x) {
  return f(std::move(x));
}
double call_optional(const std::optional<Function>& f, double x) { return f ? (*f)(x) : x; }
double sum_all(const std::vector<Function>& functions, double x) {
  double sum = 0;
  for (const Function& f : functions) sum += f(x);
  return sum;
}
double call_broken_text(const polyhost::callback<double(std::string_view)>& f) { return f("\xff"); }
double repeat(const Function& f, std::int64_t times) {
  double x = 0;
  for (std::int64_t i = 0; i < times; ++i) x = f(x);
  return x;
}

// Kept beyond the call.
Function kept;
void keep(const Function& f) { kept = f; }
double call_kept(double x) { return kept(x); }
void drop_kept() { kept = {}; }

// Runs `body` on a thread of its own and hands its exception on.
template <class Body>
void on_thread(Body body) {
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

double call_on_thread(const Function& f, double x) {
  double result = 0;
  on_thread([&] { result = f(x); });
  return result;
}
void drop_kept_on_thread() { on_thread(drop_kept); }
void copy_on_thread(const Function& f, std::int64_t copies) {
  on_thread([&] {
    std::vector<Function> all(static_cast<std::size_t>(copies), f);
    all.resize(all.size() / 2);
    const std::vector<Function> more = all;
  });
}
// True if the error that f raised can be described on a thread without the GIL.
std::string describe_on_thread(const Function& f) {
  try {
    return std::to_string(f(0));
  } catch (const polyhost::python_error& error) {
    std::string text;
    on_thread([&] { text = error.what(); });
    return text;
  }
}
void call_on_threads(const Function& f, std::int64_t threads, std::int64_t times) {
  std::vector<std::thread> all;
  for (std::int64_t i = 0; i < threads; ++i) all.emplace_back([&] { repeat(f, times); });
  for (std::thread& thread : all) thread.join();
}
// Never joined: the thread goes on calling f while Python shuts down.
void call_forever(const Function& f) {
  std::thread([f] {
    for (;;) {
      try {
        f(0);
      } catch (const std::exception&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
  }).detach();
}
// Never joined either: takes the GIL only to add and drop references.
void copy_forever(const Function& f) {
  std::thread([f] {
    for (;;) const Function copy = f;
  }).detach();
}

}  // namespace

POLYHOST_MODULE(callbacks_native, m) {
  m.def<call>("call(f, x)");
  m.def<call>("call_without_gil(f, x)", nullptr, polyhost::release_gil);
  m.def<run>("run(f)");
  m.def<call_text>("call_text(f, text)");
  m.def<call_small>("call_small(f, a, b)");
  m.def<call_list>("call_list(f, items)");
  m.def<call_object>("call_object(f, x)");
  m.def<call_optional>("call_optional(f, x)");
  m.def<sum_all>("sum_all(functions, x)");
  m.def<call_broken_text>("call_broken_text(f)");
  m.def<repeat>("repeat(f, times)");
  m.def<keep>("keep(f)");
  m.def<call_kept>("call_kept(x)");
  m.def<call_kept>("call_kept_without_gil(x)", nullptr, polyhost::release_gil);
  m.def<drop_kept>("drop_kept()");
  m.def<drop_kept_on_thread>("drop_kept_on_thread()", nullptr, polyhost::release_gil);
  m.def<call_on_thread>("call_on_thread(f, x)", nullptr, polyhost::release_gil);
  m.def<copy_on_thread>("copy_on_thread(f, copies)", nullptr, polyhost::release_gil);
  m.def<describe_on_thread>("describe_on_thread(f)", nullptr, polyhost::release_gil);
  m.def<call_on_threads>("call_on_threads(f, threads, times)", nullptr, polyhost::release_gil);
  m.def<call_forever>("call_forever(f)");
  m.def<copy_forever>("copy_forever(f)");
}
