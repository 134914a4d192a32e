// Written by hand but for names: there may be a million calls.
#include "report/timeline.h"

#include "report/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <unordered_map>
#include <vector>

namespace polyhost::report {
namespace {

constexpr std::uint64_t most_calls = 1'000'000;

std::string as_json(std::string_view text) { return nlohmann::json(printable(text)).dump(); }

void append(std::string& text, std::uint64_t number) {
  std::array<char, 24> digits{};
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

class Writer {
 public:
  Writer(const record::Trace& trace, const record::Ledger& ledger, double ns_per_tick, std::uint64_t start)
      : trace_(trace),
        ns_per_tick_(ns_per_tick),
        start_(start),
        share_shown_(std::min(1.0, static_cast<double>(most_calls) / static_cast<double>(trace.events()))),
        text_(R"({"functions":[)") {
    for (const record::Ledger::Entry& entry : ledger.entries()) {
      if (!indexes_.empty()) text_ += ',';
      indexes_.emplace(&entry.counts, indexes_.size());
      text_ += "[" + as_json(entry.name) + (entry.direction == POLYHOST_OUTBOUND ? ",true]" : ",false]");
    }
  }

  std::string write() {
    text_ += R"(],"threads":[)";
    bool first = true;
    for (const record::Ring& ring : trace_.threads()) {
      if (ring.size() == 0) continue;
      if (!std::exchange(first, false)) text_ += ',';
      thread(ring);
    }
    return std::move(text_ += "]}");
  }

 private:
  void thread(const record::Ring& ring) {
    const auto shown = static_cast<std::size_t>(share_shown_ * static_cast<double>(ring.size()));
    const std::size_t oldest = ring.size() - shown;
    (text_ += R"({"id":)") += std::to_string(ring.thread_id());
    (text_ += R"(,"name":)") += as_json(ring.thread_name());
    (text_ += R"(,"left_out":)") += std::to_string(ring.dropped() + oldest);
    text_ += R"(,"calls":[)";
    std::uint64_t before = 0;
    bool first = true;
    for (const std::uint32_t at : record::by_beginning(ring)) {
      const auto function = indexes_.find(ring[at].record);
      if (at < oldest || function == indexes_.end() || ring[at].entry < start_) continue;  // before a reset
      const std::uint64_t begin = nanoseconds(ring[at].entry);
      if (!std::exchange(first, false)) text_ += ',';
      append(text_, begin - before);
      append(text_ += ',', std::max(nanoseconds(ring[at].exit), begin) - begin);
      append(text_ += ',', function->second);
      before = begin;
    }
    text_ += "]}";
  }

  [[nodiscard]] std::uint64_t nanoseconds(std::uint64_t tick) const {
    return record::ns_since(start_, tick, ns_per_tick_);
  }

  const record::Trace& trace_;
  double ns_per_tick_;
  std::uint64_t start_;
  double share_shown_;  // of each thread's calls
  std::unordered_map<const polyhost_record*, std::uint64_t> indexes_;
  std::string text_;
};

}  // namespace

std::string timeline(const record::Trace& trace, const record::Ledger& ledger,
                     const record::Snapshot& snapshot, std::uint64_t start) {
  return Writer(trace, ledger, snapshot.clock.ns_per_tick, start).write();
}

}  // namespace polyhost::report
