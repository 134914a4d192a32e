// Rings of blocks.
#include "record/trace.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace polyhost::record {

namespace {

constexpr std::size_t usual_block = 4096;  // events

// Present from the start: else every page would stop a call.
Event* make_block(std::size_t events) {
  void* made = ::mmap(nullptr, events * sizeof(Event), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return made != MAP_FAILED ? static_cast<Event*>(made) : nullptr;
}

}  // namespace

Ring::Ring(std::size_t capacity, std::int64_t thread_id, std::string thread_name)
    : capacity_(capacity),
      block_size_(std::min(capacity, usual_block)),
      thread_id_(thread_id),
      thread_name_(std::move(thread_name)) {}

Ring::~Ring() {
  for (Event* block : blocks_)
    ::munmap(block, block_size_ * sizeof(Event) - (block == blocks_.back() ? given_back_ : 0));
}

void Ring::close() {
  if (blocks_.empty() || given_back_ > 0) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  char* const block = reinterpret_cast<char*>(blocks_.back());  // at the beginning of a page
  const std::size_t size = block_size_ * sizeof(Event);
  const std::size_t used = static_cast<std::size_t>(next_ - blocks_.back()) * sizeof(Event);
  const std::size_t kept = (std::max<std::size_t>(used, 1) + page - 1) / page * page;
  if (kept < size && ::munmap(block + kept, size - kept) == 0) given_back_ = size - kept;
}

void Ring::open_block() {
  // One more than the capacity needs: the newest block is not full.
  const bool full = blocks_.size() * block_size_ >= capacity_ + block_size_;
  Event* block = full ? nullptr : make_block(block_size_);
  if (block == nullptr) {
    overwritten_ += blocks_.empty() ? 1 : block_size_;
    if (blocks_.empty()) return;
    block = blocks_.front();
    blocks_.pop_front();
  }
  try {
    blocks_.push_back(block);
  } catch (const std::bad_alloc&) {
    ::munmap(block, block_size_ * sizeof(Event));
    ++overwritten_;
    return;
  }
  next_ = block;
  end_ = block + block_size_;
}

std::size_t Ring::stored() const {
  return blocks_.size() * block_size_ - static_cast<std::size_t>(end_ - next_);
}

std::size_t Ring::size() const { return std::min(stored(), capacity_); }

std::uint64_t Ring::dropped() const { return overwritten_ + stored() - size(); }

const Event& Ring::operator[](std::size_t index) const {
  const std::size_t at = stored() - size() + index;
  return blocks_[at / block_size_][at % block_size_];
}

Ring& Trace::add_thread(std::int64_t id, std::string name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return rings_.emplace_back(events_per_thread_, id, std::move(name));
}

std::uint64_t Trace::events() const {
  std::uint64_t sum = 0;
  for (const Ring& ring : rings_) sum += ring.size();
  return sum;
}

std::uint64_t Trace::dropped() const {
  std::uint64_t sum = 0;
  for (const Ring& ring : rings_) sum += ring.dropped();
  return sum;
}

std::uint64_t ns_since(std::uint64_t start, std::uint64_t tick, double ns_per_tick) {
  return tick <= start ? 0 : static_cast<std::uint64_t>(static_cast<double>(tick - start) * ns_per_tick);
}

std::vector<std::uint32_t> by_beginning(const Ring& ring) {
  std::vector<std::uint32_t> order(ring.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (ring[a].entry != ring[b].entry) return ring[a].entry < ring[b].entry;
    if (ring[a].exit != ring[b].exit) return ring[a].exit > ring[b].exit;
    return a > b;  // the outer one ended later
  });
  return order;
}

}  // namespace polyhost::record
