// Local (UNIX domain) sockets, datagrams included, which Node does not have; written to at once or not at all.
#include "addon.h"

#ifndef _WIN32
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <string>
#endif

namespace tayra {

#ifndef _WIN32
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static int openSocket(const std::string& path, bool isStream) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, isStream ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (fd < 0) return -errno;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  if (connect(fd, reinterpret_cast<struct sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  close(fd);
  return -error;
}

static int64_t milliseconds() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

/** At most that long; a moment even where poll says that there is room which send did not find. */
static void waitForRoom(int fd, int limit) {
  struct pollfd one = {fd, POLLOUT, 0};
  if (poll(&one, 1, limit) <= 0) return;
  const struct timespec moment = {0, 1000000};
  nanosleep(&moment, nullptr);
}

/** localConnect(path, isStream 0/1): a descriptor, or an errno below zero. */
static napi_value localConnect(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  size_t length = 0;
  if (napi_get_value_string_utf8(env, values[0], nullptr, 0, &length) != napi_ok) return fail(env, "localConnect takes a path");
  std::string path(length + 1, '\0');
  napi_get_value_string_utf8(env, values[0], &path[0], path.size(), &length);
  path.resize(length);
  return fromInt(env, openSocket(path, toInt(env, values[1]) == 1));
}

/** localSend(fd, bytes, offset, length, milliseconds to wait for room): bytes taken, or an errno below zero. */
static napi_value localSend(napi_env env, napi_callback_info info) {
  napi_value values[5];
  arguments(env, info, values, 5);
  Bytes bytes;
  const int32_t offset = toInt(env, values[2]);
  const int32_t length = toInt(env, values[3]);
  if (!typedArray(env, values[1], napi_uint8_array, &bytes)) return fail(env, "localSend takes a Uint8Array");
  if (offset < 0 || length < 0 || static_cast<size_t>(offset) + static_cast<size_t>(length) > bytes.length)
    return fail(env, "localSend: not inside the array");
  const int fd = toInt(env, values[0]);
  const int64_t deadline = milliseconds() + toInt(env, values[4], 0);
  for (;;) {
    const ssize_t sent = send(fd, bytes.data + offset, static_cast<size_t>(length), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return fromInt(env, static_cast<int32_t>(sent));
    const int error = errno;
    if (error == EINTR) continue;
    const bool isFull = error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
    const int64_t left = deadline - milliseconds();
    if (!isFull || left <= 0) return fromInt(env, isFull ? 0 : -error);
    waitForRoom(fd, static_cast<int>(left));
  }
}

static napi_value localClose(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  const int fd = toInt(env, value);
  if (fd >= 0) close(fd);
  return undefined(env);
}
#endif

bool defineSockets(napi_env env, napi_value exports, Addon* addon) {
#ifdef _WIN32
  return env != nullptr && exports != nullptr && addon != nullptr;
#else
  const Method methods[] = {
      {"localConnect", localConnect},
      {"localSend", localSend},
      {"localClose", localClose},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
#endif
}

}  // namespace tayra
