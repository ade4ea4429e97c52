// Hyperscan (or Vectorscan): databases of literals in block mode, scanned over registered buffers.
// A pattern's id is its index; a scan reports each id once, with the ends of its first and last occurrence.
#include "addon.h"

#ifndef TAYRA_HAS_HS
namespace tayra {
struct HyperscanState {};
void destroy(HyperscanState* state) { delete state; }
bool defineHyperscan(napi_env, napi_value, Addon*) { return true; }
}  // namespace tayra
#else
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <hs.h>

#include <algorithm>
#include <string>

namespace tayra {

struct Database {
  hs_database_t* database = nullptr;
  Pinned memory;                // of an adopted database, which is not ours to free
  std::vector<uint32_t> seen;   // per pattern: the epoch of the scan that last reported it
  std::vector<uint32_t> place;  // per pattern: its place among the matches of that scan
  uint32_t epoch = 0;
};

struct HyperscanState {
  std::vector<Database> databases;
  std::vector<int32_t> freed;
  hs_scratch_t* scratch = nullptr;
  Pinned matches;
  uint32_t lost = 0;
  // the scan under way
  Database* current = nullptr;
  uint32_t found = 0;
  uint32_t room = 0;
};

static void release(Database* database) {
  if (database->memory.reference == nullptr && database->database != nullptr) hs_free_database(database->database);
  database->database = nullptr;
}

void destroy(HyperscanState* state) {
  for (Database& database : state->databases) release(&database);
  hs_free_scratch(state->scratch);
  delete state;
}

/** Literals as they come from JavaScript, copied so that another thread may compile them. */
struct Literals {
  std::string text;  // each byte of a literal as \xHH, which has no meaning but its own, and a NUL behind each literal
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
};

/** (bytes, offsets[n + 1], nocase[n]) -> literals; an error text or null. */
static const char* readLiterals(napi_env env, const napi_value* values, Literals* out) {
  Bytes bytes, offsets, nocase;
  if (!typedArray(env, values[0], napi_uint8_array, &bytes) || !typedArray(env, values[1], napi_uint32_array, &offsets) ||
      !typedArray(env, values[2], napi_uint8_array, &nocase))
    return "patterns are (Uint8Array bytes, Uint32Array offsets, Uint8Array nocase)";
  const size_t count = nocase.length;
  if (count == 0 || offsets.length != count + 1) return "patterns need one offset more than there are of them, and one at least";
  const uint32_t* at = reinterpret_cast<const uint32_t*>(offsets.data);
  static const char digits[] = "0123456789abcdef";
  std::vector<size_t> starts;
  for (size_t i = 0; i < count; i++) {
    if (at[i] >= at[i + 1] || at[i + 1] > bytes.length) return "a pattern is empty or lies outside the bytes";
    starts.push_back(out->text.size());
    for (uint32_t k = at[i]; k < at[i + 1]; k++) {
      out->text += "\\x";
      out->text += digits[bytes.data[k] >> 4];
      out->text += digits[bytes.data[k] & 15];
    }
    out->text += '\0';
    out->flags.push_back(nocase.data[i] != 0 ? HS_FLAG_CASELESS : 0);
  }
  for (const size_t start : starts) out->expressions.push_back(out->text.data() + start);
  return nullptr;
}

/**
 * As expressions, not by hs_compile_lit_multi: databases of that refuse to scan some bytes when literals are long
 * (intel/hyperscan issue 303, in the 5.4.0 of Debian 12).
 */
static hs_database_t* compile(const Literals& literals, std::string* error) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* problem = nullptr;
  std::vector<unsigned> ids(literals.flags.size());
  for (size_t i = 0; i < ids.size(); i++) ids[i] = static_cast<unsigned>(i);
  const hs_error_t rc =
      hs_compile_multi(literals.expressions.data(), literals.flags.data(), ids.data(), static_cast<unsigned>(ids.size()),
                       HS_MODE_BLOCK, nullptr, &database, &problem);
  if (rc == HS_SUCCESS) return database;
  *error = problem == nullptr ? "cannot compile" : problem->message;
  if (problem != nullptr && problem->expression >= 0) *error += " (pattern " + std::to_string(problem->expression) + ")";
  hs_free_compile_error(problem);
  return nullptr;
}

