// Counts that another process has left, as the parent's report adds them up.
#include "record/store.h"

#include "record/ledger.h"
#include "record/snapshot.h"

#include <polyhost/detail/account.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

using polyhost::detail::account;
using polyhost::detail::crossing;
using polyhost::record::Ledger;
using polyhost::record::Slot;
using polyhost::record::Snapshot;

namespace {

void call(Ledger& ledger, const std::string& name, int times) {
  polyhost_record& record = ledger.record("m", name, POLYHOST_INBOUND);
  for (int i = 0; i < times; ++i) account<POLYHOST_INBOUND>(record, crossing{0, 10, 30, 60, 0, 0, 0});
}

void introduce(Ledger& ledger) { ledger.store().process().pid = static_cast<std::int64_t>(::getpid()); }

// Runs `child` in a child; its status.
template <class Child>
int in_child(Ledger& ledger, Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ledger.enter_child();
    introduce(ledger);
    ::_exit(child());
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Snapshot snapshot_of(const Ledger& ledger) {
  polyhost::base::choose_clock();
  return take_snapshot(ledger, polyhost::base::now(), "", POLYHOST_TIMING_EXACT, {});
}

}  // namespace

TEST_CASE("a forked child counts in a slot of its own, from zero, at the same place") {
  Ledger ledger;
  REQUIRE(ledger.store().share());
  introduce(ledger);
  call(ledger, "f", 5);
  const polyhost_record* place = &ledger.record("m", "f", POLYHOST_INBOUND);
  CHECK(in_child(ledger, [&] {
          const bool from_zero = place->calls == 0 && place->min == UINT64_MAX;
          call(ledger, "f", 7);
          call(ledger, "new", 2);
          return from_zero && place == &ledger.record("m", "f", POLYHOST_INBOUND) && place->calls == 7 ? 0
                                                                                                       : 1;
        }) == 0);
  CHECK(place->calls == 5);
  const std::vector<std::uint64_t> slots = ledger.store().descendants();
  REQUIRE(slots.size() == 1);
  Ledger sum;
  sum.add(ledger);
  sum.add(Slot(ledger.store().file(), slots[0]));
  const Snapshot all = snapshot_of(sum);
  REQUIRE(all.functions.size() == 2);
  CHECK(all.functions[0].name == "m.f");
  CHECK(all.functions[0].calls == 12);
  REQUIRE(all.functions[0].histogram.size() == 1);
  CHECK(all.functions[0].histogram[0].calls == 12);
  CHECK(all.functions[1].name == "m.new");
  CHECK(all.functions[1].calls == 2);
}

TEST_CASE("the lines that call are added up, and stand for all calls") {
  Ledger ledger;
  REQUIRE(ledger.store().share());
  introduce(ledger);
  const auto look = [&](const std::string& file, std::uint64_t calls) {
    Ledger::Entry& entry = *ledger.find(ledger.record("m", "f", POLYHOST_INBOUND));
    ledger.site(entry, file, 3, "main").stored.calls += calls;
  };
  call(ledger, "f", 10);
  look("a.py", 10);
  REQUIRE(in_child(ledger, [&] {
            call(ledger, "f", 100);
            look("b.py", 40);
            look("a.py", 10);  // and of 50 the line is not known
            return 0;
          }) == 0);
  Ledger sum;
  sum.add(ledger);
  sum.add(Slot(ledger.store().file(), ledger.store().descendants().at(0)));
  const auto sites = snapshot_of(sum).functions.at(0).sites;
  REQUIRE(sites.size() == 2);
  CHECK(sites[0].file == "b.py");
  CHECK(sites[0].calls == 80);
  CHECK(sites[1].file == "a.py");
  CHECK(sites[1].calls == 30);
}

TEST_CASE("a child of a store that is not shared counts from zero, too") {
  Ledger ledger;
  call(ledger, "f", 5);
  CHECK(in_child(ledger, [&] { return static_cast<int>(ledger.record("m", "f", POLYHOST_INBOUND).calls); }) ==
        0);
  CHECK(ledger.store().descendants().empty());
  CHECK(ledger.store().address().empty());
}

TEST_CASE("an address that leads nowhere changes nothing") {
  Ledger ledger;
  for (const char* address : {"", "x", "1:2:3", "1:2:3:4", "1:2:3:4:5", "99999999999999999999:1:1:1"})
    CHECK_FALSE(ledger.store().share(std::string(address)));
  CHECK_FALSE(ledger.store().is_shared());
  call(ledger, "f", 1);
  CHECK(snapshot_of(ledger).functions.size() == 1);
}

TEST_CASE("a process of the family joins by the address") {
  Ledger first;
  REQUIRE(first.store().share());
  introduce(first);
  Ledger second;
  REQUIRE(second.store().share(first.store().address()));
  introduce(second);
  call(second, "f", 3);
  CHECK(second.store().parent()->pid == ::getpid());
  Ledger sum;
  sum.add(Slot(first.store().file(), first.store().descendants().at(0)));
  CHECK(snapshot_of(sum).functions.at(0).calls == 3);
}
