// A record as the ledger makes it, of a function that was not called yet.
#pragma once

#include <polyhost/abi.h>

#include <cstdint>
#include <memory>

namespace polyhost::test {

inline std::unique_ptr<polyhost_record> empty_record() {
  auto record = std::make_unique<polyhost_record>();
  record->min = UINT64_MAX;
  return record;
}

}  // namespace polyhost::test
