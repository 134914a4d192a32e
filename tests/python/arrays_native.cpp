// Array parameters of each item type, in one to three dimensions, and arrays as results.
#include <polyhost/array.hpp>
#include <polyhost/native.hpp>
#include <polyhost/owned_array.hpp>

namespace {

using polyhost::array;
using polyhost::contiguous_array;
using polyhost::owned_array;

template <class T>
double sum(array<const T> items) {
  double total = 0;
  for (const T item : items) total += static_cast<double>(item);
  return total;
}

template <class T>
void fill(const array<T>& items, T value) {
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = value;
}

template <class T>
owned_array<T> range(std::int64_t size) {
  std::vector<T> items;
  for (std::int64_t i = 0; i < size; ++i) items.push_back(static_cast<T>(i));
  return items;
}

template <class T>
void add(polyhost::module_builder& m, const std::string& type) {
  m.def<sum<T>>(("sum_" + type + "(items)").c_str());
  m.def<fill<T>>(("fill_" + type + "(items, value)").c_str());
}

template <class T>
void add_number(polyhost::module_builder& m, const std::string& type) {
  add<T>(m, type);
  m.def<range<T>>(("range_" + type + "(size)").c_str());
}

// What the view says of itself: its address, shape, strides and whether it is contiguous.
template <std::size_t N>
auto layout(const array<const double, N>& items) {
  return std::tuple(reinterpret_cast<std::uintptr_t>(items.data()), items.shape(), items.strides(),
                    items.contiguous());
}

template <class View>
std::vector<std::vector<double>> rows(const View& items) {
  std::vector<std::vector<double>> out(items.shape(0));
  for (std::size_t i = 0; i < items.shape(0); ++i) {
    for (std::size_t j = 0; j < items.shape(1); ++j) out[i].push_back(items(i, j));
  }
  return out;
}

std::vector<std::vector<double>> strided_rows(const array<const double, 2>& items) { return rows(items); }
std::vector<std::vector<double>> contiguous_rows(const contiguous_array<const double, 2>& items) {
  auto out = rows(items);
  if (strided_rows(items) != out) throw std::logic_error("as a strided array it has other items");
  return out;
}

// Through a span, which only a contiguous array is, and by its iterators.
double sum_span(contiguous_array<const double, 3> items) {
  double total = 0;
  for (const double item : std::span<const double>(items)) total += item;
  for (const double item : items) total -= item;
  for (const double item : items) total += item;
  return total;
}

double sum_bools(const array<const bool, 2>& items) {
  double total = 0;
  for (std::size_t i = 0; i < items.shape(0); ++i) {
    for (std::size_t j = 0; j < items.shape(1); ++j) total += items(i, j) ? 1 : 0;
  }
  return total;
}

void scale(const array<double, 2>& items, double factor) {
  for (std::size_t i = 0; i < items.shape(0); ++i) {
    for (std::size_t j = 0; j < items.shape(1); ++j) items(i, j) *= factor;
  }
}

std::size_t count_after(const array<const double>& items, const polyhost::callback<void()>& meanwhile) {
  meanwhile();
  return items.size();
}

std::size_t optional_count(const std::optional<array<const double>>& items) {
  return items ? items->size() : 0;
}

owned_array<double, 2> product_table(std::size_t height, std::size_t width) {
  owned_array<double, 2> table({height, width});
  const contiguous_array<double, 2> items = table.view();
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = 0; j < width; ++j) items(i, j) = static_cast<double>(i * j);
  }
  return table;
}

owned_array<std::int32_t, 3> shaped(std::size_t size, std::array<std::size_t, 3> shape) {
  return {std::vector<std::int32_t>(size), shape};
}

// The array and where the vector had its items.
std::tuple<std::optional<owned_array<double>>, std::uintptr_t> with_address(std::size_t size) {
  std::vector<double> items(size, 1.5);
  const auto address = reinterpret_cast<std::uintptr_t>(items.data());
  return {owned_array<double>(std::move(items)), address};
}

owned_array<double> without_gil(std::size_t size) { return std::vector<double>(size, 2.5); }

// ---- an exporter of two float64 at any distance, through a pointer if it is asked for ----

struct odd_buffer {
  PyObject_HEAD double* items[2];
  Py_ssize_t shape[1];
  Py_ssize_t strides[1];
  Py_ssize_t suboffsets[1];
  bool indirect;
  alignas(8) char memory[64];
};

int export_odd(PyObject* self, Py_buffer* view, int flags) {
  auto& odd = *reinterpret_cast<odd_buffer*>(self);
  if (odd.indirect && (flags & PyBUF_INDIRECT) != PyBUF_INDIRECT) {
    PyErr_SetString(PyExc_BufferError, "only with suboffsets");
    return -1;
  }
  static char format[] = "d";
  *view = {odd.memory, Py_NewRef(self), 16, 8, 0, 1, format, odd.shape, odd.strides, nullptr, nullptr};
  if (odd.indirect) {
    view->buf = odd.items;
    view->suboffsets = odd.suboffsets;
  }
  return 0;
}

polyhost::object make_odd(std::int64_t stride, bool indirect) {
  static PyType_Slot slots[] = {{Py_bf_getbuffer, reinterpret_cast<void*>(export_odd)}, {0, nullptr}};
  static PyType_Spec spec{"arrays_native.odd_buffer", sizeof(odd_buffer), 0, Py_TPFLAGS_DEFAULT, slots};
  const auto type = polyhost::object::steal(PyType_FromSpec(&spec));
  if (!type) return {};
  auto made = polyhost::object::steal(
      PyType_GenericNew(reinterpret_cast<PyTypeObject*>(type.get()), nullptr, nullptr));
  if (!made) return {};
  auto& odd = *reinterpret_cast<odd_buffer*>(made.get());
  for (auto& item : odd.items) item = reinterpret_cast<double*>(odd.memory);
  odd.shape[0] = 2;
  odd.strides[0] = stride;
  odd.indirect = indirect;
  return made;
}

}  // namespace

POLYHOST_MODULE(arrays_native, m) {
  add_number<std::int8_t>(m, "int8");
  add_number<std::int16_t>(m, "int16");
  add_number<std::int32_t>(m, "int32");
  add_number<std::int64_t>(m, "int64");
  add_number<std::uint8_t>(m, "uint8");
  add_number<std::uint16_t>(m, "uint16");
  add_number<std::uint32_t>(m, "uint32");
  add_number<std::uint64_t>(m, "uint64");
  add_number<float>(m, "float32");
  add_number<double>(m, "float64");
  m.def<sum<long double>>("sum_float128(items)");
  m.def<range<long double>>("range_float128(size)");
  add<bool>(m, "bool");
  m.def<layout<1>>("layout1(items)");
  m.def<layout<2>>("layout2(items)");
  m.def<layout<3>>("layout3(items)");
  m.def<strided_rows>("rows(items)");
  m.def<contiguous_rows>("contiguous_rows(items)");
  m.def<sum_span>("sum_span(items)");
  m.def<sum_bools>("sum_bools(items)");
  m.def<scale>("scale(items, factor)", nullptr, polyhost::release_gil);
  m.def<count_after>("count_after(items, meanwhile)");
  m.def<count_after>("count_after_without_gil(items, meanwhile)", nullptr, polyhost::release_gil);
  m.def<optional_count>("optional_count(items=None)");
  m.def<product_table>("product_table(height, width)");
  m.def<shaped>("shaped(size, shape)");
  m.def<with_address>("with_address(size)");
  m.def<without_gil>("without_gil(size)", nullptr, polyhost::release_gil);
  m.def<make_odd>("odd_buffer(stride, indirect)");
}
