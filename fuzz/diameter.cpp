// Diameter: whatever arrives is decoded or refused; what was decoded is encoded and decoded to the same;
// everything that walks a message without its table stays inside it.
#include <cstdint>
#include <cstdlib>

#include "wire/diameter/framer.h"
#include "wire/diameter/message.h"

using namespace baton;
using namespace baton::wire::diameter;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void whole_message(Bytes in) {
  const auto m = decode_any(in);
  if (m) {
    const Header h = *decode_header(in);
    const ByteVector out = encode_any(*m, h);
    if (const auto* e = std::get_if<ErrorAnswer>(&*m)) {
      const auto again = decode_error_answer(out);  // the E bit goes with the Result-Code
      check(again && *again == *e);
    } else {
      const auto again = decode_any(out);
      check(again && *again == *m);
    }
  } else if (result_code_for(m.why()) != 0) {
    check(failed_avp_for(in, m.why()).size() % 4 == 0);
  }
  for (const wire::SecretRange& s : secret_ranges(in))
    check(s.octets > 0 && s.offset + s.octets <= in.size());
  (void)describe(in);
  (void)result_of(in);
  (void)session_of(in);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  whole_message(in);
  StreamFramer framer;
  // In two pieces, so that a message may be completed by the second.
  framer.push(in.first(size / 2));
  for (int piece = 0; piece < 2; ++piece) {
    for (;;) {
      auto m = framer.next();
      if (!m || !*m) break;
      whole_message(**m);
    }
    if (piece == 0) framer.push(in.subspan(size / 2));
  }
  return 0;
}
