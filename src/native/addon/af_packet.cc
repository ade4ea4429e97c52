// AF_PACKET with TPACKET_V3: opens a socket, maps its ring and hands the memory over; reading blocks is JavaScript's work.
#include "addon.h"

#ifndef __linux__
namespace tayra {
struct AfPacketState {};
void destroy(AfPacketState* state) { delete state; }
bool defineAfPacket(napi_env, napi_value, Addon*) { return true; }
}  // namespace tayra
#else
#include <arpa/inet.h>
#include <cerrno>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <cstring>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

namespace tayra {

struct Ring {
  int fd = -1;
  uint8_t* memory = nullptr;
  size_t size = 0;
  napi_ref array = nullptr;  // the ArrayBuffer that shows the memory
};

struct AfPacketState {
  std::vector<Ring> rings;
};

static void release(Ring* ring) {
  if (ring->memory != nullptr) munmap(ring->memory, ring->size);
  if (ring->fd >= 0) close(ring->fd);
  *ring = Ring{};
}

void destroy(AfPacketState* state) {
  for (Ring& ring : state->rings) release(&ring);
  delete state;
}

static Ring* lookup(AfPacketState* state, int32_t handle) {
  if (handle < 0 || static_cast<size_t>(handle) >= state->rings.size()) return nullptr;
  Ring* ring = &state->rings[static_cast<size_t>(handle)];
  return ring->fd < 0 ? nullptr : ring;
}

/** What could not be done, as an object { step, errno, message }. */
static napi_value problem(napi_env env, const char* step) {
  const int code = errno;
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "step", fromText(env, step));
  napi_set_named_property(env, object, "errno", fromInt(env, code));
  napi_set_named_property(env, object, "message", fromText(env, strerror(code)));
  return object;
}

/** (interface name, block size, block count, frame size, block timeout in ms) -> handle, or { step, errno, message }. */
static napi_value afPacketOpen(napi_env env, napi_callback_info info) {
  napi_value values[5];
  AfPacketState* state = arguments(env, info, values, 5)->afPacket.get();
  char name[IFNAMSIZ] = "";
  size_t length = 0;
  if (napi_get_value_string_utf8(env, values[0], name, sizeof name, &length) != napi_ok)
    return fail(env, "afPacketOpen takes (name, block size, block count, frame size, timeout)");
  Ring ring;
  const auto refuse = [&](const char* step) {
    napi_value told = problem(env, step);
    release(&ring);
    return told;
  };
  const unsigned index = if_nametoindex(name);
  if (index == 0) return refuse("interface");
  // protocol 0: nothing comes in before the ring is there
  ring.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (ring.fd < 0) return refuse("socket");
  const int version = TPACKET_V3;
  if (setsockopt(ring.fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0) return refuse("version");
  tpacket_req3 request{};
  request.tp_block_size = static_cast<unsigned>(toInt(env, values[1], 0));
  request.tp_block_nr = static_cast<unsigned>(toInt(env, values[2], 0));
  request.tp_frame_size = static_cast<unsigned>(toInt(env, values[3], 0));
  if (request.tp_frame_size != 0)
    request.tp_frame_nr = request.tp_block_size / request.tp_frame_size * request.tp_block_nr;
  request.tp_retire_blk_tov = static_cast<unsigned>(toInt(env, values[4], 0));
  if (setsockopt(ring.fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0) return refuse("ring");
  ring.size = static_cast<size_t>(request.tp_block_size) * request.tp_block_nr;
  void* memory = mmap(nullptr, ring.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, 0);
  if (memory == MAP_FAILED) return refuse("mmap");
  ring.memory = static_cast<uint8_t*>(memory);
  size_t handle = 0;
  while (handle < state->rings.size() && state->rings[handle].fd >= 0) handle++;
  if (handle == state->rings.size()) state->rings.emplace_back();
  state->rings[handle] = ring;
  return fromInt(env, static_cast<int32_t>(handle));
}

/** Lets no packet in, or takes that away again. */
static int hold(int fd, bool on) {
  sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program = {1, &nothing};
  const int unused = 0;
  if (on) return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

/** Waits until no processor works on a packet that it began before: the kernel does when it closes a packet socket. */
static void settle() {
  const int other = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (other >= 0) close(other);
}

/**
 * (handle, interface name, fanout) -> undefined, or what went wrong: from now on packets come in. `fanout`: mode and group
 * (PACKET_FANOUT), undefined for none. The kernel takes only bound sockets into a group, and what came to one before it
 * was in would have come to another of the group as well: until then nothing is let in.
 */
static napi_value afPacketBind(napi_env env, napi_callback_info info) {
  napi_value values[3];
  AfPacketState* state = arguments(env, info, values, 3)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, values[0]));
  char name[IFNAMSIZ] = "";
  size_t length = 0;
  if (ring == nullptr || napi_get_value_string_utf8(env, values[1], name, sizeof name, &length) != napi_ok)
    return fail(env, "afPacketBind takes (handle, name, fanout)");
  napi_valuetype type = napi_undefined;
  napi_typeof(env, values[2], &type);
  const bool isShared = type == napi_number;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(name));
  if (address.sll_ifindex == 0) return problem(env, "interface");
  if (isShared && hold(ring->fd, true) < 0) return problem(env, "filter");
  if (bind(ring->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) return problem(env, "bind");
  if (!isShared) return undefined(env);
  const int fanout = toInt(env, values[2]);
  if (setsockopt(ring->fd, SOL_PACKET, PACKET_FANOUT, &fanout, sizeof fanout) < 0) return problem(env, "fanout");
  settle();
  if (hold(ring->fd, false) < 0) return problem(env, "filter");
  return undefined(env);
}

/** (handle) -> the ring as an ArrayBuffer, the same each time; it is empty after afPacketClose. */
static napi_value afPacketMemory(napi_env env, napi_callback_info info) {
  napi_value value;
  AfPacketState* state = arguments(env, info, &value, 1)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, value));
  if (ring == nullptr) return fail(env, "afPacketMemory: no such ring");
  napi_value buffer = nullptr;
  if (ring->array != nullptr) {
    napi_get_reference_value(env, ring->array, &buffer);
    return buffer;
  }
  if (napi_create_external_arraybuffer(env, ring->memory, ring->size, nullptr, nullptr, &buffer) != napi_ok)
    return fail(env, "afPacketMemory: this runtime does not map memory of others");
  napi_create_reference(env, buffer, 1, &ring->array);
  return buffer;
}

