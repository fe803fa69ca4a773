// The fuzz corpus has every handover message and every container as we encode them, so that what reads the
// corpus (the fuzz programs, and Wireshark in s1ap_tshark_test.py) reads what we send. BATON_WRITE_CORPUS=1
// writes what is missing.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

void expect_seed(const std::string& file, const ByteVector& octets) {
  const auto path = std::filesystem::path(BATON_SOURCE_DIR) / "fuzz/corpus" / file;
  if (std::getenv("BATON_WRITE_CORPUS") != nullptr && !std::filesystem::exists(path))
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in) << path;
  EXPECT_EQ(hex(ByteVector((std::istreambuf_iterator<char>(in)), {})), hex(octets)) << path;
}

TEST(S1apCorpus, holds_every_handover_message) {
  std::size_t number = 29;  // those of the other procedures come before
  for (const Pdu& m : every_handover_message()) {
    std::string name = std::to_string(number++) + "-";
    for (const char c : name_of(m))
      name += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    expect_seed("s1ap/" + name, encode(m));
  }
}

TEST(S1apCorpus, holds_every_message_with_elements_of_ours) {
  std::size_t number = 48;
  for (const Pdu& m : every_private_message()) {
    std::string name = std::to_string(number++) + "-private-";
    for (const char c : name_of(m))
      name += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    expect_seed("s1ap/" + name, encode(m));
  }
}

TEST(S1apCorpus, holds_every_container_behind_the_octet_that_chooses_its_parser) {
  const auto seed = [](Byte selector, const std::string& name, ByteVector octets) {
    octets.insert(octets.begin(), selector);
    expect_seed("s1ap_container/" + name, octets);
  };
  seed(0, "source-to-target", encode_container(sample_source_to_target()));
  seed(1, "target-to-source", encode_container(sample_target_to_source()));
  seed(2, "status-transfer", encode_container(sample_status()));
}

}  // namespace
}  // namespace baton::wire::s1ap
