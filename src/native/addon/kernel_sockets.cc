// Sockets that Node does not have (netlink, raw IP, any family): open, option, bind, receive many, send, wait, close.
// Addresses come as the bytes of a sockaddr; what messages mean is JavaScript's work.
#include "addon.h"

#ifndef __linux__
namespace tayra {
bool defineKernelSockets(napi_env, napi_value, Addon*) { return true; }
}  // namespace tayra
#else
#include <cerrno>
#include <poll.h>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace tayra {

/** (family, type, protocol) -> a descriptor that no other program inherits, or an errno below zero. */
static napi_value socketOpen(napi_env env, napi_callback_info info) {
  napi_value values[3];
  arguments(env, info, values, 3);
  const int fd = socket(toInt(env, values[0]), toInt(env, values[1]) | SOCK_CLOEXEC, toInt(env, values[2], 0));
  return fromInt(env, fd < 0 ? -errno : fd);
}

/** (fd, level, option, value) -> 0, or an errno below zero: options that are an integer. */
static napi_value socketOption(napi_env env, napi_callback_info info) {
  napi_value values[4];
  arguments(env, info, values, 4);
  const int value = toInt(env, values[3], 0);
  const int result =
      setsockopt(toInt(env, values[0]), toInt(env, values[1]), toInt(env, values[2]), &value, sizeof value);
  return fromInt(env, result < 0 ? -errno : 0);
}

/** (fd, level, option, Uint8Array) -> 0, or an errno below zero: options that are bytes. */
static napi_value socketOptionBytes(napi_env env, napi_callback_info info) {
  napi_value values[4];
  arguments(env, info, values, 4);
  Bytes bytes;
  if (!typedArray(env, values[3], napi_uint8_array, &bytes)) return fail(env, "socketOptionBytes takes a Uint8Array");
  const int result = setsockopt(toInt(env, values[0]), toInt(env, values[1]), toInt(env, values[2]), bytes.data,
                                static_cast<socklen_t>(bytes.length));
  return fromInt(env, result < 0 ? -errno : 0);
}

/** (fd, sockaddr) -> 0, or an errno below zero. */
static napi_value socketBind(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  Bytes address;
  if (!typedArray(env, values[1], napi_uint8_array, &address)) return fail(env, "socketBind takes a Uint8Array");
  const int result = bind(toInt(env, values[0]), reinterpret_cast<const sockaddr*>(address.data),
                          static_cast<socklen_t>(address.length));
  return fromInt(env, result < 0 ? -errno : 0);
}

/**
 * (fd, buffer, offset, slot size, lengths) -> how many datagrams came without waiting, or an errno below zero. One goes
 * into each slot of the registered buffer, as many at most as `lengths` (Int32Array) has room for; a length beyond the
 * slot is that of a datagram which was cut.
 */
static napi_value socketReceive(napi_env env, napi_callback_info info) {
  napi_value values[5];
  Addon* addon = arguments(env, info, values, 5);
  Bytes lengths;
  if (!typedArray(env, values[4], napi_int32_array, &lengths)) return fail(env, "socketReceive takes an Int32Array");
  const int32_t size = toInt(env, values[3]);
  const size_t slots = lengths.length;
  const int64_t all = static_cast<int64_t>(size) * static_cast<int64_t>(slots);
  if (size <= 0 || all > INT32_MAX) return fail(env, "socketReceive: slots beyond the buffer");
  const uint8_t* found = slice(addon, toInt(env, values[1]), toInt(env, values[2]), static_cast<int32_t>(all));
  if (found == nullptr) return fail(env, "socketReceive: slots beyond the buffer");
  uint8_t* room = const_cast<uint8_t*>(found);
  // kept from call to call: the kernel asks for one header per datagram
  thread_local std::vector<mmsghdr> headers;
  thread_local std::vector<iovec> parts;
  if (headers.size() < slots) {
    headers.resize(slots);
    parts.resize(slots);
  }
  for (size_t i = 0; i < slots; i++) {
    parts[i] = {room + i * static_cast<size_t>(size), static_cast<size_t>(size)};
    headers[i] = mmsghdr{};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  const int count =
      recvmmsg(toInt(env, values[0]), headers.data(), static_cast<unsigned>(slots), MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) return fromInt(env, -errno);
  int32_t* to = reinterpret_cast<int32_t*>(lengths.data);
  for (int i = 0; i < count; i++) to[i] = static_cast<int32_t>(headers[static_cast<size_t>(i)].msg_len);
  return fromInt(env, count);
}

/** (fd, bytes, offset, length, sockaddr or undefined) -> bytes sent without waiting, or an errno below zero. */
static napi_value socketSend(napi_env env, napi_callback_info info) {
  napi_value values[5];
  arguments(env, info, values, 5);
  Bytes bytes;
  Bytes address;
  const int32_t offset = toInt(env, values[2]);
  const int32_t length = toInt(env, values[3]);
  if (!typedArray(env, values[1], napi_uint8_array, &bytes)) return fail(env, "socketSend takes a Uint8Array");
  if (offset < 0 || length < 0 || static_cast<size_t>(offset) + static_cast<size_t>(length) > bytes.length)
    return fail(env, "socketSend: not inside the array");
  const bool isAddressed = typedArray(env, values[4], napi_uint8_array, &address);
  const ssize_t sent = sendto(toInt(env, values[0]), bytes.data + offset, static_cast<size_t>(length), MSG_NOSIGNAL | MSG_DONTWAIT,
                              isAddressed ? reinterpret_cast<const sockaddr*>(address.data) : nullptr,
                              isAddressed ? static_cast<socklen_t>(address.length) : 0);
  return fromInt(env, sent < 0 ? -errno : static_cast<int32_t>(sent));
}

/** (descriptors, timeout in ms) -> how many can be read from; a signal ends the wait early. */
static napi_value socketWait(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  Bytes list;
  if (!typedArray(env, values[0], napi_int32_array, &list)) return fail(env, "socketWait takes (Int32Array, timeout)");
  thread_local std::vector<pollfd> polled;
  polled.clear();
  const int32_t* descriptors = reinterpret_cast<const int32_t*>(list.data);
  for (size_t i = 0; i < list.length; i++) polled.push_back({descriptors[i], POLLIN, 0});
  const int ready = poll(polled.data(), polled.size(), toInt(env, values[1], 0));
  return fromInt(env, ready < 0 ? 0 : ready);
}

static napi_value socketClose(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  const int fd = toInt(env, value);
  if (fd >= 0) close(fd);
  return undefined(env);
}

bool defineKernelSockets(napi_env env, napi_value exports, Addon* addon) {
  const Method methods[] = {
      {"socketOpen", socketOpen},   {"socketOption", socketOption},   {"socketOptionBytes", socketOptionBytes},
      {"socketBind", socketBind},   {"socketReceive", socketReceive}, {"socketSend", socketSend},
      {"socketWait", socketWait},   {"socketClose", socketClose},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
#endif
