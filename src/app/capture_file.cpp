#include "app/capture_file.h"

#include <algorithm>
#include <utility>

#include "app/packet.h"

namespace baton::app {
namespace {

// pcap and pcapng are written in the byte order of the machine that captured, and say which.
class Numbers {
 public:
  explicit Numbers(bool swapped) : swapped_(swapped) {}
  std::uint32_t u32(Bytes b, std::size_t at) const {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i)
      v |= static_cast<std::uint32_t>(b[at + i]) << (8 * (swapped_ ? 3 - i : i));
    return v;
  }
  std::uint16_t u16(Bytes b, std::size_t at) const {
    return static_cast<std::uint16_t>(swapped_ ? b[at] << 8 | b[at + 1] : b[at + 1] << 8 | b[at]);
  }

 private:
  bool swapped_;
};

std::uint32_t big(Bytes b) { return Numbers(true).u32(b, 0); }

constexpr std::uint32_t pcapng_section = 0x0A0D'0D0A;
constexpr std::uint32_t pcapng_magic = 0x1A2B'3C4D;
constexpr std::uint32_t pcapng_interface = 1;
constexpr std::uint32_t pcapng_simple = 3;
constexpr std::uint32_t pcapng_enhanced = 6;
constexpr std::uint16_t option_resolution = 9;

struct Interface {
  std::uint32_t link = 0;
  std::uint64_t ticks_per_second = 1'000'000;
};

Instant instant_of(std::uint64_t ticks, std::uint64_t per_second) {
  const std::uint64_t rest = ticks % per_second;
  const auto micros =
      static_cast<std::uint64_t>(static_cast<double>(rest) * 1e6 / static_cast<double>(per_second));
  return {Duration(static_cast<std::int64_t>(ticks / per_second * 1'000'000 + micros))};
}

Expected<Capture, std::string> read_pcap(Bytes file, bool swapped, bool nanoseconds) {
  constexpr std::size_t header = 24, record = 16;
  if (file.size() < header) return Fail{std::string("the file ends inside its header")};
  const Numbers n(swapped);
  PacketReader packets;
  const std::uint32_t link = n.u32(file, 20) & 0x0FFF'FFFFU;
  for (std::size_t at = header; at < file.size();) {
    if (file.size() - at < record) return Fail{std::string("the file ends inside a packet header")};
    const std::uint32_t length = n.u32(file, at + 8);
    if (length > capture_packet_max) return Fail{std::string("a packet is longer than a packet can be")};
    if (length > file.size() - at - record) return Fail{std::string("the file ends inside a packet")};
    const std::uint64_t fraction = n.u32(file, at + 4);
    const std::uint64_t micros = nanoseconds ? fraction / 1000 : fraction;
    const Instant when{
        Duration(static_cast<std::int64_t>(n.u32(file, at) * std::uint64_t{1'000'000} + micros))};
    packets.packet(link, when, file.subspan(at + record, length));
    at += record + length;
  }
  return std::move(packets).take();
}

/// The if_tsresol option of an interface block: 10^-v, or 2^-v with the top bit set.
std::uint64_t resolution(const Numbers& n, Bytes options) {
  while (options.size() >= 4) {
    const std::uint16_t code = n.u16(options, 0);
    const std::size_t length = n.u16(options, 2);
    const std::size_t padded = (length + 3) / 4 * 4;
    if (code == 0 || padded > options.size() - 4) break;
    if (code == option_resolution && length == 1) {
      const Byte v = options[4];
      const unsigned power = v & 0x7FU;
      if (power > ((v & 0x80U) != 0 ? 63U : 18U)) break;
      std::uint64_t out = 1;
      for (unsigned i = 0; i < power; ++i) out *= (v & 0x80U) != 0 ? 2 : 10;
      return out;
    }
    options = options.subspan(4 + padded);
  }
  return 1'000'000;
}

Expected<Capture, std::string> read_pcapng(Bytes file) {
  PacketReader packets;
  Numbers n(false);
  std::vector<Interface> interfaces;
  for (std::size_t at = 0; at < file.size();) {
    const Bytes rest = file.subspan(at);
    if (rest.size() < 12) return Fail{std::string("the file ends inside a block header")};
    if (big(rest) == pcapng_section) {
      const Numbers little(false);
      if (rest.size() < 28) return Fail{std::string("the file ends inside a section header")};
      n = Numbers(little.u32(rest, 8) != pcapng_magic);
      if (n.u32(rest, 8) != pcapng_magic) return Fail{std::string("a section of unknown byte order")};
      interfaces.clear();
    }
    const std::uint32_t type = n.u32(rest, 0);
    const std::uint32_t length = n.u32(rest, 4);
    if (length < 12 || length % 4 != 0) return Fail{std::string("a block of impossible length")};
    if (length > rest.size()) return Fail{std::string("the file ends inside a block")};
    const Bytes body = rest.subspan(8, length - 12);
    if (type == pcapng_interface && body.size() >= 8) {
      if (interfaces.size() >= capture_interfaces_max) return Fail{std::string("too many interfaces")};
      interfaces.push_back({n.u16(body, 0), resolution(n, body.subspan(8))});
    } else if (type == pcapng_enhanced && body.size() >= 20) {
      const std::uint32_t interface = n.u32(body, 0);
      const std::uint32_t captured = n.u32(body, 12);
      if (interface >= interfaces.size())
        return Fail{std::string("a packet of an interface that is not described")};
      if (captured > body.size() - 20 || captured > capture_packet_max)
        return Fail{std::string("a packet is longer than its block")};
      const std::uint64_t ticks = static_cast<std::uint64_t>(n.u32(body, 4)) << 32U | n.u32(body, 8);
      packets.packet(interfaces[interface].link, instant_of(ticks, interfaces[interface].ticks_per_second),
                     body.subspan(20, captured));
    } else if (type == pcapng_simple && body.size() >= 4) {
      if (interfaces.empty()) return Fail{std::string("a packet of an interface that is not described")};
      const std::size_t captured = std::min<std::size_t>(n.u32(body, 0), body.size() - 4);
      packets.packet(interfaces[0].link, {}, body.subspan(4, captured));
    }
    at += length;
  }
  return std::move(packets).take();
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::s1ap: return "S1AP";
    case Protocol::gtp2: return "GTPv2-C";
    case Protocol::diameter: return "Diameter";
    case Protocol::radio: return "radio";
    case Protocol::unknown: break;
  }
  return "unknown";
}

bool is_capture(Bytes file) {
  if (file.size() < 4) return false;
  switch (big(file)) {
    case pcapng_section:
    case 0xD4C3'B2A1:
    case 0xA1B2'C3D4:
    case 0x4D3C'B2A1:
    case 0xA1B2'3C4D: return true;
    default: return false;
  }
}

Expected<Capture, std::string> read_capture(Bytes file) {
  if (!is_capture(file)) return Fail{std::string("neither a pcap nor a pcapng file")};
  if (file.size() > capture_file_max) return Fail{std::string("larger than this command reads")};
  switch (big(file)) {
    case pcapng_section: return read_pcapng(file);
    case 0xD4C3'B2A1: return read_pcap(file, false, false);
    case 0xA1B2'C3D4: return read_pcap(file, true, false);
    case 0x4D3C'B2A1: return read_pcap(file, false, true);
    default: return read_pcap(file, true, true);
  }
}

}  // namespace baton::app
