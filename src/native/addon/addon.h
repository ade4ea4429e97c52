// What the parts of the add-on share: the state of one environment (main thread or worker) and small N-API helpers.
#pragma once
#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tayra {

/** A typed array of JavaScript that native code reads or writes later: memory and the reference that keeps it alive. */
struct Pinned {
  uint8_t* data = nullptr;
  size_t length = 0;  // in bytes
  napi_ref reference = nullptr;
};

struct HyperscanState;
struct Pcre2State;
struct AfPacketState;
struct KernelSocketState;
void destroy(HyperscanState* state);
void destroy(Pcre2State* state);
void destroy(AfPacketState* state);
void destroy(KernelSocketState* state);

template <typename T>
struct Destroy {
  void operator()(T* state) const { destroy(state); }
};

/** Everything the add-on knows; one per napi_env, so that workers share nothing. */
struct Addon {
  std::vector<Pinned> buffers;
  std::unique_ptr<HyperscanState, Destroy<HyperscanState>> hyperscan;
  std::unique_ptr<Pcre2State, Destroy<Pcre2State>> pcre2;
  std::unique_ptr<AfPacketState, Destroy<AfPacketState>> afPacket;
  std::unique_ptr<KernelSocketState, Destroy<KernelSocketState>> kernelSockets;
};

struct Method {
  const char* name;
  napi_callback call;
};

/** Adds functions to `exports`; each gets the Addon as its data. */
bool defineMethods(napi_env env, napi_value exports, Addon* addon, const Method* methods, size_t count);

/** Reads `count` arguments (absent ones are `undefined`) and returns the Addon. */
Addon* arguments(napi_env env, napi_callback_info info, napi_value* values, size_t count);

/** An integer argument as 32 bits; `fallback` when it is no number. */
inline int32_t toInt(napi_env env, napi_value value, int32_t fallback = -1) {
  int32_t number = fallback;
  napi_get_value_int32(env, value, &number);
  return number;
}

inline napi_value fromInt(napi_env env, int32_t number) {
  napi_value value = nullptr;
  napi_create_int32(env, number, &value);
  return value;
}

napi_value fromDouble(napi_env env, double number);
napi_value fromText(napi_env env, const char* text);
napi_value undefined(napi_env env);
/** Throws and returns null, so that `return fail(...)` reads well. */
napi_value fail(napi_env env, const char* message);

struct Bytes {
  uint8_t* data = nullptr;
  size_t length = 0;  // in elements
};

/** The memory of a typed array of exactly this type; false (nothing thrown) when the value is something else. */
bool typedArray(napi_env env, napi_value value, napi_typedarray_type type, Bytes* out);

/** Replaces what `pinned` keeps alive by another typed array. */
bool pin(napi_env env, napi_value value, napi_typedarray_type type, Pinned* pinned);
void unpin(napi_env env, Pinned* pinned);

/** The bytes at (bufferId, offset, length), or null when they are not wholly inside a registered buffer. */
inline const uint8_t* slice(const Addon* addon, int32_t buffer, int32_t offset, int32_t length) {
  // an empty array has no memory, and libraries want a pointer nevertheless
  static const uint8_t nothing = 0;
  if (static_cast<size_t>(static_cast<uint32_t>(buffer)) >= addon->buffers.size() || offset < 0 || length < 0) return nullptr;
  const Pinned& pinned = addon->buffers[static_cast<size_t>(buffer)];
  if (pinned.reference == nullptr || static_cast<size_t>(offset) + static_cast<size_t>(length) > pinned.length) return nullptr;
  return pinned.length == 0 ? &nothing : pinned.data + offset;
}

bool defineBuffers(napi_env env, napi_value exports, Addon* addon);
bool defineHyperscan(napi_env env, napi_value exports, Addon* addon);
bool definePcre2(napi_env env, napi_value exports, Addon* addon);
bool defineSockets(napi_env env, napi_value exports, Addon* addon);
bool defineAfPacket(napi_env env, napi_value exports, Addon* addon);
bool defineKernelSockets(napi_env env, napi_value exports, Addon* addon);
bool defineThreads(napi_env env, napi_value exports, Addon* addon);

}  // namespace tayra
