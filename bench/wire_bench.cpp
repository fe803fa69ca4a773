// How fast messages are read and written. The inputs are the messages of the fuzz corpora, whole and valid;
// each row's label is a digest of what came out, so that a faster row with another result is seen.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/s1ap/s1ap.h"

namespace {

using namespace baton;
using namespace baton::wire;

ByteVector corpus(const std::string& name) {
  std::ifstream in(std::string(BATON_SOURCE_DIR) + "/fuzz/corpus/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// FNV-1a: a digest to compare runs by, not to protect anything.
std::string digest(Bytes octets) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const Byte b : octets) h = (h ^ b) * 0x100000001B3ULL;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(h));
  return text;
}

void s1ap_decode(benchmark::State& state, const std::string& name) {
  const ByteVector octets = corpus(name);
  for (auto _ : state) {
    auto pdu = s1ap::decode_any(octets);
    benchmark::DoNotOptimize(pdu);
  }
  const auto pdu = s1ap::decode_any(octets);
  if (!pdu) return state.SkipWithError("the corpus file does not decode");
  state.SetLabel(std::to_string(octets.size()) + " octets, digest " + digest(s1ap::encode(pdu->pdu)));
}

void s1ap_encode(benchmark::State& state, const std::string& name) {
  const ByteVector octets = corpus(name);
  const auto pdu = s1ap::decode_any(octets);
  if (!pdu) return state.SkipWithError("the corpus file does not decode");
  ByteVector out;
  for (auto _ : state) {
    out = s1ap::encode(pdu->pdu);
    benchmark::DoNotOptimize(out);
  }
  state.SetLabel(std::to_string(out.size()) + " octets, digest " + digest(out));
}

void gtp2_decode(benchmark::State& state, const std::string& name) {
  const ByteVector octets = corpus(name);
  for (auto _ : state) {
    auto m = gtp2::decode_any(octets);
    benchmark::DoNotOptimize(m);
  }
  const auto m = gtp2::decode_any(octets);
  if (!m) return state.SkipWithError("the corpus file does not decode");
  const auto again = gtp2::encode(m->message, m->header.teid.value_or(Teid{}), m->header.sequence);
  state.SetLabel(std::to_string(octets.size()) + " octets, digest " + digest(again));
}

void gtp2_encode(benchmark::State& state, const std::string& name) {
  const ByteVector octets = corpus(name);
  const auto m = gtp2::decode_any(octets);
  if (!m) return state.SkipWithError("the corpus file does not decode");
  ByteVector out;
  for (auto _ : state) {
    out = gtp2::encode(m->message, m->header.teid.value_or(Teid{}), m->header.sequence);
    benchmark::DoNotOptimize(out);
  }
  state.SetLabel(std::to_string(out.size()) + " octets, digest " + digest(out));
}

BENCHMARK_CAPTURE(s1ap_decode, initial_ue_message, "s1ap/10-initial-ue-message");
BENCHMARK_CAPTURE(s1ap_encode, initial_ue_message, "s1ap/10-initial-ue-message");
BENCHMARK_CAPTURE(s1ap_decode, initial_context_setup_request, "s1ap/17-initial-context-setup-request");
BENCHMARK_CAPTURE(s1ap_encode, initial_context_setup_request, "s1ap/17-initial-context-setup-request");
BENCHMARK_CAPTURE(s1ap_decode, handover_required, "s1ap/29-handover-required");
BENCHMARK_CAPTURE(s1ap_encode, handover_required, "s1ap/29-handover-required");
BENCHMARK_CAPTURE(s1ap_decode, handover_request, "s1ap/35-handover-request");
BENCHMARK_CAPTURE(s1ap_encode, handover_request, "s1ap/35-handover-request");
BENCHMARK_CAPTURE(gtp2_decode, create_session_request, "gtp2/Create-Session-Request.bin");
BENCHMARK_CAPTURE(gtp2_encode, create_session_request, "gtp2/Create-Session-Request.bin");
BENCHMARK_CAPTURE(gtp2_decode, forward_relocation_request, "gtp2/Forward-Relocation-Request.bin");
BENCHMARK_CAPTURE(gtp2_encode, forward_relocation_request, "gtp2/Forward-Relocation-Request.bin");
BENCHMARK_CAPTURE(gtp2_decode, modify_bearer_response, "gtp2/Modify-Bearer-Response.bin");
BENCHMARK_CAPTURE(gtp2_encode, modify_bearer_response, "gtp2/Modify-Bearer-Response.bin");

}  // namespace
