// Sockets that Node does not have (netlink, raw IP, any family): open, option, bind, receive many, send, wait, close.
// Addresses come as the bytes of a sockaddr; what messages mean is JavaScript's work.
#include "addon.h"

#ifndef __linux__
namespace tayra {
struct KernelSocketState {};
void destroy(KernelSocketState* state) { delete state; }
bool defineKernelSockets(napi_env, napi_value, Addon*) { return true; }
}  // namespace tayra
#else
#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <cstring>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tayra {

/** Descriptors that are open: a thread that ends before its time has closed none of them. */
struct KernelSocketState {
  std::vector<int> open;
};

void destroy(KernelSocketState* state) {
  for (const int fd : state->open) close(fd);
  delete state;
}

/** (family, type, protocol) -> a descriptor that no other program inherits, or an errno below zero. */
static napi_value socketOpen(napi_env env, napi_callback_info info) {
  napi_value values[3];
  Addon* addon = arguments(env, info, values, 3);
  const int fd = socket(toInt(env, values[0]), toInt(env, values[1]) | SOCK_CLOEXEC, toInt(env, values[2], 0));
  if (fd >= 0) addon->kernelSockets->open.push_back(fd);
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

/** (fd, option, Uint8Array of sock_filter) -> 0, or an errno below zero: options that are a classic BPF program. */
static napi_value socketProgram(napi_env env, napi_callback_info info) {
  napi_value values[3];
  arguments(env, info, values, 3);
  Bytes bytes;
  if (!typedArray(env, values[2], napi_uint8_array, &bytes)) return fail(env, "socketProgram takes a Uint8Array");
  std::vector<sock_filter> steps(bytes.length / sizeof(sock_filter));
  if (steps.size() > BPF_MAXINSNS) return fromInt(env, -EINVAL);
  memcpy(steps.data(), bytes.data, steps.size() * sizeof(sock_filter));
  const sock_fprog program = {static_cast<unsigned short>(steps.size()), steps.data()};
  const int result = setsockopt(toInt(env, values[0]), SOL_SOCKET, toInt(env, values[1]), &program, sizeof program);
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

/** When the kernel received a datagram: room for the one message that is asked for. */
union Stamp {
  cmsghdr header;
  char room[CMSG_SPACE(sizeof(timeval))];
};

/** @returns microseconds since 1970, 0 where the kernel does not tell */
static double stampOf(msghdr* message) {
  for (cmsghdr* one = CMSG_FIRSTHDR(message); one != nullptr; one = CMSG_NXTHDR(message, one)) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_TIMESTAMP) continue;
    timeval told;
    memcpy(&told, CMSG_DATA(one), sizeof told);
    return static_cast<double>(told.tv_sec) * 1e6 + static_cast<double>(told.tv_usec);
  }
  return 0;
}

/**
 * (fd, buffer, offset, slot size, lengths, times) -> how many datagrams came without waiting, or an errno below zero. One
 * goes into each slot of the registered buffer, as many at most as `lengths` (Int32Array) has room for; a length beyond
 * the slot is that of a datagram which was cut. `times` (Float64Array, or nothing) gets what `stampOf` says of each.
 */
static napi_value socketReceive(napi_env env, napi_callback_info info) {
  napi_value values[6];
  Addon* addon = arguments(env, info, values, 6);
  Bytes lengths;
  if (!typedArray(env, values[4], napi_int32_array, &lengths)) return fail(env, "socketReceive takes an Int32Array");
  Bytes times;
  const bool isTimed = typedArray(env, values[5], napi_float64_array, &times);
  if (isTimed && times.length < lengths.length) return fail(env, "socketReceive: a time for each length");
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
  thread_local std::vector<Stamp> stamps;
  if (headers.size() < slots) {
    headers.resize(slots);
    parts.resize(slots);
    stamps.resize(slots);
  }
  for (size_t i = 0; i < slots; i++) {
    parts[i] = {room + i * static_cast<size_t>(size), static_cast<size_t>(size)};
    headers[i] = mmsghdr{};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    if (!isTimed) continue;
    headers[i].msg_hdr.msg_control = &stamps[i];
    headers[i].msg_hdr.msg_controllen = sizeof(Stamp);
  }
  const int count =
      recvmmsg(toInt(env, values[0]), headers.data(), static_cast<unsigned>(slots), MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) return fromInt(env, -errno);
  int32_t* to = reinterpret_cast<int32_t*>(lengths.data);
  double* at = isTimed ? reinterpret_cast<double*>(times.data) : nullptr;
  for (int i = 0; i < count; i++) {
    mmsghdr& one = headers[static_cast<size_t>(i)];
    to[i] = static_cast<int32_t>(one.msg_len);
    if (at != nullptr) at[i] = stampOf(&one.msg_hdr);
  }
  return fromInt(env, count);
}

