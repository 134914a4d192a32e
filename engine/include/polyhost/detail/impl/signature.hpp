// The definitions of detail/signature.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/signature.hpp>

namespace polyhost::detail {

POLYHOST_INLINE std::string callback_name(const signature& s, std::size_t index) {
  return s.name + "(" + s.parameters[index].name + ")";
}

POLYHOST_INLINE std::string signature::qualified_name() const { return module + "." + name; }

POLYHOST_INLINE std::string signature::text(bool types, const char* in_place) const {
  std::string out = "(";
  parameter_kind last = parameter_kind::keyword_only;
  for (const parameter& p : parameters) {
    const bool first = &p == parameters.data();
    if (!first && last == parameter_kind::positional_only && p.kind != last) out += ", /";
    if (!first) out += ", ";
    if (p.kind == parameter_kind::keyword_only && (first || last != p.kind)) out += "*, ";
    out += p.name;
    if (types) {
      out += ": ";
      p.type.describe(out);
    }
    if (!p.default_text.empty()) {
      out += types ? " = " : "=";
      out += in_place != nullptr ? in_place : p.default_text.c_str();
    }
    last = p.kind;
  }
  if (last == parameter_kind::positional_only) out += ", /";
  out += ")";
  if (types) {
    out += " -> ";
    result.describe(out);
  }
  return out;
}

}  // namespace polyhost::detail