/** Gives a database a handle and makes the scratch large enough; -1 when memory is short (the database is freed then). */
static int32_t keep(HyperscanState* state, hs_database_t* database, size_t patterns) {
  if (hs_alloc_scratch(database, &state->scratch) != HS_SUCCESS) return -1;
  int32_t handle = static_cast<int32_t>(state->databases.size());
  if (!state->freed.empty()) {
    handle = state->freed.back();
    state->freed.pop_back();
  } else {
    state->databases.emplace_back();
  }
  Database& slot = state->databases[static_cast<size_t>(handle)];
  slot.database = database;
  slot.seen.assign(patterns, 0);
  slot.place.assign(patterns, 0);
  slot.epoch = 0;
  return handle;
}

static napi_value keepOwned(napi_env env, HyperscanState* state, hs_database_t* database, size_t patterns) {
  const int32_t handle = keep(state, database, patterns);
  if (handle >= 0) return fromInt(env, handle);
  hs_free_database(database);
  return fail(env, "hyperscan: no scratch space for the database");
}

static Database* lookup(HyperscanState* state, int32_t handle) {
  if (static_cast<size_t>(static_cast<uint32_t>(handle)) >= state->databases.size()) return nullptr;
  Database* database = &state->databases[static_cast<size_t>(handle)];
  return database->database == nullptr ? nullptr : database;
}

/** Gives back to the system what compiling used and freed. */
static napi_value hsTrim(napi_env env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return undefined(env);
}

static napi_value hsCompile(napi_env env, napi_callback_info info) {
  napi_value values[3];
  Addon* addon = arguments(env, info, values, 3);
  Literals literals;
  if (const char* wrong = readLiterals(env, values, &literals)) return fail(env, wrong);
  std::string error;
  hs_database_t* database = compile(literals, &error);
  if (database == nullptr) return fail(env, ("hyperscan: " + error).c_str());
  return keepOwned(env, addon->hyperscan.get(), database, literals.flags.size());
}

struct CompileJob {
  Addon* addon;
  Literals literals;
  std::string error;
  hs_database_t* database = nullptr;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

static void finishCompile(napi_env env, napi_status status, void* data) {
  std::unique_ptr<CompileJob> job(static_cast<CompileJob*>(data));
  int32_t handle = -1;
  if (job->database != nullptr && status == napi_ok) {
    handle = keep(job->addon->hyperscan.get(), job->database, job->literals.flags.size());
    if (handle < 0) job->error = "no scratch space for the database";
  }
  if (handle < 0 && job->database != nullptr) hs_free_database(job->database);
  if (handle >= 0) {
    napi_resolve_deferred(env, job->deferred, fromInt(env, handle));
  } else {
    napi_value error = nullptr;
    napi_create_error(env, nullptr, fromText(env, ("hyperscan: " + job->error).c_str()), &error);
    napi_reject_deferred(env, job->deferred, error);
  }
  napi_delete_async_work(env, job->work);
}

static napi_value hsCompileAsync(napi_env env, napi_callback_info info) {
  napi_value values[3], promise = nullptr;
  std::unique_ptr<CompileJob> job(new CompileJob());
  job->addon = arguments(env, info, values, 3);
  if (const char* wrong = readLiterals(env, values, &job->literals)) return fail(env, wrong);
  napi_create_promise(env, &job->deferred, &promise);
  const auto execute = [](napi_env, void* data) {
    CompileJob* running = static_cast<CompileJob*>(data);
    running->database = compile(running->literals, &running->error);
  };
  napi_create_async_work(env, nullptr, fromText(env, "tayra.hsCompile"), execute, finishCompile, job.get(), &job->work);
  if (napi_queue_async_work(env, job->work) != napi_ok) return fail(env, "hyperscan: cannot start compiling");
  job.release();
  return promise;
}

static napi_value hsSerialize(napi_env env, napi_callback_info info) {
  napi_value value, buffer = nullptr, array = nullptr;
  Addon* addon = arguments(env, info, &value, 1);
  Database* database = lookup(addon->hyperscan.get(), toInt(env, value));
  if (database == nullptr) return fail(env, "hyperscan: no such database");
  char* bytes = nullptr;
  size_t length = 0;
  if (hs_serialize_database(database->database, &bytes, &length) != HS_SUCCESS) return fail(env, "hyperscan: cannot serialize");
  void* target = nullptr;
  if (napi_create_arraybuffer(env, length, &target, &buffer) == napi_ok) {
    std::copy(bytes, bytes + length, static_cast<char*>(target));
    napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &array);
  }
  free(bytes);
  return array;
}