/** What comes with a packet beside its bytes: room for the one message that is asked for. */
union Beside {
  cmsghdr header;
  char room[CMSG_SPACE(sizeof(tpacket_auxdata))];
};

static void readBeside(msghdr* message, int32_t* to) {
  to[0] = to[1] = to[2] = 0;
  for (cmsghdr* one = CMSG_FIRSTHDR(message); one != nullptr; one = CMSG_NXTHDR(message, one)) {
    if (one->cmsg_level != SOL_PACKET || one->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata told;
    memcpy(&told, CMSG_DATA(one), sizeof told);
    to[0] = static_cast<int32_t>(told.tp_status);
    to[1] = told.tp_vlan_tci;
    to[2] = told.tp_vlan_tpid;
  }
}

/**
 * (fd, buffer, offset, slot size, lengths, beside) -> as socketReceive, from a packet socket with PACKET_AUXDATA; of each
 * packet `beside` (Int32Array) gets its status, VLAN tag control information and protocol.
 */
static napi_value packetsReceive(napi_env env, napi_callback_info info) {
  napi_value values[6];
  Addon* addon = arguments(env, info, values, 6);
  Bytes lengths;
  Bytes told;
  if (!typedArray(env, values[4], napi_int32_array, &lengths) || !typedArray(env, values[5], napi_int32_array, &told) ||
      told.length < lengths.length * 3)
    return fail(env, "packetsReceive takes two Int32Arrays, the second with three elements for each of the first");
  const int32_t size = toInt(env, values[3]);
  const size_t slots = lengths.length;
  const int64_t all = static_cast<int64_t>(size) * static_cast<int64_t>(slots);
  if (size <= 0 || all > INT32_MAX) return fail(env, "packetsReceive: slots beyond the buffer");
  const uint8_t* found = slice(addon, toInt(env, values[1]), toInt(env, values[2]), static_cast<int32_t>(all));
  if (found == nullptr) return fail(env, "packetsReceive: slots beyond the buffer");
  uint8_t* room = const_cast<uint8_t*>(found);
  thread_local std::vector<mmsghdr> headers;
  thread_local std::vector<iovec> parts;
  thread_local std::vector<Beside> beside;
  if (headers.size() < slots) {
    headers.resize(slots);
    parts.resize(slots);
    beside.resize(slots);
  }
  for (size_t i = 0; i < slots; i++) {
    parts[i] = {room + i * static_cast<size_t>(size), static_cast<size_t>(size)};
    headers[i] = mmsghdr{};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_control = &beside[i];
    headers[i].msg_hdr.msg_controllen = sizeof(Beside);
  }
  const int count =
      recvmmsg(toInt(env, values[0]), headers.data(), static_cast<unsigned>(slots), MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) return fromInt(env, -errno);
  int32_t* to = reinterpret_cast<int32_t*>(lengths.data);
  int32_t* next = reinterpret_cast<int32_t*>(told.data);
  for (int i = 0; i < count; i++) {
    mmsghdr& one = headers[static_cast<size_t>(i)];
    to[i] = static_cast<int32_t>(one.msg_len);
    readBeside(&one.msg_hdr, next + 3 * i);
  }
  return fromInt(env, count);
}

/**
 * (fd, buffer, offsets, lengths, first, count) -> how many of the datagrams, parts of the registered buffer, were sent
 * without waiting; an errno below zero when not even the first was.
 */
static napi_value socketSendMany(napi_env env, napi_callback_info info) {
  napi_value values[6];
  Addon* addon = arguments(env, info, values, 6);
  Bytes offsets;
  Bytes lengths;
  if (!typedArray(env, values[2], napi_int32_array, &offsets) || !typedArray(env, values[3], napi_int32_array, &lengths))
    return fail(env, "socketSendMany takes two Int32Arrays");
  const int32_t first = toInt(env, values[4]);
  const int32_t count = toInt(env, values[5]);
  const size_t end = static_cast<size_t>(first) + static_cast<size_t>(count);
  if (first < 0 || count < 0 || end > offsets.length || end > lengths.length)
    return fail(env, "socketSendMany: not inside the arrays");
  thread_local std::vector<mmsghdr> headers;
  thread_local std::vector<iovec> parts;
  if (headers.size() < static_cast<size_t>(count)) {
    headers.resize(static_cast<size_t>(count));
    parts.resize(static_cast<size_t>(count));
  }
  const int32_t buffer = toInt(env, values[1]);
  const int32_t* from = reinterpret_cast<const int32_t*>(offsets.data);
  const int32_t* sizes = reinterpret_cast<const int32_t*>(lengths.data);
  for (int32_t i = 0; i < count; i++) {
    const uint8_t* found = slice(addon, buffer, from[first + i], sizes[first + i]);
    if (found == nullptr) return fail(env, "socketSendMany: not inside the buffer");
    parts[static_cast<size_t>(i)] = {const_cast<uint8_t*>(found), static_cast<size_t>(sizes[first + i])};
    headers[static_cast<size_t>(i)] = mmsghdr{};
    headers[static_cast<size_t>(i)].msg_hdr.msg_iov = &parts[static_cast<size_t>(i)];
    headers[static_cast<size_t>(i)].msg_hdr.msg_iovlen = 1;
  }
  const int sent =
      sendmmsg(toInt(env, values[0]), headers.data(), static_cast<unsigned>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
  return fromInt(env, sent < 0 ? -errno : sent);
}

/** (fd, Uint32Array of 2) -> 1 with the packets and drops of a packet socket since the last call, else 0. */
static napi_value packetsStatistics(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  Bytes out;
  if (!typedArray(env, values[1], napi_uint32_array, &out) || out.length < 2)
    return fail(env, "packetsStatistics takes (fd, Uint32Array of 2)");
  tpacket_stats told{};
  socklen_t size = sizeof told;
  if (getsockopt(toInt(env, values[0]), SOL_PACKET, PACKET_STATISTICS, &told, &size) < 0) return fromInt(env, 0);
  uint32_t* to = reinterpret_cast<uint32_t*>(out.data);
  to[0] = told.tp_packets;
  to[1] = told.tp_drops;
  return fromInt(env, 1);
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
  std::vector<int>& open = arguments(env, info, &value, 1)->kernelSockets->open;
  const auto at = std::find(open.begin(), open.end(), toInt(env, value));
  if (at == open.end()) return undefined(env);
  close(*at);
  open.erase(at);
  return undefined(env);
}

bool defineKernelSockets(napi_env env, napi_value exports, Addon* addon) {
  addon->kernelSockets.reset(new KernelSocketState());
  const Method methods[] = {
      {"socketOpen", socketOpen},
      {"socketOption", socketOption},
      {"socketOptionBytes", socketOptionBytes},
      {"socketProgram", socketProgram},
      {"socketBind", socketBind},
      {"socketReceive", socketReceive},
      {"socketSend", socketSend},
      {"socketSendMany", socketSendMany},
      {"socketWait", socketWait},
      {"socketClose", socketClose},
      {"packetsReceive", packetsReceive},
      {"packetsStatistics", packetsStatistics},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
#endif
