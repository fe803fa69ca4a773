#include "crypto/sha256.h"

#include <algorithm>

#include "base/secret.h"
#include "crypto/sha256_paths.h"

namespace baton::crypto {

Sha256::Sha256(Path path) : state_(sha256_start), path_(path) {}

Sha256::~Sha256() {
  secure_wipe(state_.data(), sizeof(state_));
  secure_wipe(pending_.data(), pending_.size());
}

void Sha256::compress(const Byte* blocks, std::size_t count) {
#if defined(__x86_64__)
  if (path_ != Path::portable) return hardware_compress(state_, blocks, count);
#endif
  portable_compress(state_, blocks, count);
}

void Sha256::update(Bytes in) {
  const auto waiting = static_cast<std::size_t>(octets_ % 64);
  octets_ += in.size();
  if (waiting > 0) {
    const std::size_t n = std::min(in.size(), 64 - waiting);
    std::copy_n(in.begin(), n, pending_.begin() + static_cast<std::ptrdiff_t>(waiting));
    in = in.subspan(n);
    if (waiting + n < 64) return;
    compress(pending_.data(), 1);
  }
  const std::size_t blocks = in.size() / 64;
  if (blocks > 0) compress(in.data(), blocks);
  in = in.subspan(64 * blocks);
  std::copy(in.begin(), in.end(), pending_.begin());
}

//= FIPS 180-4, 5.1.1
Digest Sha256::finish() {
  const std::uint64_t bits = 8 * octets_;
  auto waiting = static_cast<std::size_t>(octets_ % 64);
  pending_[waiting++] = 0x80;
  std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(waiting), pending_.end(), Byte{0});
  if (waiting > 56) {
    compress(pending_.data(), 1);
    pending_.fill(0);
  }
  for (std::size_t i = 0; i < 8; ++i) pending_[56 + i] = static_cast<Byte>(bits >> (56 - 8 * i));
  compress(pending_.data(), 1);
  Digest out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<Byte>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

Digest sha256(Bytes in, Path path) {
  Sha256 h(path);
  h.update(in);
  return h.finish();
}

}  // namespace baton::crypto
