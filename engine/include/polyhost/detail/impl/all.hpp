// The source of the object file that plugins share which are compiled with POLYHOST_COMPILED
// (detail/inline.hpp).
#pragma once

#define PY_SSIZE_T_CLEAN
#include <polyhost/detail/impl/batch.hpp>
#include <polyhost/detail/impl/batch_argument.hpp>
#include <polyhost/detail/impl/batch_result.hpp>
#include <polyhost/detail/impl/bind.hpp>
#include <polyhost/detail/impl/buffer.hpp>
#include <polyhost/detail/impl/builtin_attributes.hpp>
#include <polyhost/detail/impl/callback.hpp>
#include <polyhost/detail/impl/containers.hpp>
#include <polyhost/detail/impl/convert.hpp>
#include <polyhost/detail/impl/errors.hpp>
#include <polyhost/detail/impl/function_object.hpp>
#include <polyhost/detail/impl/gil.hpp>
#include <polyhost/detail/impl/interrupt.hpp>
#include <polyhost/detail/impl/module.hpp>
#include <polyhost/detail/impl/object.hpp>
#include <polyhost/detail/impl/raise_refusal.hpp>
#include <polyhost/detail/impl/read_signature.hpp>
#include <polyhost/detail/impl/registration.hpp>
#include <polyhost/detail/impl/runtime.hpp>
#include <polyhost/detail/impl/signature.hpp>
#include <polyhost/detail/impl/threads.hpp>
#include <polyhost/detail/impl/timing.hpp>
