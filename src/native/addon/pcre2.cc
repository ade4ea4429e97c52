// PCRE2 over registered buffers, byte semantics, with JIT where the platform has it and limits on every match.
#include "addon.h"

#ifndef TAYRA_HAS_PCRE2
namespace tayra {
struct Pcre2State {};
void destroy(Pcre2State* state) { delete state; }
bool definePcre2(napi_env, napi_value, Addon*) { return true; }
}  // namespace tayra
#else
#include <pcre2.h>

#include <algorithm>
#include <string>

namespace tayra {

// Of most expressions of a rule set nothing is ever asked: code for the processor is made with the first match.
enum class Jit { untried, made, refused };

struct Expression {
  pcre2_code* code = nullptr;
  Jit jit = Jit::untried;
};

struct Pcre2State {
  std::vector<Expression> expressions;
  std::vector<int32_t> freed;
  pcre2_match_context* context = nullptr;
  pcre2_jit_stack* stack = nullptr;
  pcre2_match_data* match = nullptr;
  uint32_t pairs = 0;  // what `match` has room for
  Pinned offsets;
};

// What a match may ask of the code that JIT produced; anything else goes through the interpreter.
static const uint32_t JIT_OPTIONS = PCRE2_NOTBOL | PCRE2_NOTEOL | PCRE2_NOTEMPTY | PCRE2_NOTEMPTY_ATSTART;

static const uint32_t DEFAULT_MATCH_LIMIT = 3500;
static const uint32_t DEFAULT_DEPTH_LIMIT = 1500;
static const size_t JIT_STACK_START = 32 * 1024;
static const size_t JIT_STACK_MAX = 512 * 1024;

void destroy(Pcre2State* state) {
  for (Expression& expression : state->expressions) pcre2_code_free(expression.code);
  pcre2_match_data_free(state->match);
  pcre2_match_context_free(state->context);
  pcre2_jit_stack_free(state->stack);
  delete state;
}

static Expression* lookup(Pcre2State* state, int32_t handle) {
  if (static_cast<size_t>(static_cast<uint32_t>(handle)) >= state->expressions.size()) return nullptr;
  Expression* expression = &state->expressions[static_cast<size_t>(handle)];
  return expression->code == nullptr ? nullptr : expression;
}

static bool hasJit(Expression* expression) {
  if (expression->jit == Jit::untried)
    expression->jit = pcre2_jit_compile(expression->code, PCRE2_JIT_COMPLETE) == 0 ? Jit::made : Jit::refused;
  return expression->jit == Jit::made;
}

/** What is wrong with an expression, as an object { message, offset }. */
static napi_value problem(napi_env env, int code, size_t offset) {
  char text[256] = "unknown error";
  pcre2_get_error_message(code, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "message", fromText(env, text));
  napi_set_named_property(env, object, "offset", fromInt(env, static_cast<int32_t>(offset)));
  return object;
}

static int32_t keep(Pcre2State* state, pcre2_code* code) {
  uint32_t captures = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &captures);
  if (captures + 1 > state->pairs) {
    pcre2_match_data_free(state->match);
    state->pairs = std::max(captures + 1, 16u);
    state->match = pcre2_match_data_create(state->pairs, nullptr);
  }
  int32_t handle = static_cast<int32_t>(state->expressions.size());
  if (!state->freed.empty()) {
    handle = state->freed.back();
    state->freed.pop_back();
  } else {
    state->expressions.emplace_back();
  }
  state->expressions[static_cast<size_t>(handle)] = {code, Jit::untried};
  return handle;
}

/** (bytes, options) -> handle, or { message, offset }. */
static napi_value pcreCompile(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Pcre2State* state = arguments(env, info, values, 2)->pcre2.get();
  Bytes bytes;
  if (!typedArray(env, values[0], napi_uint8_array, &bytes)) return fail(env, "pcreCompile takes (Uint8Array, options)");
  static const uint8_t nothing = 0;
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(bytes.length == 0 ? &nothing : bytes.data, bytes.length,
                                   static_cast<uint32_t>(toInt(env, values[1], 0)), &error, &offset, nullptr);
  if (code == nullptr) return problem(env, error, offset);
  return fromInt(env, keep(state, code));
}

static napi_value pcreFree(napi_env env, napi_callback_info info) {
  napi_value value;
  Pcre2State* state = arguments(env, info, &value, 1)->pcre2.get();
  const int32_t handle = toInt(env, value);
  Expression* expression = lookup(state, handle);
  if (expression == nullptr) return undefined(env);
  pcre2_code_free(expression->code);
  *expression = {};
  state->freed.push_back(handle);
  return undefined(env);
}

static napi_value pcreCaptureCount(napi_env env, napi_callback_info info) {
  napi_value value;
  Pcre2State* state = arguments(env, info, &value, 1)->pcre2.get();
  Expression* expression = lookup(state, toInt(env, value));
  if (expression == nullptr) return fail(env, "pcre2: no such expression");
  uint32_t captures = 0;
  pcre2_pattern_info(expression->code, PCRE2_INFO_CAPTURECOUNT, &captures);
  return fromInt(env, static_cast<int32_t>(captures));
}

