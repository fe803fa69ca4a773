// latency.h: how long things took, in counts by duration: the memory is the same for ten answers and for a
// thousand million.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace baton::app {

/// Latency counts nanoseconds in buckets that are never wider than 1/64 of what they hold: a percentile is
/// exact to 1.6 per cent. What takes longer than `largest` counts as that long.
class Latency {
 public:
  /// One hour: nobody waits longer for an answer.
  static constexpr std::uint64_t largest = std::uint64_t{3'600} * 1'000'000'000;

  void record(std::uint64_t ns);
  void add(const Latency& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t least() const { return count_ == 0 ? 0 : least_; }
  std::uint64_t most() const { return most_; }
  double mean() const;
  /// percentile is the duration that `percent` of a hundred did not exceed (the upper end of its bucket, at
  /// most `most`); 0 when nothing was counted.
  std::uint64_t percentile(double percent) const;

 private:
  static constexpr unsigned fine_bits = 6;  ///< buckets for each power of two: 64
  static constexpr std::size_t fine = std::size_t{1} << fine_bits;
  static constexpr std::size_t buckets = (64 - fine_bits + 1) * fine;
  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t upper_end(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t least_ = ~std::uint64_t{0};
  std::uint64_t most_ = 0;
  double sum_ = 0;
};

}  // namespace baton::app
