// Events in the order of their beginning, a thread after the other, written as they come.
#include "report/trace.h"

#include <polyhost/version.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace polyhost::report {
namespace {

using record::Event;
using record::Ring;

constexpr std::size_t piece_size = std::size_t{1} << 16U;

std::string as_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// What the events of one record have in common.
struct Function {
  std::string name;    // qualified
  std::string quoted;  // as JSON
  bool outbound;
};

using Functions = std::unordered_map<const polyhost_record*, Function>;

Functions functions_of(const record::Ledger& ledger) {
  Functions all;
  for (const record::Ledger::Entry& entry : ledger.entries())
    all[&entry.counts] = {entry.name, as_json(entry.name), entry.direction == POLYHOST_OUTBOUND};
  return all;
}

// The calls of native functions that hand callbacks on, by name and thread, so that calls of these on other
// threads find where they come from.
class Givers {
 public:
  explicit Givers(const Functions& functions) {
    for (const auto& [record, function] : functions)
      if (function.outbound) calls_[giver_of(function.name)];
  }

  void add(const std::string& name, const Event& event, std::size_t thread) {
    const auto found = calls_.find(name);
    if (found != calls_.end()) found->second[thread].push_back({event.entry, event.exit});
  }

  void sort() {
    for (auto& [name, threads] : calls_) {
      for (auto& [thread, calls] : threads) {
        std::sort(calls.begin(), calls.end(), [](const Span& a, const Span& b) {
          return a.entry != b.entry ? a.entry < b.entry : a.exit > b.exit;
        });
        std::vector<Span> outermost;
        for (const Span& call : calls)
          if (outermost.empty() || outermost.back().exit <= call.entry) outermost.push_back(call);
        calls = std::move(outermost);
      }
    }
  }
  [[nodiscard]] bool empty() const { return calls_.empty(); }

  // The thread on which the one call runs that has handed out the callback; nothing if there are more of
  // them, or none.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& callback, std::uint64_t at,
                                                std::size_t own_thread) const {
    std::optional<std::size_t> found;
    const auto threads = calls_.find(giver_of(callback));
    if (threads == calls_.end()) return found;
    for (const auto& [thread, calls] : threads->second) {
      const auto after =
          std::upper_bound(calls.begin(), calls.end(), at,
                           [](std::uint64_t time, const Span& call) { return time < call.entry; });
      if (after == calls.begin() || (after - 1)->exit < at) continue;
      if (found || thread == own_thread) return std::nullopt;
      found = thread;
    }
    return found;
  }

 private:
  struct Span {
    std::uint64_t entry;
    std::uint64_t exit;
  };
  // "kernels.map" of "kernels.map(f)"
  static std::string giver_of(const std::string& callback) { return callback.substr(0, callback.find('(')); }

  std::map<std::string, std::map<std::size_t, std::vector<Span>>> calls_;  // by their beginning
};

class Writer {
 public:
  Writer(const record::Trace& trace, const record::Ledger& ledger, const record::Snapshot& snapshot,
         std::uint64_t start, std::int64_t process, const Sink& sink)
      : trace_(trace),
        snapshot_(snapshot),
        start_(start),
        process_(std::to_string(process)),
        sink_(sink),
        functions_(functions_of(ledger)),
        givers_(functions_) {}

  bool write() {
    head();
    std::size_t index = 0;
    for (const Ring& ring : trace_.threads()) note_givers(ring, index++);
    givers_.sort();
    index = 0;
    for (const Ring& ring : trace_.threads()) {
      if (ring.size() > 0) thread(ring, index);
      ++index;
    }
    text_ += "\n]}\n";
    flush(0);
    return taken_;
  }

 private:
  void head() {
    const nlohmann::ordered_json about = {
        {"polyhost", POLYHOST_VERSION},    {"script", snapshot_.script},
        {"clock", snapshot_.clock.source}, {"resolution_ns", snapshot_.clock.resolution_ns},
        {"timing", snapshot_.timing},      {"calls", trace_.events()},
        {"dropped", trace_.dropped()}};
    text_ = R"({"displayTimeUnit":"ns","otherData":)" +
            about.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + ",\"traceEvents\":[\n";
    text_ += R"({"ph":"M","name":"process_name","pid":)" + process_ + R"(,"tid":0,"args":{"name":)" +
             as_json("polyhost " + snapshot_.script) + "}}";
  }

  void note_givers(const Ring& ring, std::size_t index) {
    for (std::size_t at = 0; at < ring.size() && !givers_.empty(); ++at) {
      const auto function = functions_.find(ring[at].record);
      if (function != functions_.end() && !function->second.outbound)
        givers_.add(function->second.name, ring[at], index);
    }
  }

  void thread(const Ring& ring, std::size_t index) {
    const std::string id = std::to_string(ring.thread_id());
    place_ = R"(,"pid":)" + process_ + R"(,"tid":)" + id;
    open('M');
    text_ += R"(,"name":"thread_name","args":{"name":)" + as_json(ring.thread_name()) + "}}";
    open('M');
    text_ += R"(,"name":"thread_sort_index","args":{"sort_index":)" + std::to_string(index) + "}}";
    std::vector<std::uint64_t> open_calls;  // their ends
    const std::vector<std::uint32_t> order = record::by_beginning(ring);
    if (ring.dropped() > 0) dropped(ring, ring[order.front()]);
    for (const std::uint32_t at : order) {
      const Event& event = ring[at];
      const auto function = functions_.find(event.record);
      if (function == functions_.end()) continue;
      while (!open_calls.empty() && open_calls.back() <= event.entry) open_calls.pop_back();
      waits_until(event.entry);
      if (function->second.outbound && open_calls.empty()) hand_over(event, function->second, index);
      call(event, function->second);
      open_calls.push_back(event.exit);
      flush(piece_size);
    }
    waits_until(UINT64_MAX);
  }

