// Threads of the system: on which processors they run, and what they are called (Linux).
#include "addon.h"

#ifdef __linux__
#include <cerrno>
#include <pthread.h>
#include <sched.h>
#endif

namespace tayra {

#ifdef __linux__
/** threadBind(number of the thread, 0 for this one; processors as an Int32Array): 0, or an errno below zero. */
static napi_value threadBind(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  Bytes processors;
  if (!typedArray(env, values[1], napi_int32_array, &processors)) return fail(env, "threadBind takes an Int32Array");
  cpu_set_t set;
  CPU_ZERO(&set);
  const int32_t* numbers = reinterpret_cast<const int32_t*>(processors.data);
  for (size_t i = 0; i < processors.length; i++) {
    if (numbers[i] < 0 || numbers[i] >= CPU_SETSIZE) return fromInt(env, -EINVAL);
    CPU_SET(static_cast<size_t>(numbers[i]), &set);
  }
  return fromInt(env, sched_setaffinity(toInt(env, values[0], 0), sizeof set, &set) == 0 ? 0 : -errno);
}

/** threadName(text of at most 15 bytes): what the calling thread is called from now on. */
static napi_value threadName(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  char name[16];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, name, sizeof name, &length) != napi_ok) return fail(env, "threadName takes a text");
  return fromInt(env, -pthread_setname_np(pthread_self(), name));
}
#endif

bool defineThreads(napi_env env, napi_value exports, Addon* addon) {
#ifdef __linux__
  const Method methods[] = {{"threadBind", threadBind}, {"threadName", threadName}};
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
#else
  return env != nullptr && exports != nullptr && addon != nullptr;
#endif
}

}  // namespace tayra
