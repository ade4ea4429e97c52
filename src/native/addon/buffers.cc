// Buffers known to native code: registered once, named by a small integer from then on, because passing a typed array
// costs ten times as much as passing a number.
#include "addon.h"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

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

/** adviseHugePages(Uint8Array): asks for large pages behind the whole pages of an array; 1 when the system agreed. */
static napi_value adviseHugePages(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  Bytes bytes;
  if (!typedArray(env, value, napi_uint8_array, &bytes)) return fail(env, "adviseHugePages takes a Uint8Array");
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t from = (reinterpret_cast<uintptr_t>(bytes.data) + page - 1) & ~(page - 1);
  const uintptr_t to = (reinterpret_cast<uintptr_t>(bytes.data) + bytes.length) & ~(page - 1);
  if (from < to && madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE) == 0) return fromInt(env, 1);
#endif
  return fromInt(env, 0);
}

bool defineBuffers(napi_env env, napi_value exports, Addon* addon) {
  const Method methods[] = {
      {"registerBuffer", registerBuffer},
      {"unregisterBuffer", unregisterBuffer},
      {"adviseHugePages", adviseHugePages},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
