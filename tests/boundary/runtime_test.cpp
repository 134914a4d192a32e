// How a plugin meets a ledger: the host's table, and tables that it must refuse.
#include <polyhost/detail/runtime.hpp>

#include "boundary/table.h"
#include "python.h"

#include <thread>

using polyhost::detail::compatible;
using polyhost::test::take_error;

namespace {

polyhost_table forged(std::uint32_t major, std::uint32_t minor) {
  polyhost_table table = polyhost::boundary::table();
  table.major = major;
  table.minor = minor;
  table.host = "polyhost 9.8.7";
  return table;
}

}  // namespace

TEST_CASE("the host's table is one that plugins of this version take") {
  const polyhost_table& table = polyhost::boundary::table();
  CHECK(compatible(table));
  polyhost_record* record = table.record("m", "f", POLYHOST_INBOUND);
  REQUIRE(record != nullptr);
  CHECK(record->min == UINT64_MAX);
  CHECK(table.record("m", "f", POLYHOST_INBOUND) == record);
}

TEST_CASE("every thread has a state of its own at the table's offset") {
  polyhost::detail::thread_offset = polyhost::boundary::table().thread_offset;
  polyhost::detail::this_thread().nested = 42;
  std::uint64_t seen = 1;
  std::thread([&] { seen = polyhost::detail::this_thread().nested++; }).join();
  CHECK(seen == 0);
  CHECK(polyhost::detail::this_thread().nested == 42);
  polyhost::detail::this_thread().nested = 0;
}

TEST_CASE("a ledger of another version is refused with both versions and the next step") {
  polyhost::test::need_python();
  CHECK(compatible(forged(POLYHOST_ABI_MAJOR, POLYHOST_ABI_MINOR + 1)));
  CHECK(compatible(forged(POLYHOST_ABI_MAJOR, 2)));

  CHECK_FALSE(compatible(forged(POLYHOST_ABI_MAJOR, 1)));
  CHECK(take_error() == "ImportError: this module speaks polyhost ABI 1.3 (polyhost " POLYHOST_VERSION
                        "), but the ledger of this process, kept by polyhost 9.8.7, speaks 1.1: upgrade "
                        "polyhost, or rebuild the "
                        "module with the headers of that version");

  CHECK_FALSE(compatible(forged(POLYHOST_ABI_MAJOR + 1, 0)));
  CHECK(take_error() == "ImportError: this module speaks polyhost ABI 1.3 (polyhost " POLYHOST_VERSION
                        "), but the ledger of this process, kept by polyhost 9.8.7, speaks 2.0: rebuild the "
                        "module with the headers of "
                        "that version");

  CHECK_FALSE(compatible(forged(POLYHOST_ABI_MAJOR - 1, 7)));
  CHECK(take_error() == "ImportError: this module speaks polyhost ABI 1.3 (polyhost " POLYHOST_VERSION
                        "), but the ledger of this process, kept by polyhost 9.8.7, speaks 0.7: upgrade "
                        "polyhost, or rebuild the "
                        "module with the headers of that version");
}