/** (handle, interface name, promiscuous) -> undefined, or what went wrong. */
static napi_value afPacketPromiscuous(napi_env env, napi_callback_info info) {
  napi_value values[3];
  AfPacketState* state = arguments(env, info, values, 3)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, values[0]));
  char name[IFNAMSIZ] = "";
  size_t length = 0;
  if (ring == nullptr || napi_get_value_string_utf8(env, values[1], name, sizeof name, &length) != napi_ok)
    return fail(env, "afPacketPromiscuous takes (handle, name, on)");
  packet_mreq wish{};
  wish.mr_ifindex = static_cast<int>(if_nametoindex(name));
  wish.mr_type = PACKET_MR_PROMISC;
  const int option = toInt(env, values[2], 0) != 0 ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
  if (setsockopt(ring->fd, SOL_PACKET, option, &wish, sizeof wish) < 0) return problem(env, "promiscuous");
  return undefined(env);
}

/** (handle, option, value) -> undefined, or what went wrong: an integer option of SOL_PACKET. */
static napi_value afPacketOption(napi_env env, napi_callback_info info) {
  napi_value values[3];
  AfPacketState* state = arguments(env, info, values, 3)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, values[0]));
  if (ring == nullptr) return fail(env, "afPacketOption: no such ring");
  const int value = toInt(env, values[2], 0);
  if (setsockopt(ring->fd, SOL_PACKET, toInt(env, values[1]), &value, sizeof value) < 0) return problem(env, "option");
  return undefined(env);
}

/** (handles, timeout in ms) -> how many rings have something to say; a signal ends the wait early. */
static napi_value afPacketWait(napi_env env, napi_callback_info info) {
  napi_value values[2];
  AfPacketState* state = arguments(env, info, values, 2)->afPacket.get();
  Bytes handles;
  if (!typedArray(env, values[0], napi_int32_array, &handles)) return fail(env, "afPacketWait takes (Int32Array, timeout)");
  const int32_t* list = reinterpret_cast<const int32_t*>(handles.data);
  std::vector<pollfd> polled;
  for (size_t i = 0; i < handles.length; i++) {
    const Ring* ring = lookup(state, list[i]);
    if (ring != nullptr) polled.push_back({ring->fd, POLLIN | POLLERR, 0});
  }
  const int ready = poll(polled.data(), polled.size(), toInt(env, values[1], 0));
  return fromInt(env, ready < 0 ? 0 : ready);
}

