#include "app/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace baton::app {

// Below 64 a bucket is one nanosecond. Above, the bucket's number is the exponent and the six bits after the
// leading one.
std::size_t Latency::bucket_of(std::uint64_t ns) {
  if (ns < fine) return static_cast<std::size_t>(ns);
  const auto exponent = static_cast<unsigned>(std::bit_width(ns)) - 1;
  const std::uint64_t following = (ns >> (exponent - fine_bits)) & (fine - 1);
  return (exponent - fine_bits + 1) * fine + static_cast<std::size_t>(following);
}

std::uint64_t Latency::upper_end(std::size_t bucket) {
  if (bucket < fine) return bucket;
  const auto shift = static_cast<unsigned>(bucket / fine) - 1;
  return ((fine + bucket % fine + 1) << shift) - 1;
}

void Latency::record(std::uint64_t ns) {
  ns = std::min(ns, largest);
  ++counts_[bucket_of(ns)];
  ++count_;
  least_ = std::min(least_, ns);
  most_ = std::max(most_, ns);
  sum_ += static_cast<double>(ns);
}

void Latency::add(const Latency& other) {
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  least_ = std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
  sum_ += other.sum_;
}

double Latency::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t Latency::percentile(double percent) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(static_cast<double>(count_) * std::clamp(percent, 0.0, 100.0) / 100.0);
  const std::uint64_t rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(upper_end(i), most_);
  }
  return most_;
}

}  // namespace baton::app
