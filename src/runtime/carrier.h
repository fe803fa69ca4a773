// carrier.h: what carries Diameter between two nodes.
#pragma once

#include <string>

#include "base/bytes.h"

namespace baton::runtime {

enum class Carrier : Byte {
  tcp,
  tls,   ///< TLS 1.3 over TCP from the first octet, RFC 6733, 2.2
  sctp,  ///< between nodes of Baton
};

/// TlsSettings name a node's PEM files: its certificate, its key, and the authorities it trusts.
struct TlsSettings {
  std::string certificate, key, authorities;
};

}  // namespace baton::runtime
