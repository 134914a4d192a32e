// Numbers, text and bytes that go through the boundary and back.
#include <polyhost/native.hpp>

namespace {

template <class T>
T same(T value) {
  return value;
}

std::size_t text_size(std::string_view text) { return text.size(); }
bool ends_with_nul(std::string_view text) { return *(text.data() + text.size()) == '\0'; }
std::string broken_utf8() {
  return "ab\xff"
         "cd";
}
std::string encoded_surrogate() { return "\xed\xa0\x80"; }
const char* no_text() { return nullptr; }

// Returns the sum of the bytes after `meanwhile` was called: the memory must still be there.
std::uint64_t sum_bytes_after(std::span<const std::byte> data, const polyhost::callback<void()>& meanwhile) {
  meanwhile();
  std::uint64_t sum = 0;
  for (const std::byte item : data) sum += static_cast<std::uint64_t>(item);
  return sum;
}

}  // namespace

POLYHOST_MODULE(values_native, m) {
  m.def<same<std::int8_t>>("int8(value)");
  m.def<same<std::int16_t>>("int16(value)");
  m.def<same<std::int32_t>>("int32(value)");
  m.def<same<std::int64_t>>("int64(value)");
  m.def<same<std::uint8_t>>("uint8(value)");
  m.def<same<std::uint16_t>>("uint16(value)");
  m.def<same<std::uint32_t>>("uint32(value)");
  m.def<same<std::uint64_t>>("uint64(value)");
  m.def<same<long long>>("long_long(value)");
  m.def<same<unsigned long long>>("unsigned_long_long(value)");
  m.def<same<double>>("float64(value)");
  m.def<same<float>>("float32(value)");
  m.def<same<bool>>("boolean(value)");

  m.def<same<std::string>>("string(value)");
  m.def<same<std::string_view>>("string_view(value)");
  m.def<same<const char*>>("c_string(value)");
  m.def<text_size>("text_size(text)");
  m.def<ends_with_nul>("ends_with_nul(text)");
  m.def<broken_utf8>("broken_utf8()");
  m.def<encoded_surrogate>("encoded_surrogate()");
  m.def<no_text>("no_text()");

  m.def<same<std::span<const std::byte>>>("bytes_of(data)");
  m.def<sum_bytes_after>("sum_bytes_after(data, meanwhile)");
}
