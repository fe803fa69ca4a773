// zuc.h: ZUC, the generator under EEA3 and EIA3.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"
#include "crypto/path.h"

namespace baton::crypto {

/// zuc_keystream fills `out`, whole words of four octets.
//= TS 35.222, 3.6
void zuc_keystream(std::span<const Byte, 16> key, std::span<const Byte, 16> iv, MutableBytes out,
                   Path path = stream_path());

}  // namespace baton::crypto
