// Entry of the add-on: makes the state of an environment and exports what was compiled in.
#include "addon.h"

namespace tayra {

bool defineMethods(napi_env env, napi_value exports, Addon* addon, const Method* methods, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function = nullptr;
    if (napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].call, addon, &function) != napi_ok) return false;
    if (napi_set_named_property(env, exports, methods[i].name, function) != napi_ok) return false;
  }
  return true;
}

Addon* arguments(napi_env env, napi_callback_info info, napi_value* values, size_t count) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  return static_cast<Addon*>(data);
}

napi_value fromDouble(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

napi_value fromText(napi_env env, const char* text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

bool typedArray(napi_env env, napi_value value, napi_typedarray_type type, Bytes* out) {
  bool isTyped = false;
  if (napi_is_typedarray(env, value, &isTyped) != napi_ok || !isTyped) return false;
  napi_typedarray_type found;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &found, &out->length, &data, nullptr, nullptr) != napi_ok) return false;
  out->data = static_cast<uint8_t*>(data);
  return found == type;
}

bool pin(napi_env env, napi_value value, napi_typedarray_type type, Pinned* pinned) {
  Bytes bytes;
  napi_ref reference = nullptr;
  if (!typedArray(env, value, type, &bytes)) return false;
  if (napi_create_reference(env, value, 1, &reference) != napi_ok) return false;
  unpin(env, pinned);
  const size_t width = type == napi_int32_array ? sizeof(int32_t) : 1;
  *pinned = {bytes.data, bytes.length * width, reference};
  return true;
}

void unpin(napi_env env, Pinned* pinned) {
  if (pinned->reference != nullptr) napi_delete_reference(env, pinned->reference);
  *pinned = {};
}

static napi_value init(napi_env env, napi_value exports) {
  Addon* addon = new Addon();
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Addon*>(data); };
  if (napi_set_instance_data(env, addon, finalize, nullptr) != napi_ok) {
    delete addon;
    return nullptr;
  }
  if (!defineBuffers(env, exports, addon) || !defineHyperscan(env, exports, addon)) return nullptr;
  if (!definePcre2(env, exports, addon) || !defineAfPacket(env, exports, addon)) return nullptr;
  if (!defineSockets(env, exports, addon) || !defineKernelSockets(env, exports, addon)) return nullptr;
  if (!defineThreads(env, exports, addon)) return nullptr;
  return exports;
}

}  // namespace tayra

NAPI_MODULE_INIT() { return tayra::init(env, exports); }
