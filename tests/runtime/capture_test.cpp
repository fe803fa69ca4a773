#include "runtime/capture.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>

#include "scripted_node.h"
#include "temporary_folder.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/s1ap/s1ap.h"

namespace baton::runtime {
namespace {

using peer::Port;

constexpr Instant start{Duration(1'795'162'500'000'000)};
const Endpoint enb{{{127, 0, 1, 10}}, 40'000}, mme{{{127, 0, 1, 1}}, 36412};
const Endpoint mme_diameter{{{127, 0, 1, 1}}, 50'000}, hss{{{127, 0, 1, 2}}, 3868};
const Endpoint mme_gtp{{{127, 0, 1, 1}}, 2123}, upe{{{127, 0, 1, 3}}, 2123};

std::array<Byte, 32> pattern(Byte from) {
  std::array<Byte, 32> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(from + 5 * i);
  return out;
}

ByteVector context_setup() {
  wire::s1ap::InitialContextSetupRequest m{
      {1}, {2}, {1'000'000, 500'000}, {}, {0xE000, 0xE000}, Kenb(pattern(0x41)), {}, {}};
  wire::s1ap::ErabToSetup erab;
  erab.id = {5};
  erab.address = wire::s1ap::TransportLayerAddress::from(upe.address);
  erab.teid = Teid{7};
  m.erabs.push_back(std::move(erab));
  return wire::s1ap::encode(m);
}

ByteVector authentication_answer() {
  const auto name = [](const char* s) { return *DiameterIdentity::parse(s); };
  wire::diameter::AuthenticationInformationAnswer m{"mme.example;1;2",
                                                    {},
                                                    wire::diameter::code::success,
                                                    {},
                                                    {},
                                                    wire::diameter::AuthSessionState::no_state_maintained,
                                                    name("hss.example"),
                                                    name("example"),
                                                    {},
                                                    {},
                                                    {}};
  wire::diameter::EutranVector v{
      {}, Rand{}, Xres(Bytes(pattern(0x91)).first(8)), Autn{}, Kasme(pattern(0xB3))};
  m.authentication_info.emplace();
  m.authentication_info->eutran_vectors.push_back(std::move(v));
  return wire::diameter::encode(m, {1, 1});
}

ByteVector echo_request() { return wire::gtp2::encode(wire::gtp2::EchoRequest{{3}, {}}, Teid{0}, {77}); }

// Everything a network says, once over: both link kinds with their ends, datagrams, large messages.
void write_conversation(Capture& c) {
  c.hosted(mme.address, "mme1");
  c.hosted(enb.address, "enb1");
  c.hosted(hss.address, "hss");
  Instant t = start;
  const auto tick = [&t] { return t += 1ms; };
  c.opened(tick(), Port::s1ap, enb, mme);
  c.opened(tick(), Port::s1ap, enb, mme);  // the other end says the same
  for (int i = 0; i < 5; ++i) c.message(tick(), Port::s1ap, mme, enb, 1, context_setup());
  c.message(tick(), Port::s1ap, enb, mme, 1, context_setup());
  c.message(tick(), Port::s1ap, enb, mme, 2, context_setup());
  c.opened(tick(), Port::diameter, mme_diameter, hss);
  const ByteVector answer = authentication_answer();
  c.message(tick(), Port::diameter, hss, mme_diameter, 0, answer);
  // Two messages at once, then one in pieces.
  ByteVector twice = answer;
  twice.insert(twice.end(), answer.begin(), answer.end());
  c.message(tick(), Port::diameter, hss, mme_diameter, 0, twice);
  for (std::size_t at = 0; at < answer.size(); at += 50)
    c.message(tick(), Port::diameter, mme_diameter, hss, 0,
              Bytes(answer).subspan(at, std::min<std::size_t>(50, answer.size() - at)));
  c.datagram(tick(), Port::gtpc, mme_gtp, upe, echo_request());
  c.closed(tick(), Port::s1ap, enb, mme);
  c.closed(tick(), Port::s1ap, mme, enb);
  c.closed(tick(), Port::diameter, hss, mme_diameter);
}

struct Tshark {
  int exit = 0;
  std::string out;
};
Tshark tshark(const std::string& arguments) {
  Tshark result;
  const std::string command =
      "tshark -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE "
      "-o sctp.checksum:\"CRC-32C\" " +
      arguments + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> piece{};
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe))
    result.out.append(piece.data(), n);
  result.exit = ::pclose(pipe);
  // What tshark says of itself and its user is not about the file.
  std::string kept;
  for (std::size_t at = 0; at < result.out.size();) {
    const std::size_t end = std::min(result.out.find('\n', at), result.out.size());
    const std::string line = result.out.substr(at, end - at);
    if (line.find("Running as user") == std::string::npos && line.find("dangerous") == std::string::npos)
      kept += line + "\n";
    at = end + 1;
  }
  result.out = kept;
  return result;
}
bool has_tshark() { return std::system("tshark --version >/dev/null 2>&1") == 0; }

bool contains(const std::string& haystack, Bytes needle) {
  return haystack.find(std::string(needle.begin(), needle.end())) != std::string::npos;
}

class CaptureFile : public ::testing::TestWithParam<CaptureKeys> {};

TEST_P(CaptureFile, opens_in_tshark_without_a_word_of_complaint) {
  if (!has_tshark()) GTEST_SKIP() << "tshark is not installed";
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    auto c = Capture::open(path, GetParam());
    ASSERT_TRUE(c);
    write_conversation(**c);
  }
  const Tshark all = tshark("-r " + path + " -T fields -e _ws.col.Protocol");
  ASSERT_EQ(all.exit, 0) << all.out;
  const auto count = [&](const std::string& word) {
    std::size_t n = 0;
    for (std::size_t at = all.out.find(word); at != std::string::npos; at = all.out.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_GE(count("S1AP"), 7u) << all.out;
  EXPECT_EQ(count("DIAMETER"), GetParam() == CaptureKeys::blanked ? 4u : count("DIAMETER")) << all.out;
  EXPECT_EQ(count("GTPv2"), 1u);
  // Severity "warning" and "error", in whatever layer; a bad checksum is an error.
  const Tshark complaints = tshark("-r " + path + " -Y '_ws.expert.severity >= 0x600000' -V");
  EXPECT_EQ(complaints.out, "");
  const Tshark checked = tshark("-r " + path +
                                " -Y 'sctp.checksum.status == 1 || tcp.checksum.status == 1 || "
                                "udp.checksum.status == 1 || ip.checksum.status == 1'");
  EXPECT_NE(checked.out, "") << "no checksum was looked at";
  const Tshark retransmitted = tshark("-r " + path + " -Y 'tcp.analysis.flags || sctp.retransmission'");
  EXPECT_EQ(retransmitted.out, "");
}

INSTANTIATE_TEST_SUITE_P(Keys, CaptureFile, ::testing::Values(CaptureKeys::blanked, CaptureKeys::with_keys),
                         [](const auto& p) {
                           return p.param == CaptureKeys::blanked ? "blanked" : "with_keys";
                         });

TEST(Capture, blanks_keys_and_nothing_else) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    auto c = Capture::open(path, CaptureKeys::blanked);
    ASSERT_TRUE(c);
    write_conversation(**c);
  }
  const std::string content = content_of(path);
  EXPECT_FALSE(contains(content, Bytes(pattern(0x41)).first(8))) << "KeNB";
  EXPECT_FALSE(contains(content, Bytes(pattern(0xB3)).first(8))) << "KASME";
  EXPECT_FALSE(contains(content, Bytes(pattern(0x91)).first(8))) << "XRES";
  const ByteVector echo = echo_request();
  EXPECT_TRUE(contains(content, echo));
  const ByteVector setup = context_setup();
  EXPECT_TRUE(contains(content, Bytes(setup).first(20)));
  EXPECT_NE(content.find("overwritten with zeros"), std::string::npos);
}

TEST(Capture, with_keys_keeps_them_says_so_and_is_its_owners_alone) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    std::FILE* const before = std::fopen(path.c_str(), "w");  // a file of that name with a wider mode
    ASSERT_NE(before, nullptr);
    std::fclose(before);
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    auto c = Capture::open(path, CaptureKeys::with_keys);
    ASSERT_TRUE(c);
    write_conversation(**c);
  }
  const std::string content = content_of(path);
  EXPECT_TRUE(contains(content, pattern(0x41)));
  EXPECT_TRUE(contains(content, pattern(0xB3)));
  EXPECT_NE(content.find("holds the keys"), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Capture, names_stand_in_the_file) {
  if (!has_tshark()) GTEST_SKIP() << "tshark is not installed";
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    auto c = Capture::open(path, CaptureKeys::blanked);
    ASSERT_TRUE(c);
    write_conversation(**c);
    EXPECT_TRUE((*c)->is_hosted(mme.address));
    EXPECT_FALSE((*c)->is_hosted(upe.address));
  }
  const Tshark names = tshark("-r " + path + " -N n -T fields -e ip.src_host -e ip.dst_host");
  EXPECT_NE(names.out.find("enb1\tmme1"), std::string::npos) << names.out;
}

TEST(Capture, a_stream_that_is_not_diameter_is_written_as_zeros) {
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    auto c = Capture::open(path, CaptureKeys::blanked);
    ASSERT_TRUE(c);
    (*c)->opened(start, Port::diameter, mme_diameter, hss);
    ByteVector garbage(100, 0x5A);
    (*c)->message(start, Port::diameter, mme_diameter, hss, 0, garbage);
    (*c)->message(start, Port::diameter, mme_diameter, hss, 0, authentication_answer());
  }
  const std::string content = content_of(path);
  EXPECT_EQ(content.find("\x5A\x5A\x5A\x5A"), std::string::npos);
  EXPECT_FALSE(contains(content, Bytes(pattern(0xB3)).first(8)));
}

TEST(Capture, messages_above_one_packet_are_reassembled_by_the_reader) {
  if (!has_tshark()) GTEST_SKIP() << "tshark is not installed";
  const TemporaryFolder folder;
  const std::string path = folder.file("c.pcapng");
  {
    auto c = Capture::open(path, CaptureKeys::blanked);
    ASSERT_TRUE(c);
    (*c)->message(start, Port::s1ap, enb, mme, 1, ByteVector(2 * capture_fragment_octets));  // on the bound
    (*c)->message(start + 1ms, Port::s1ap, enb, mme, 1, ByteVector(2 * capture_fragment_octets + 1));
  }
  // Each reassembled message names the frames of its fragments.
  const Tshark fragments = tshark("-r " + path + " -Y sctp.fragments -T fields -e sctp.fragment");
  std::string commas;
  for (const char c : fragments.out) {
    if (c == ',' || c == '\n') commas.push_back(c);
  }
  EXPECT_EQ(commas, ",\n,,\n") << fragments.out;
}

TEST(Capture, a_file_that_cannot_be_written_is_a_reason_in_words) {
  const auto c = Capture::open("/proc/no-such-folder/c.pcapng", CaptureKeys::blanked);
  ASSERT_FALSE(c);
  EXPECT_NE(c.why().find("/proc/no-such-folder/c.pcapng"), std::string::npos);
  auto full = Capture::open("/dev/full", CaptureKeys::blanked);
  ASSERT_TRUE(full);
  EXPECT_FALSE((*full)->flush());
}

TEST(CaptureFlow, crc32c_gives_the_check_values_of_the_standard) {
  // RFC 3720, B.4: 32 octets of zeros, of ones, and ascending.
  EXPECT_EQ(crc32c(ByteVector(32, 0)), 0x8A91'36AAu);
  EXPECT_EQ(crc32c(ByteVector(32, 0xFF)), 0x62A8'AB43u);
  ByteVector ascending(32);
  for (std::size_t i = 0; i < 32; ++i) ascending[i] = static_cast<Byte>(i);
  EXPECT_EQ(crc32c(ascending), 0x46DD'794Eu);
}

}  // namespace
}  // namespace baton::runtime