/** The names of groups: an object from name to number. */
static napi_value pcreNames(napi_env env, napi_callback_info info) {
  napi_value value, object = nullptr;
  Pcre2State* state = arguments(env, info, &value, 1)->pcre2.get();
  Expression* expression = lookup(state, toInt(env, value));
  if (expression == nullptr) return fail(env, "pcre2: no such expression");
  uint32_t count = 0, size = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(expression->code, PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(expression->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
  pcre2_pattern_info(expression->code, PCRE2_INFO_NAMETABLE, &table);
  napi_create_object(env, &object);
  for (uint32_t i = 0; i < count; i++, table += size) {
    napi_set_named_property(env, object, reinterpret_cast<const char*>(table + 2), fromInt(env, table[0] << 8 | table[1]));
  }
  return object;
}

static napi_value pcreHasJit(napi_env env, napi_callback_info info) {
  napi_value value, result = nullptr;
  Pcre2State* state = arguments(env, info, &value, 1)->pcre2.get();
  Expression* expression = lookup(state, toInt(env, value));
  napi_get_boolean(env, expression != nullptr && hasJit(expression), &result);
  return result;
}

static napi_value pcreSetLimits(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Pcre2State* state = arguments(env, info, values, 2)->pcre2.get();
  pcre2_set_match_limit(state->context, static_cast<uint32_t>(toInt(env, values[0], DEFAULT_MATCH_LIMIT)));
  pcre2_set_depth_limit(state->context, static_cast<uint32_t>(toInt(env, values[1], DEFAULT_DEPTH_LIMIT)));
  return undefined(env);
}

static napi_value setOffsetBuffer(napi_env env, napi_callback_info info) {
  napi_value value;
  Pcre2State* state = arguments(env, info, &value, 1)->pcre2.get();
  if (!pin(env, value, napi_int32_array, &state->offsets)) return fail(env, "setOffsetBuffer takes an Int32Array");
  return undefined(env);
}

/** Copies start and end of each group that was set; the rest of the groups read -1 (PCRE2_UNSET). */
static void copyOffsets(Pcre2State* state, int pairs) {
  const PCRE2_SIZE* from = pcre2_get_ovector_pointer(state->match);
  int32_t* to = reinterpret_cast<int32_t*>(state->offsets.data);
  const size_t count = std::min(static_cast<size_t>(pairs) * 2, state->offsets.length / sizeof(int32_t));
  for (size_t i = 0; i < count; i++) to[i] = static_cast<int32_t>(from[i]);
}

/** (expression, buffer, offset, length, start, options) -> number of pairs in the offset buffer, or PCRE2's negative code. */
static napi_value pcreMatch(napi_env env, napi_callback_info info) {
  napi_value values[6];
  Addon* addon = arguments(env, info, values, 6);
  Pcre2State* state = addon->pcre2.get();
  Expression* expression = lookup(state, toInt(env, values[0]));
  const int32_t length = toInt(env, values[3]);
  const int32_t start = toInt(env, values[4]);
  const uint32_t options = static_cast<uint32_t>(toInt(env, values[5], 0));
  const uint8_t* data = slice(addon, toInt(env, values[1]), toInt(env, values[2]), length);
  if (expression == nullptr || data == nullptr || start < 0 || start > length)
    return fail(env, "pcreMatch: no such expression, or not inside a registered buffer");
  const auto run = (options & ~JIT_OPTIONS) == 0 && hasJit(expression) ? pcre2_jit_match : pcre2_match;
  const int rc = run(expression->code, data, static_cast<PCRE2_SIZE>(length), static_cast<PCRE2_SIZE>(start), options, state->match, state->context);
  if (rc > 0) copyOffsets(state, rc);
  return fromInt(env, rc);
}

bool definePcre2(napi_env env, napi_value exports, Addon* addon) {
  Pcre2State* state = new Pcre2State();
  addon->pcre2.reset(state);
  state->context = pcre2_match_context_create(nullptr);
  state->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, nullptr);
  if (state->context == nullptr) return false;
  if (state->stack != nullptr) pcre2_jit_stack_assign(state->context, nullptr, state->stack);
  pcre2_set_match_limit(state->context, DEFAULT_MATCH_LIMIT);
  pcre2_set_depth_limit(state->context, DEFAULT_DEPTH_LIMIT);
  char version[64] = "";
  pcre2_config(PCRE2_CONFIG_VERSION, version);
  napi_set_named_property(env, exports, "pcre2Version", fromText(env, version));
  const Method methods[] = {
      {"pcreCompile", pcreCompile}, {"pcreFree", pcreFree},           {"pcreCaptureCount", pcreCaptureCount},
      {"pcreNames", pcreNames},     {"pcreHasJit", pcreHasJit},       {"pcreSetLimits", pcreSetLimits},
      {"pcreMatch", pcreMatch},     {"setOffsetBuffer", setOffsetBuffer},
  };
  return defineMethods(env, exports, addon, methods, sizeof methods / sizeof *methods);
}

}  // namespace tayra
#endif
