// The fuzz corpus has a file for every message. BATON_WRITE_CORPUS=1 writes what is missing.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "wire/nas_samples.h"

namespace baton::wire::nas {
namespace {

std::filesystem::path file_of(std::string_view name) {
  std::string file;
  for (const char c : name)
    file += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
                : '_';
  return std::filesystem::path(BATON_SOURCE_DIR) / "fuzz/corpus/nas" / file;
}

TEST(NasCorpus, HoldsEveryMessageWithAllItsElements) {
  Byte selector = 0;
  for_each_message([&](auto tag) {
    using M = typename decltype(tag)::type;
    const auto path = file_of(M::name);
    if (std::getenv("BATON_WRITE_CORPUS") != nullptr && !std::filesystem::exists(path)) {
      ByteVector octets = encode(filled<M>(true));
      octets.insert(octets.begin(), selector);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
    }
    std::ifstream in(path, std::ios::binary);
    ASSERT_TRUE(in) << path;
    const ByteVector octets((std::istreambuf_iterator<char>(in)), {});
    ASSERT_GT(octets.size(), 1U) << path;
    EXPECT_EQ(octets[0], selector++) << path << ": the first octet chooses the message in fuzz/nas.cpp";
    const auto m = decode_any(Bytes(octets).subspan(1), direction_of<M>());
    ASSERT_TRUE(m) << path;
    EXPECT_EQ(name_of(*m), M::name) << path;
  });
}

}  // namespace
}  // namespace baton::wire::nas