  void call(const Event& event, const Function& function) {
    // Else it was timed as a whole, failed before its inner side began, or a tick moved backwards.
    const bool split = event.converted >= std::max<std::uint64_t>(event.entry, 1) &&
                       event.returned >= event.converted && event.exit >= event.returned &&
                       event.converted != event.exit;
    slice(function.quoted, function.outbound ? "native" : "python", event.entry, event.exit);
    text_ += event.failed != 0 ? R"(,"args":{"raised":true}})" : "}";
    if (!split) return;
    const std::uint64_t wait_from = function.outbound ? event.entry : event.returned;
    const std::uint64_t wait_until =
        std::min(wait_from + event.gil_wait, function.outbound ? event.converted : event.exit);
    if (function.outbound && event.gil_wait != 0) waiting(wait_from, wait_until);
    slice(function.quoted, function.outbound ? "python" : "native", event.converted, event.returned);
    text_ += "}";
    if (!function.outbound && event.gil_wait != 0) waits_.push_back({wait_from, wait_until});
  }

  // Waits after an inner side, which come after what was called from within it: those that begin by then.
  void waits_until(std::uint64_t tick) {
    while (!waits_.empty() && waits_.back().from <= tick) {  // the innermost begins first
      waiting(waits_.back().from, waits_.back().until);
      waits_.pop_back();
    }
  }

  void waiting(std::uint64_t from, std::uint64_t until) {
    slice(R"("waiting for the GIL")", "gil", from, until);
    text_ += "}";
  }

  // An arrow from the native function that was given the callback, on another thread.
  void hand_over(const Event& event, const Function& function, std::size_t index) {
    const std::optional<std::size_t> from = givers_.find(function.name, event.entry, index);
    if (!from) return;
    const std::string id = std::to_string(++arrows_);
    const std::string giver = std::to_string(trace_.threads()[*from].thread_id());
    const std::string at = R"(,"ts":)" + time(event.entry);
    const std::string common = R"("name":"callback","cat":"hand-over","id":)" + id + R"(,"pid":)" + process_;
    text_ += ",\n{\"ph\":\"s\"," + common + R"(,"tid":)" + giver + at + "}";
    text_ += ",\n{\"ph\":\"f\",\"bp\":\"e\"," + common + place_.substr(place_.rfind(",\"tid\"")) + at + "}";
  }

  void dropped(const Ring& ring, const Event& first) {
    open('i');
    text_ += R"(,"s":"t","cat":"polyhost","name":"before this, )" + std::to_string(ring.dropped()) +
             R"( calls were dropped","ts":)" + time(first.entry) + "}";
  }

  void slice(std::string_view name, std::string_view side, std::uint64_t from, std::uint64_t until) {
    // Rounded down both: what lies within another slice stays there.
    const std::uint64_t begin = nanoseconds(from);
    const std::uint64_t end = std::max(nanoseconds(until), begin);
    open('X');
    text_.append(R"(,"cat":")").append(side).append(R"(","name":)").append(name);
    text_ += R"(,"ts":)" + microseconds(begin) + R"(,"dur":)" + microseconds(end - begin);
  }

  // Of an event of this thread; `phase` is its kind.
  void open(char phase) { (((text_ += ",\n{\"ph\":\"") += phase) += '"') += place_; }

  [[nodiscard]] std::uint64_t nanoseconds(std::uint64_t tick) const {
    return record::ns_since(start_, tick, snapshot_.clock.ns_per_tick);
  }
  [[nodiscard]] std::string time(std::uint64_t tick) const { return microseconds(nanoseconds(tick)); }

  // "12.345": the format's unit, without loss.
  static std::string microseconds(std::uint64_t ns) {
    std::array<char, 32> digits{};
    const auto whole = std::to_chars(digits.data(), digits.data() + digits.size(), ns / 1000);
    std::string text(digits.data(), whole.ptr);
    const std::uint64_t rest = ns % 1000;
    text += {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
             static_cast<char>('0' + rest % 10)};
    return text;
  }

  void flush(std::size_t at_least) {
    if (text_.size() < at_least) return;
    taken_ = taken_ && sink_(text_);
    text_.clear();
  }

  const record::Trace& trace_;
  const record::Snapshot& snapshot_;
  std::uint64_t start_;
  std::string process_;
  const Sink& sink_;
  Functions functions_;
  Givers givers_;
  struct Wait {
    std::uint64_t from;
    std::uint64_t until;
  };
  std::vector<Wait> waits_;  // of the calls under way
  std::string text_;         // not yet taken
  std::string place_;        // of the events of one thread
  std::uint64_t arrows_ = 0;
  bool taken_ = true;
};

}  // namespace

bool write_trace(const record::Trace& trace, const record::Ledger& ledger, const record::Snapshot& snapshot,
                 std::uint64_t start, std::int64_t process, const Sink& sink) {
  return Writer(trace, ledger, snapshot, start, process, sink).write();
}

}  // namespace polyhost::report
