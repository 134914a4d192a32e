// Filling the table.
#include "boundary/table.h"

#include "boundary/call_sites.h"
#include "boundary/interrupt.h"
#include "boundary/trace.h"

#include <Python.h>
#include <polyhost/version.h>
#include <polyhost/detail/tick.hpp>

#include <mutex>
#include <new>
#include <utility>

namespace polyhost::boundary {

namespace {

constinit thread_local polyhost_thread this_thread{};

polyhost_thread* find_thread() { return &this_thread; }

// Without a GIL, or with one an interpreter, two threads may ask at once.
constinit std::mutex making;

polyhost_record* find_record(const char* module, const char* name, std::uint32_t direction) {
  const std::lock_guard<std::mutex> lock(making);
  try {
    return &ledger().record(module, name, static_cast<polyhost_direction>(direction));
  } catch (const std::bad_alloc&) {  // no exception may leave through a C table
    return nullptr;
  }
}

constinit std::uint32_t timing_mode = POLYHOST_TIMING_EXACT;
constinit polyhost_function* functions = nullptr;

void add_function(polyhost_function* function) {
  *function->slot = function->entry_points[timing_mode];
  function->next = std::exchange(functions, function);
}

void describe(polyhost_record* record, const char* signature, std::uint32_t traits) {
  const std::lock_guard<std::mutex> lock(making);
  record::Ledger::Entry* entry = ledger().find(*record);
  if (entry == nullptr) return;
  try {
    ledger().describe(*entry, signature, traits);
  } catch (const std::bad_alloc&) {  // the reports say less
  }
}

void trace_and_count_site(polyhost_record* record, std::uint64_t entry, std::uint64_t converted,
                          std::uint64_t returned, std::uint64_t exit, std::uint64_t gil_wait,
                          std::uint32_t failed) {
  if (trace() != nullptr) trace_call(record, entry, converted, returned, exit, gil_wait, failed);
  count_call_site(record);
}

decltype(polyhost_table::observe) observer() {
  if (every_call_site_is_wanted()) return trace_and_count_site;
  return trace() != nullptr ? trace_call : nullptr;
}

}  // namespace

record::Ledger& ledger() {
  static record::Ledger& instance = *new record::Ledger;  // plugins write to it to the very end
  return instance;
}

const polyhost_table& table() {
  // The executable's thread-local storage lies at the same distance from every thread's pointer.
  static const polyhost_table instance{
      .major = POLYHOST_ABI_MAJOR,
      .minor = POLYHOST_ABI_MINOR,
      .host = "polyhost " POLYHOST_VERSION,
      .clock = detail::clock_in_use,
      .reserved = 0,
      .thread_offset = reinterpret_cast<char*>(&this_thread) - static_cast<char*>(__builtin_thread_pointer()),
      .record = find_record,
      .thread = find_thread,
      .interrupt_waits = interrupt_waits,
      .timing = &timing_mode,
      .add_function = add_function,
      .observe = observer(),
#ifdef Py_GIL_DISABLED
      .look = nullptr,  // it reads the frames of one thread at a time
#else
      .look = look_at_caller,
#endif
      .describe = describe,
  };
  return instance;
}

void lock_ledger() { making.lock(); }
void unlock_ledger() { making.unlock(); }

bool is_registered(const PyMethodDef& method) {
  const void* const slot = &method.ml_meth;
  for (const polyhost_function* f = functions; f != nullptr; f = f->next)
    if (static_cast<const void*>(f->slot) == slot) return true;
  return false;
}

void set_timing(polyhost_timing timing) {
  ledger().settle();
  note_timing_for_call_sites(timing);
  ledger().store().process().timing = static_cast<std::uint32_t>(timing);
  __atomic_store_n(&timing_mode, static_cast<std::uint32_t>(timing), __ATOMIC_RELAXED);
  for (polyhost_function* f = functions; f != nullptr; f = f->next) *f->slot = f->entry_points[timing];
}

polyhost_timing timing() { return static_cast<polyhost_timing>(timing_mode); }

}  // namespace polyhost::boundary
