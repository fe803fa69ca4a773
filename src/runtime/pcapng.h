// pcapng.h: the file format of a capture (draft-ietf-opsawg-pcapng): one section, one interface.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "base/instant.h"
#include "ids/endpoint.h"

namespace baton::runtime {

/// PcapngWriter writes IPv4 packets without a link layer (LINKTYPE_RAW). What it was given reaches the file
/// at flush(), when capture_buffer_octets have gathered, and at the end.
class PcapngWriter {
 public:
  /// Makes or empties `path`; `secret` gives it mode 0600. `comment` stands in the section header. The error
  /// is in words.
  static Expected<std::unique_ptr<PcapngWriter>, std::string> open(const std::string& path, bool secret,
                                                                   std::string_view comment);
  ~PcapngWriter();
  PcapngWriter(const PcapngWriter&) = delete;
  PcapngWriter& operator=(const PcapngWriter&) = delete;

  void packet(Instant at, Bytes ip_packet);
  /// name says which node has an address, for packets that follow.
  void name(Ipv4 address, std::string_view node);
  /// flush hands everything to the system; false when anything could not be written so far.
  bool flush();
  bool has_unwritten() const { return !buffer_.empty(); }

 private:
  explicit PcapngWriter(int fd) : fd_(fd) {}
  void block(std::uint32_t type, Bytes body);

  int fd_;
  bool failed_ = false;
  ByteVector buffer_;
};

}  // namespace baton::runtime
