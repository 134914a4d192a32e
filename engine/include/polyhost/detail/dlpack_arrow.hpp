// The C structs by which libraries hand arrays to one another: DLPack and the Arrow C data interface. Their
// layout is fixed by https://dmlc.github.io/dlpack/latest/ and
// https://arrow.apache.org/docs/format/CDataInterface.html.
// Not what is done with them: array_source.hpp takes memory in, array_object.hpp hands it out.
#pragma once

#include <cstdint>

namespace polyhost::detail {

// ---- DLPack ----

enum dl_device_type : std::int32_t { dl_cpu = 1 };
enum dl_type_code : std::uint8_t { dl_int = 0, dl_uint = 1, dl_float = 2, dl_bool = 6 };

struct DLTensor {
  void* data;
  std::int32_t device_type;
  std::int32_t device_id;
  std::int32_t dimensions;
  std::uint8_t type_code;
  std::uint8_t bits;
  std::uint16_t lanes;
  std::int64_t* shape;
  std::int64_t* strides;  // in items; null: C-contiguous
  std::uint64_t byte_offset;
};

// In a capsule named "dltensor". Whoever takes it renames the capsule and calls the deleter in the end.
struct DLManagedTensor {
  static constexpr const char* name = "dltensor";
  static constexpr const char* used_name = "used_dltensor";
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor*);
};

// The same since DLPack 1.0. Of a later major version, only what precedes the flags is known.
struct DLManagedTensorVersioned {
  static constexpr const char* name = "dltensor_versioned";
  static constexpr const char* used_name = "used_dltensor_versioned";
  static constexpr std::uint32_t known_major = 1;
  static constexpr std::uint64_t read_only = 1;
  static constexpr std::uint64_t is_copied = 2;
  std::uint32_t major;
  std::uint32_t minor;
  void* context;
  void (*deleter)(DLManagedTensorVersioned*);
  std::uint64_t flags;
  DLTensor tensor;
};

// ---- Arrow ----

// Both are moved by copying the struct and setting the old one's `release` to null; whoever has it in the
// end calls `release`, which sets itself to null.
struct arrow_schema {
  static constexpr const char* name_of_capsule = "arrow_schema";
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  arrow_schema** children;
  arrow_schema* dictionary;
  void (*release)(arrow_schema*);
  void* private_data;
};

struct arrow_array {
  static constexpr const char* name_of_capsule = "arrow_array";
  std::int64_t length;
  std::int64_t null_count;  // -1: not counted
  std::int64_t offset;      // in items
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;  // of a primitive array: validity bits or null, items
  arrow_array** children;
  arrow_array* dictionary;
  void (*release)(arrow_array*);
  void* private_data;
};

static_assert(sizeof(void*) == 8, "polyhost is written for 64-bit machines");
static_assert(sizeof(DLTensor) == 48 && sizeof(DLManagedTensor) == 64 &&
              sizeof(DLManagedTensorVersioned) == 80);
static_assert(sizeof(arrow_schema) == 72 && sizeof(arrow_array) == 80);

}  // namespace polyhost::detail
