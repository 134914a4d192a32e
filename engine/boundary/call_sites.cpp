// From the frame of the caller to a line of the ledger's entry. Resolved when it is first seen: the reports
// are made when Python has ended.
#include "boundary/call_sites.h"

#include "boundary/table.h"
#include "record/ledger.h"

#include <Python.h>
#include <polyhost/detail/account.hpp>
#include <polyhost/detail/timing.hpp>
#include <polyhost/object.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <new>
#include <string>
#include <unordered_map>

namespace polyhost::boundary {

namespace {

constexpr std::uint64_t first_looks = 16;
constexpr double look_scale = 709.4;  // 1024, as random_skip takes it
// Code that is made anew each time has a new place each time.
constexpr std::size_t most_places = 1000;  // that are remembered; others are resolved each time

// A place in Python code: an instruction of a code object.
struct Place {
  const polyhost_record* record;
  PyObject* code;  // owned by the table of places: its address stays its own
  int instruction;
  bool operator==(const Place&) const = default;
};

struct PlaceHash {
  std::size_t operator()(const Place& place) const {
    const auto mixed = reinterpret_cast<std::uintptr_t>(place.record) * 31 +
                       reinterpret_cast<std::uintptr_t>(place.code) +
                       static_cast<std::uintptr_t>(place.instruction);
    return std::hash<std::uintptr_t>()(mixed * 0x9E3779B97F4A7C15U);
  }
};

using Places = std::unordered_map<Place, record::Ledger::Site*, PlaceHash>;

Places& places() {
  static Places& known = *new Places;
  return known;
}

constinit bool every = false;         // call is to be looked at
constinit bool times_all = true;      // what is not timed cannot be looked at
constinit bool has_timed_all = true;  // since the last reset

std::string text_of(PyObject* unicode) {
  const char* utf8 = PyUnicode_AsUTF8(unicode);
  if (utf8 == nullptr) PyErr_Clear();  // lone surrogates
  return utf8 != nullptr ? utf8 : "?";
}

// Null if no Python code is running.
record::Ledger::Site* find_site(polyhost_record& record) {
  PyFrameObject* frame = PyEval_GetFrame();
  if (frame == nullptr) return nullptr;
  const object code = object::steal(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const Place place{&record, code.get(), PyFrame_GetLasti(frame)};
  const auto known = places().find(place);
  if (known != places().end()) return known->second;
  record::Ledger::Entry* entry = ledger().find(record);
  if (entry == nullptr) return nullptr;
  const auto& of = *reinterpret_cast<PyCodeObject*>(code.get());
  record::Ledger::Site& site =
      ledger().site(*entry, text_of(of.co_filename), PyFrame_GetLineNumber(frame), text_of(of.co_qualname));
  if (site.file.empty() || places().size() >= most_places) return &site;
  places().emplace(place, &site);
  Py_INCREF(code.get());
  return &site;
}

// The line of the call that is about to end; null if it is not known.
record::Ledger::Site* look(polyhost_record& record) {
  const detail::exception_aside of_a_call_that_failed;
  try {
    return find_site(record);
  } catch (const std::bad_alloc&) {  // it is not counted
    return nullptr;
  }
}

// How many calls are split before the next look, so many calls after the start: the first ones are all looked
// at, then one after each eighth more, and in the long run one in 1024.
std::uint64_t until_next_look(std::uint64_t calls) {
  if (calls < first_looks) return 0;
  const double splits =
      timing() == POLYHOST_TIMING_FULL ? 1 : 1.0 / static_cast<double>(detail::exact_period);  // a call
  return detail::random_skip(splits * std::min(look_scale, static_cast<double>(calls) / 8));
}

}  // namespace

void look_at_caller(polyhost_record* record) {
  record::Ledger::Entry* entry = ledger().find(*record);
  if (entry == nullptr) return;
  record::Ledger::Site* site = every ? nullptr : look(*record);  // else each call is counted
  // After the look, which may run the garbage collector, and with it anything.
  const std::uint64_t since = entry->since_last_look();
  if (site != nullptr) {
    record::Ledger::Site* before = entry->last_site != nullptr ? entry->last_site : site;
    before->stored.calls += since / 2;
    site->stored.calls += since - since / 2;
    entry->last_site = site;
  }
  entry->looked_until += since;
  record->until_look = until_next_look(entry->looked_until);
}

void count_call_sites_exactly() {
#ifndef Py_GIL_DISABLED
  every = true;
#endif
}
bool every_call_site_is_wanted() { return every; }

void note_timing_for_call_sites(polyhost_timing timing) {
  times_all = timing == POLYHOST_TIMING_EXACT || timing == POLYHOST_TIMING_FULL;
  has_timed_all = has_timed_all && times_all;
}
bool call_sites_are_exact() { return every && has_timed_all; }

void count_call_site(polyhost_record* record) {
  const record::Ledger::Entry* entry = ledger().find(*record);
  if (entry == nullptr || entry->direction != POLYHOST_INBOUND) return;
  if (record::Ledger::Site* site = look(*record)) site->stored.calls += 1;
}

void forget_call_sites() {
  has_timed_all = times_all;
  Places forgotten;
  forgotten.swap(places());
  for (const auto& [place, site] : forgotten) Py_DECREF(place.code);
}

}  // namespace polyhost::boundary
