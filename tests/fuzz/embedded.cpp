// Python in the process of a fuzz target.
#include "embedded.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define POLYHOST_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POLYHOST_ADDRESS_SANITIZER
#endif
#endif

namespace polyhost::fuzz {

namespace {

// The address sanitizer guards the bytes around a block of malloc's. In Python's debug allocator, the first
// bytes behind an object belong to the same block, and would hide a small overrun until the object is freed.
// Where there is no such sanitizer, the debug allocator is what finds overruns, and memory that one domain
// allocates and another one frees.
#ifdef POLYHOST_ADDRESS_SANITIZER
constexpr int allocator = PYMEM_ALLOCATOR_MALLOC;
#else
constexpr int allocator = PYMEM_ALLOCATOR_MALLOC_DEBUG;
#endif

long block_count = 0;
std::array<PyMemAllocatorEx, 3> allocators;  // the ones that are counted; `context` points to one of them

const PyMemAllocatorEx& below(void* context) { return *static_cast<PyMemAllocatorEx*>(context); }

void* count_new(void* block) {
  if (block != nullptr) ++block_count;
  return block;
}

void* counted_malloc(void* context, std::size_t size) {
  return count_new(below(context).malloc(below(context).ctx, size));
}

void* counted_calloc(void* context, std::size_t count, std::size_t size) {
  return count_new(below(context).calloc(below(context).ctx, count, size));
}

void* counted_realloc(void* context, void* block, std::size_t size) {
  void* const made = below(context).realloc(below(context).ctx, block, size);
  return block == nullptr ? count_new(made) : made;
}

void counted_free(void* context, void* block) {
  if (block != nullptr) --block_count;
  below(context).free(below(context).ctx, block);
}

void count_blocks() {
  constexpr std::array domains = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
  for (std::size_t i = 0; i < domains.size(); ++i) {
    PyMem_GetAllocator(domains[i], &allocators[i]);
    PyMemAllocatorEx counted{&allocators[i], counted_malloc, counted_calloc, counted_realloc, counted_free};
    PyMem_SetAllocator(domains[i], &counted);
  }
}

void expect_success(const PyStatus& status) {
  if (PyStatus_Exception(status) != 0) fail(status.err_msg == nullptr ? "no Python" : status.err_msg);
}

void initialize() {
  PyPreConfig preconfig;
  PyPreConfig_InitIsolatedConfig(&preconfig);
  preconfig.allocator = allocator;
  expect_success(Py_PreInitialize(&preconfig));
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  PyConfig_SetBytesString(&config, &config.prefix, POLYHOST_PYTHON_PREFIX);
  PyConfig_SetBytesString(&config, &config.exec_prefix, POLYHOST_PYTHON_EXEC_PREFIX);
  expect_success(Py_InitializeFromConfig(&config));
  PyConfig_Clear(&config);
}

// Python keeps a number of freed objects of some types. With all of these places taken, whatever is freed
// later is really freed. The collector only runs where a target calls it, and then does not look at what is
// here from the beginning.
constexpr const char* settle = R"(
import gc, sys
sys.setrecursionlimit(3000)
sys.set_int_max_str_digits(0)
gc.disable()
gc.collect()
gc.freeze()
many = [[[], {}, {"key": i}, float(i)] for i in range(300)]
del many
)";

}  // namespace

void start_python() {
  initialize();
  if (PyRun_SimpleString(settle) != 0) fail("Python does not run");
  count_blocks();
}

long live_blocks() { return block_count; }

void fail(const std::string& what) {
  std::fprintf(stderr, "MISMATCH: %s\n", what.c_str());
  std::abort();
}

void fail_with_exception(const std::string& what) {
  PyErr_Print();
  fail(what);
}

std::string repr(PyObject* value) {
  const object text = object::steal(PyObject_Repr(value));
  Py_ssize_t size = 0;
  const char* const utf8 = text ? PyUnicode_AsUTF8AndSize(text.get(), &size) : nullptr;
  if (utf8 == nullptr) fail_with_exception("a value has no repr");
  return {utf8, static_cast<std::size_t>(size)};
}

document::document(std::string_view text) : size_(text.size()), text_(new char[text.size() + 1]) {
  std::copy(text.begin(), text.end(), text_.get());
  text_[size_] = '\0';
}

}  // namespace polyhost::fuzz
