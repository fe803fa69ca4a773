// stream_fill.h: the words of a generator as octets. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

/// fill_stream writes words of a generator into `out`, whose end may cut a word.
template <class Next>
inline void fill_stream(MutableBytes out, Next next) {
  std::size_t at = 0;
  for (; at + 4 <= out.size(); at += 4) store_word(out.data() + at, next());
  if (at == out.size()) return;
  std::array<Byte, 4> last;
  store_word(last.data(), next());
  for (std::size_t i = 0; at < out.size(); ++at, ++i) out[at] = last[i];
}

}  // namespace baton::crypto