static napi_value hsDeserialize(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Addon* addon = arguments(env, info, values, 2);
  Bytes bytes;
  const int32_t patterns = toInt(env, values[1]);
  if (!typedArray(env, values[0], napi_uint8_array, &bytes) || patterns < 1)
    return fail(env, "hsDeserialize takes (Uint8Array, number of patterns)");
  hs_database_t* database = nullptr;
  const hs_error_t rc = hs_deserialize_database(reinterpret_cast<const char*>(bytes.data), bytes.length, &database);
  if (rc != HS_SUCCESS) return fail(env, ("hyperscan: cannot deserialize, error " + std::to_string(rc)).c_str());
  return keepOwned(env, addon->hyperscan.get(), database, static_cast<size_t>(patterns));
}

/** Size in bytes of a database once deserialized, or -1 when the bytes are none of this library's. */
static napi_value hsSerializedSize(napi_env env, napi_callback_info info) {
  napi_value value;
  arguments(env, info, &value, 1);
  Bytes bytes;
  size_t size = 0;
  if (!typedArray(env, value, napi_uint8_array, &bytes)) return fail(env, "hsSerializedSize takes a Uint8Array");
  const hs_error_t rc = hs_serialized_database_size(reinterpret_cast<const char*>(bytes.data), bytes.length, &size);
  return fromDouble(env, rc == HS_SUCCESS ? static_cast<double>(size) : -1);
}

/** (bytes, target): unpacks into memory of the caller (shared with workers, which then adopt it). */
static napi_value hsDeserializeInto(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values, 2);
  Bytes bytes, target;
  size_t size = 0;
  if (!typedArray(env, values[0], napi_uint8_array, &bytes) || !typedArray(env, values[1], napi_uint8_array, &target))
    return fail(env, "hsDeserializeInto takes (Uint8Array, Uint8Array)");
  const char* source = reinterpret_cast<const char*>(bytes.data);
  if (hs_serialized_database_size(source, bytes.length, &size) != HS_SUCCESS || size > target.length)
    return fail(env, "hyperscan: bad database, or the target is too small");
  const hs_error_t rc = hs_deserialize_database_at(source, bytes.length, reinterpret_cast<hs_database_t*>(target.data));
  if (rc != HS_SUCCESS) return fail(env, ("hyperscan: cannot deserialize, error " + std::to_string(rc)).c_str());
  return undefined(env);
}

/** (memory, patterns): a handle for a database that hsDeserializeInto put there; the memory stays the caller's. */
static napi_value hsAdopt(napi_env env, napi_callback_info info) {
  napi_value values[2];
  HyperscanState* state = arguments(env, info, values, 2)->hyperscan.get();
  const int32_t patterns = toInt(env, values[1]);
  Pinned memory;
  size_t size = 0;
  if (patterns < 1 || !pin(env, values[0], napi_uint8_array, &memory)) return fail(env, "hsAdopt takes (Uint8Array, number of patterns)");
  hs_database_t* database = reinterpret_cast<hs_database_t*>(memory.data);
  const bool isValid = memory.length > 64 && hs_database_size(database, &size) == HS_SUCCESS && size <= memory.length;
  const int32_t handle = isValid ? keep(state, database, static_cast<size_t>(patterns)) : -1;
  if (handle < 0) {
    unpin(env, &memory);
    return fail(env, "hyperscan: the memory holds no database");
  }
  state->databases[static_cast<size_t>(handle)].memory = memory;
  return fromInt(env, handle);
}

static napi_value hsFree(napi_env env, napi_callback_info info) {
  napi_value value;
  HyperscanState* state = arguments(env, info, &value, 1)->hyperscan.get();
  const int32_t handle = toInt(env, value);
  Database* database = lookup(state, handle);
  if (database == nullptr) return undefined(env);
  release(database);
  unpin(env, &database->memory);
  std::vector<uint32_t>().swap(database->seen);
  std::vector<uint32_t>().swap(database->place);
  state->freed.push_back(handle);
  return undefined(env);
}

