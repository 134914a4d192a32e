// The definitions of callback.hpp.
#pragma once

#include <polyhost/callback.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

POLYHOST_INLINE polyhost_record* callback_record(const signature& s, std::size_t index) {
  polyhost_record*& record = s.parameters[index].callback;
  if (record == nullptr)
    record =
        table->record(s.module.c_str(), (callback_name(s, index) + s.version).c_str(), POLYHOST_OUTBOUND);
  if (record == nullptr && PyErr_Occurred() == nullptr) PyErr_NoMemory();
  return record;
}

}  // namespace polyhost::detail
