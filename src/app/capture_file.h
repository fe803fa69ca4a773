// capture_file.h: the messages in a pcap or pcapng file.
//
// Enough of the two formats, of IPv4, and of UDP, TCP and SCTP to find the signalling messages in a capture:
// Ethernet, Linux cooked and raw IP links; whole SCTP messages from their DATA chunks; Diameter messages from
// the TCP stream. What cannot be read is counted and stepped over, never guessed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "base/instant.h"
#include "ids/endpoint.h"

namespace baton::app {

/// One packet; larger than any link's.
inline constexpr std::size_t capture_packet_max = 262'144;
/// One file in memory.
inline constexpr std::size_t capture_file_max = std::size_t{1} << 30U;
/// Streams (TCP directions and SCTP associations' directions) followed at once.
inline constexpr std::size_t capture_streams_max = 4096;
/// One message put together from pieces: a Diameter length has 24 bits, but nobody sends that.
inline constexpr std::size_t capture_message_max = std::size_t{1} << 20U;
/// Interfaces of a pcapng section.
inline constexpr std::size_t capture_interfaces_max = 1024;

enum class Protocol : Byte { s1ap, gtp2, diameter, radio, unknown };
std::string_view to_string(Protocol protocol);

/// CapturedMessage is one whole message of a protocol.
struct CapturedMessage {
  std::size_t packet = 0;  ///< number of the packet that completed it, from 1
  Instant at;
  Protocol protocol = Protocol::unknown;
  Endpoint from, to;
  std::uint16_t stream = 0;  ///< SCTP stream
  ByteVector octets;
};

struct Capture {
  std::vector<CapturedMessage> messages;
  std::size_t packets = 0;
  std::size_t skipped = 0;  ///< packets that held something that was not understood
};

/// read_capture finds the messages. The error says what about the file is wrong.
Expected<Capture, std::string> read_capture(Bytes file);

/// is_capture tells a capture from hex digits by its first octets.
bool is_capture(Bytes file);

}  // namespace baton::app