/** (handle, Uint32Array of 3) -> 1 with packets, drops and freezes since the last call, else 0. */
static napi_value afPacketStatistics(napi_env env, napi_callback_info info) {
  napi_value values[2];
  AfPacketState* state = arguments(env, info, values, 2)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, values[0]));
  Bytes out;
  if (ring == nullptr || !typedArray(env, values[1], napi_uint32_array, &out) || out.length < 3)
    return fail(env, "afPacketStatistics takes (handle, Uint32Array of 3)");
  tpacket_stats_v3 told{};
  socklen_t size = sizeof told;
  if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &told, &size) < 0) return fromInt(env, 0);
  uint32_t* to = reinterpret_cast<uint32_t*>(out.data);
  to[0] = told.tp_packets;
  to[1] = told.tp_drops;
  to[2] = told.tp_freeze_q_cnt;
  return fromInt(env, 1);
}

/** (handle) -> the pending error of the socket (errno), 0 for none: how an interface that went away is noticed. */
static napi_value afPacketError(napi_env env, napi_callback_info info) {
  napi_value value;
  AfPacketState* state = arguments(env, info, &value, 1)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, value));
  if (ring == nullptr) return fail(env, "afPacketError: no such ring");
  int code = 0;
  socklen_t size = sizeof code;
  if (getsockopt(ring->fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0) return fromInt(env, errno);
  return fromInt(env, code);
}

/** (handle): unmaps the ring, whose ArrayBuffer is empty from then on, and closes the socket. */
static napi_value afPacketClose(napi_env env, napi_callback_info info) {
  napi_value value;
  AfPacketState* state = arguments(env, info, &value, 1)->afPacket.get();
  Ring* ring = lookup(state, toInt(env, value));
  if (ring == nullptr) return undefined(env);
  if (ring->array != nullptr) {
    napi_value buffer = nullptr;
    napi_get_reference_value(env, ring->array, &buffer);
    if (buffer != nullptr) napi_detach_arraybuffer(env, buffer);
    napi_delete_reference(env, ring->array);
  }
  release(ring);
  return undefined(env);
}

/** (interface name) -> hardware type (ARPHRD_...), MTU and number as { type, mtu, index }, or what went wrong. */
static napi_value interfaceShape(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  ifreq request{};
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, request.ifr_name, sizeof request.ifr_name, &length) != napi_ok)
    return fail(env, "interfaceShape takes a name");
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return problem(env, "socket");
  napi_value told = nullptr;
  if (ioctl(fd, SIOCGIFHWADDR, &request) < 0) told = problem(env, "interface");
  const int type = request.ifr_hwaddr.sa_family;
  if (told == nullptr && ioctl(fd, SIOCGIFMTU, &request) < 0) told = problem(env, "mtu");
  close(fd);
  if (told != nullptr) return told;
  napi_create_object(env, &told);
  napi_set_named_property(env, told, "type", fromInt(env, type));
  napi_set_named_property(env, told, "mtu", fromInt(env, request.ifr_mtu));
  napi_set_named_property(env, told, "index", fromInt(env, static_cast<int32_t>(if_nametoindex(request.ifr_name))));
  return told;
}

/**
 * (interface name, command of ethtool.h that takes or gives one number of 32 bits, number to give or undefined): the
 * number, or an errno below zero.
 */
static napi_value interfaceValue(napi_env env, napi_callback_info info) {
  napi_value values[3];
  arguments(env, info, values, 3);
  ifreq request{};
  size_t length = 0;
  if (napi_get_value_string_utf8(env, values[0], request.ifr_name, sizeof request.ifr_name, &length) != napi_ok)
    return fail(env, "interfaceValue takes a name");
  ethtool_value value{};
  value.cmd = static_cast<uint32_t>(toInt(env, values[1]));
  napi_get_value_uint32(env, values[2], &value.data);
  request.ifr_data = reinterpret_cast<char*>(&value);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fromInt(env, -errno);
  const int error = ioctl(fd, SIOCETHTOOL, &request) < 0 ? errno : 0;
  close(fd);
  return error != 0 ? fromInt(env, -error) : fromDouble(env, value.data);
}

bool defineAfPacket(napi_env env, napi_value exports, Addon* addon) {
  addon->afPacket.reset(new AfPacketState());
  const Method methods[] = {
      {"afPacketOpen", afPacketOpen},
      {"afPacketMemory", afPacketMemory},
      {"afPacketBind", afPacketBind},
      {"afPacketPromiscuous", afPacketPromiscuous},
      {"afPacketOption", afPacketOption},
      {"afPacketWait", afPacketWait},
      {"afPacketStatistics", afPacketStatistics},
      {"afPacketError", afPacketError},
      {"afPacketClose", afPacketClose},
      {"interfaceShape", interfaceShape},
      {"interfaceValue", interfaceValue},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
#endif
