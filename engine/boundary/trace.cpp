// Each thread's ring, made at its first call.
#include "boundary/trace.h"

#include <Python.h>
#include <polyhost/object.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <exception>
#include <string>

namespace polyhost::boundary {

namespace {

constinit record::Trace* started = nullptr;
constinit thread_local record::Ring* this_ring = nullptr;
constinit thread_local bool without_memory = false;

// Of a thread that has a ring: where many threads come and go, most of a block each would be wasted.
struct ClosedAtEnd {
  ~ClosedAtEnd() {
    if (this_ring != nullptr) this_ring->close();
    this_ring = nullptr;
    without_memory = true;
  }
};

// What threading calls the calling thread; without asking it, which would run Python code, and make up a
// name. Leaves no exception behind.
std::string python_name() {
  const object key = object::steal(PyUnicode_FromString("threading"));
  const object threading = object::steal(key ? PyImport_GetModule(key.get()) : nullptr);
  const object active =
      object::steal(threading ? PyObject_GetAttrString(threading.get(), "_active") : nullptr);
  const object id = object::steal(PyLong_FromUnsignedLong(PyThread_get_thread_ident()));
  PyObject* thread = active && id && PyDict_CheckExact(active.get())
                         ? PyDict_GetItemWithError(active.get(), id.get())
                         : nullptr;
  const object name = object::steal(thread != nullptr ? PyObject_GetAttrString(thread, "_name") : nullptr);
  const object utf8 = object::steal(name && PyUnicode_Check(name.get())
                                        ? PyUnicode_AsEncodedString(name.get(), "utf-8", "backslashreplace")
                                        : nullptr);
  std::string found = utf8 ? PyBytes_AS_STRING(utf8.get()) : "";
  PyErr_Clear();
  return found;
}

record::Ring* open_ring() {
  if (without_memory) return nullptr;
  const detail::exception_aside of_a_call_that_failed;
  try {
    const auto id = static_cast<std::int64_t>(::syscall(SYS_gettid));
    std::string name = python_name();
    if (name.empty()) name = id == static_cast<std::int64_t>(::getpid()) ? "MainThread" : "a native thread";
    if (this_ring == nullptr) {  // else the garbage collector has run Python code, which has made a call
      thread_local const ClosedAtEnd closed_at_end;
      static_cast<void>(&closed_at_end);
      this_ring = &started->add_thread(id, std::move(name));
    }
  } catch (const std::exception&) {
    without_memory = true;
  }
  return this_ring;
}

}  // namespace

void start_trace(std::size_t events_per_thread) {
  started = new record::Trace(events_per_thread);  // plugins write to it to the very end
}

const record::Trace* trace() { return started; }

void trace_call(polyhost_record* record, std::uint64_t entry, std::uint64_t converted, std::uint64_t returned,
                std::uint64_t exit, std::uint64_t gil_wait, std::uint32_t failed) {
  record::Ring* ring = this_ring;
  if (ring == nullptr) [[unlikely]]
    ring = open_ring();
  if (ring == nullptr) [[unlikely]]
    return;
  constexpr std::uint64_t longest = (std::uint64_t{1} << 63U) - 1;
  ring->push({record, entry, converted, returned, exit, gil_wait & longest, failed & 1U});
}

}  // namespace polyhost::boundary
