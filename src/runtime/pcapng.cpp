#include "runtime/pcapng.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "runtime/limits.h"

namespace baton::runtime {
namespace {

//= draft-ietf-opsawg-pcapng, 4: block types
constexpr std::uint32_t section_header = 0x0A0D'0D0A;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t name_resolution = 4;
constexpr std::uint32_t enhanced_packet = 6;

constexpr std::uint16_t linktype_raw = 101;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t option_user_application = 4;  // of the section header
constexpr std::uint16_t option_interface_name = 2;    // of the interface description

// The section is little-endian throughout; its byte-order magic says so.
void u16(ByteVector& out, std::uint16_t v) {
  out.push_back(static_cast<Byte>(v));
  out.push_back(static_cast<Byte>(v >> 8));
}
void u32(ByteVector& out, std::uint32_t v) {
  u16(out, static_cast<std::uint16_t>(v));
  u16(out, static_cast<std::uint16_t>(v >> 16));
}
void pad(ByteVector& out) {
  while (out.size() % 4 != 0) out.push_back(0);
}
void option(ByteVector& out, std::uint16_t code, std::string_view text) {
  u16(out, code);
  u16(out, static_cast<std::uint16_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  pad(out);
}
void end_of_options(ByteVector& out) { u32(out, 0); }

}  // namespace

Expected<std::unique_ptr<PcapngWriter>, std::string> PcapngWriter::open(const std::string& path, bool secret,
                                                                        std::string_view comment) {
  const mode_t mode = secret ? 0600 : 0644;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  const auto why = [&] {
    return Fail{"cannot write the capture " + path + ": " + std::generic_category().message(errno)};
  };
  if (fd < 0) return why();
  // A file that existed keeps its mode, which must not be wider than its content allows. A pipe has none.
  struct stat status {};
  if (secret && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && ::fchmod(fd, mode) != 0) {
    const auto failure = why();
    ::close(fd);
    return failure;
  }
  std::unique_ptr<PcapngWriter> writer(new PcapngWriter(fd));
  ByteVector section;
  u32(section, 0x1A2B'3C4D);
  u16(section, 1);
  u16(section, 0);
  u32(section, 0xFFFF'FFFF);  // section length not given: 64 bits of ones
  u32(section, 0xFFFF'FFFF);
  option(section, option_comment, comment);
  option(section, option_user_application, "Baton");
  end_of_options(section);
  writer->block(section_header, section);
  ByteVector interface;
  u16(interface, linktype_raw);
  u16(interface, 0);
  u32(interface, 0);  // no limit on packet length
  option(interface, option_interface_name, "node boundary");
  end_of_options(interface);
  writer->block(interface_description, interface);
  return writer;
}

PcapngWriter::~PcapngWriter() {
  flush();
  ::close(fd_);
}

void PcapngWriter::block(std::uint32_t type, Bytes body) {
  const auto length = static_cast<std::uint32_t>(12 + body.size());
  u32(buffer_, type);
  u32(buffer_, length);
  buffer_.insert(buffer_.end(), body.begin(), body.end());
  u32(buffer_, length);
  if (buffer_.size() >= capture_buffer_octets) flush();
}

void PcapngWriter::packet(Instant at, Bytes ip_packet) {
  const auto micros = static_cast<std::uint64_t>(at.since_epoch.count());
  ByteVector body;
  body.reserve(24 + ip_packet.size());
  u32(body, 0);  // the one interface
  u32(body, static_cast<std::uint32_t>(micros >> 32));
  u32(body, static_cast<std::uint32_t>(micros));
  u32(body, static_cast<std::uint32_t>(ip_packet.size()));
  u32(body, static_cast<std::uint32_t>(ip_packet.size()));
  body.insert(body.end(), ip_packet.begin(), ip_packet.end());
  pad(body);
  block(enhanced_packet, body);
}

void PcapngWriter::name(Ipv4 address, std::string_view node) {
  ByteVector body;
  u16(body, 1);  // an IPv4 record
  u16(body, static_cast<std::uint16_t>(4 + node.size() + 1));
  body.insert(body.end(), address.octets.begin(), address.octets.end());
  body.insert(body.end(), node.begin(), node.end());
  body.push_back(0);
  pad(body);
  u32(body, 0);  // end of records
  block(name_resolution, body);
}

bool PcapngWriter::flush() {
  std::size_t done = 0;
  while (!failed_ && done < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      failed_ = true;
    else
      done += static_cast<std::size_t>(n);
  }
  buffer_.clear();
  return !failed_;
}

}  // namespace baton::runtime
