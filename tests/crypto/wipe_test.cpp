// Memory that is given back holds no key: every block freed during a test is searched for what must not be in
// it.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "crypto/batch.h"
#include "crypto/comp128.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea1.h"
#include "crypto/eia3.h"
#include "crypto/hmac_sha256.h"
#include "crypto/kasumi.h"
#include "crypto/milenage.h"
#include "crypto/paths.h"
#include "crypto/tuak.h"

namespace {

/// What is looked for, and how often it was found. Plain memory: nothing here may allocate.
struct Search {
  unsigned char needle[16];
  std::size_t octets = 0;
  std::size_t found = 0;
  std::size_t freed = 0;
};
Search search;

void look_into(void* block) {
  if (block == nullptr || search.octets == 0) return;
  ++search.freed;
  const std::size_t size = malloc_usable_size(block);
  if (memmem(block, size, search.needle, search.octets) != nullptr) ++search.found;
}

}  // namespace

void* operator new(std::size_t size) {
  void* p = std::malloc(size > 0 ? size : 1);
  if (p == nullptr) throw std::bad_alloc();
  // What a block held before is not ours to judge.
  std::fill_n(static_cast<unsigned char*>(p), size, static_cast<unsigned char>(0xEE));
  return p;
}
void* operator new(std::size_t size, std::align_val_t align) {
  const auto to = static_cast<std::size_t>(align);
  void* p = std::aligned_alloc(to, (size + to - 1) / to * to);
  if (p == nullptr) throw std::bad_alloc();
  std::fill_n(static_cast<unsigned char*>(p), size, static_cast<unsigned char>(0xEE));
  return p;
}
void operator delete(void* p) noexcept {
  look_into(p);
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
void operator delete(void* p, std::align_val_t) noexcept { operator delete(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { operator delete(p); }

namespace baton::crypto {
namespace {

constexpr std::array<Byte, 16> k{0xC3, 0x5E, 0x11, 0x92, 0x7B, 0xD4, 0x08, 0x6F,
                                 0xA1, 0x3C, 0xE7, 0x59, 0x80, 0x24, 0xBD, 0xF6};
constexpr std::array<Byte, 16> rand_octets{9, 8, 7};

/// freed_with tells how many of the blocks that `run` gave back held the needle.
template <class Run>
std::size_t freed_with(Bytes needle, Run run) {
  std::memcpy(search.needle, needle.data(), 16);
  search.found = search.freed = 0;
  search.octets = 16;
  run();
  search.octets = 0;
  EXPECT_GT(search.freed, 0U) << "nothing was freed, so nothing was looked at";
  return search.found;
}

TEST(Wiping, TheSearchFindsWhatIsLeft) {
  EXPECT_EQ(freed_with(k, [] { const ByteVector left(k.begin(), k.end()); }), 1U);
  EXPECT_EQ(freed_with(k, [] { const ByteVector other(16, 1); }), 0U);
}

TEST(Wiping, ObjectsLeaveNoKeyBehind) {
  on_each_path(aes_path(), [&](Path p) {
    const Block opc{1, 2, 3};
    EXPECT_EQ(freed_with(k, [&] { (void)std::make_unique<Aes128>(k, p)->encrypt(Block{}); }), 0U);
    EXPECT_EQ(freed_with(k, [&] { (void)std::make_unique<Milenage>(k, opc, rand_octets, p)->f3(); }), 0U);
    EXPECT_EQ(freed_with(k, [&] { (void)std::make_unique<Milenage>(opc, k, rand_octets, p)->f3(); }), 0U);
    const auto ck = Milenage(k, opc, rand_octets, p).f3();
    EXPECT_EQ(
        freed_with(
            ck.expose(),
            [&] {
              auto made = std::make_unique<Milenage::Vector>(
                  Milenage(k, opc, rand_octets, p).vector(std::array<Byte, 6>{}, std::array<Byte, 2>{}));
            }),
        0U);
    std::array<Byte, 32> seed{};
    std::copy(k.begin(), k.end(), seed.begin());
    EXPECT_EQ(freed_with(k, [&] { (void)std::make_unique<CtrDrbg>(seed, p)->u32(); }), 0U);
  });
  on_each_path(sha_path(), [&](Path p) {
    EXPECT_EQ(freed_with(k,
                         [&] {
                           auto h = std::make_unique<HmacSha256>(k, p);
                           h->update(k);
                           (void)h->finish();
                         }),
              0U);
  });
  const std::array<Byte, 32> topc{1};
  EXPECT_EQ(freed_with(k, [&] { auto t = std::make_unique<Tuak>(*Tuak::make(k, topc)); }), 0U);
  const auto kc = comp128(Comp128Version::v3, k, rand_octets);
  EXPECT_EQ(
      freed_with(
          k, [&] { auto answer = std::make_unique<GsmAnswer>(comp128(Comp128Version::v3, k, rand_octets)); }),
      0U);
}

// Long messages and batches take memory for key stream, and that must not be given back as it was.
TEST(Wiping, KeyStreamIsNotGivenBack) {
  ByteVector stream(9000);
  eea1(k, 1, 2, Direction::uplink, 8 * stream.size(), stream);
  on_each_path(stream_path(), [&](Path p) {
    ByteVector data(9000);
    EXPECT_EQ(freed_with(Bytes(stream).first(16),
                         [&] { eea1(k, 1, 2, Direction::uplink, 8 * data.size(), data, p); }),
              0U);
  });
  on_each_path(batch_path(), [&](Path p) {
    std::vector<ByteVector> data(3, ByteVector(200, 0x33));
    std::vector<CipherJob> jobs;
    for (ByteVector& d : data) jobs.push_back({k, 1, 2, Direction::uplink, 8 * d.size(), d});
    EXPECT_EQ(freed_with(Bytes(stream).first(16),
                         [&] {
                           eea1_batch(jobs, p);
                           auto freed = std::make_unique<int>(1);
                         }),
              0U);
    EXPECT_EQ(freed_with(k,
                         [&] {
                           eea3_batch(jobs, p);
                           auto freed = std::make_unique<int>(1);
                         }),
              0U);
  });
}

}  // namespace
}  // namespace baton::crypto