static napi_value hsDbSize(napi_env env, napi_callback_info info) {
  napi_value value;
  Addon* addon = arguments(env, info, &value, 1);
  Database* database = lookup(addon->hyperscan.get(), toInt(env, value));
  size_t size = 0;
  if (database == nullptr || hs_database_size(database->database, &size) != HS_SUCCESS) return fail(env, "hyperscan: no such database");
  return fromDouble(env, static_cast<double>(size));
}

static napi_value setMatchBuffer(napi_env env, napi_callback_info info) {
  napi_value value;
  Addon* addon = arguments(env, info, &value, 1);
  if (!pin(env, value, napi_int32_array, &addon->hyperscan->matches)) return fail(env, "setMatchBuffer takes an Int32Array");
  return undefined(env);
}

/** How many matches did not fit the match buffer since the environment started (modulo 2^32). */
static napi_value lostMatches(napi_env env, napi_callback_info info) {
  return fromDouble(env, arguments(env, info, nullptr, 0)->hyperscan->lost);
}

/**
 * Ids in the first third of the match buffer, behind them two words for each: the ends of its first and last occurrence.
 * Never asks to stop: a full match buffer must not hide that there were more.
 */
static int onMatch(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  HyperscanState* state = static_cast<HyperscanState*>(context);
  Database* database = state->current;
  if (id >= database->seen.size()) return 0;
  int32_t* ids = reinterpret_cast<int32_t*>(state->matches.data);
  int32_t* ends = ids + state->room;
  const int32_t end = static_cast<int32_t>(to);
  if (database->seen[id] == database->epoch) {
    const uint32_t place = database->place[id];
    if (place >= state->found) return 0;  // it found no room
    ends[2 * place] = std::min(ends[2 * place], end);
    ends[2 * place + 1] = std::max(ends[2 * place + 1], end);
    return 0;
  }
  database->seen[id] = database->epoch;
  database->place[id] = state->room;
  if (state->found >= state->room) {
    state->lost++;
    return 0;
  }
  database->place[id] = state->found;
  ids[state->found] = static_cast<int32_t>(id);
  ends[2 * state->found] = end;
  ends[2 * state->found + 1] = end;
  state->found++;
  return 0;
}

/** (database, buffer, offset, length) -> number of distinct ids now in the match buffer; ends count from the offset. */
static napi_value hsScan(napi_env env, napi_callback_info info) {
  napi_value values[4];
  Addon* addon = arguments(env, info, values, 4);
  HyperscanState* state = addon->hyperscan.get();
  Database* database = lookup(state, toInt(env, values[0]));
  const int32_t length = toInt(env, values[3]);
  const uint8_t* data = slice(addon, toInt(env, values[1]), toInt(env, values[2]), length);
  if (database == nullptr || data == nullptr) return fail(env, "hsScan: no such database, or not inside a registered buffer");
  if (++database->epoch == 0) {
    std::fill(database->seen.begin(), database->seen.end(), 0);
    database->epoch = 1;
  }
  state->current = database;
  state->found = 0;
  state->room = static_cast<uint32_t>(state->matches.length / sizeof(int32_t) / 3);
  const hs_error_t rc = hs_scan(database->database, reinterpret_cast<const char*>(data), static_cast<unsigned>(length), 0,
                                state->scratch, onMatch, state);
  if (rc != HS_SUCCESS) return fail(env, "hsScan: the library refused to scan");
  return fromInt(env, static_cast<int32_t>(state->found));
}

bool defineHyperscan(napi_env env, napi_value exports, Addon* addon) {
  // The library needs SSSE3 on x86; without it every call would fail, so it is as good as absent.
  if (hs_valid_platform() != HS_SUCCESS) return true;
  addon->hyperscan.reset(new HyperscanState());
  napi_set_named_property(env, exports, "hsVersion", fromText(env, hs_version()));
  const Method methods[] = {
      {"hsCompile", hsCompile},           {"hsCompileAsync", hsCompileAsync},
      {"hsSerialize", hsSerialize},       {"hsSerializedSize", hsSerializedSize},
      {"hsDeserialize", hsDeserialize},   {"hsDeserializeInto", hsDeserializeInto},
      {"hsAdopt", hsAdopt},               {"hsFree", hsFree},
      {"hsDbSize", hsDbSize},             {"hsScan", hsScan},
      {"hsTrim", hsTrim},
      {"setMatchBuffer", setMatchBuffer}, {"lostMatches", lostMatches},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
#endif
