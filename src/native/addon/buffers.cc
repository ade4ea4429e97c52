// Buffers known to native code: registered once, named by a small integer from then on, because passing a typed array
// costs ten times as much as passing a number.
#include "addon.h"

namespace tayra {

static napi_value registerBuffer(napi_env env, napi_callback_info info) {
  napi_value value;
  Addon* addon = arguments(env, info, &value, 1);
  size_t id = 0;
  while (id < addon->buffers.size() && addon->buffers[id].reference != nullptr) id++;
  if (id == addon->buffers.size()) addon->buffers.emplace_back();
  if (!pin(env, value, napi_uint8_array, &addon->buffers[id])) return fail(env, "registerBuffer takes a Uint8Array");
  return fromInt(env, static_cast<int32_t>(id));
}

static napi_value unregisterBuffer(napi_env env, napi_callback_info info) {
  napi_value value;
  Addon* addon = arguments(env, info, &value, 1);
  const int32_t id = toInt(env, value);
  if (id >= 0 && static_cast<size_t>(id) < addon->buffers.size()) unpin(env, &addon->buffers[static_cast<size_t>(id)]);
  return undefined(env);
}

bool defineBuffers(napi_env env, napi_value exports, Addon* addon) {
  const Method methods[] = {{"registerBuffer", registerBuffer}, {"unregisterBuffer", unregisterBuffer}};
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
