#include "transport/address.h"

#include <cerrno>
#include <system_error>

namespace baton::transport {

std::string Address::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0) out.push_back('.');
    out += std::to_string(octets[i]);
  }
  return out + ":" + std::to_string(port);
}

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::address_in_use: return "address in use";
    case Fault::address_not_available: return "no interface carries the address";
    case Fault::not_permitted: return "not permitted";
    case Fault::too_large: return "message too large";
    case Fault::queue_full: return "send queue full";
    case Fault::not_connected: return "not connected";
    case Fault::busy: return "in use by another event loop";
    case Fault::unsupported: return "not supported by this machine";
    case Fault::system: return "system error";
  }
  return "?";
}

std::string Error::to_string() const {
  std::string out(transport::to_string(fault));
  if (code != 0) out += " (" + std::generic_category().message(code) + ")";
  return out;
}

Error error_from_errno(int code) {
  switch (code) {
    case EADDRINUSE: return {Fault::address_in_use, code};
    case EADDRNOTAVAIL: return {Fault::address_not_available, code};
    case EACCES:
    case EPERM: return {Fault::not_permitted, code};
    case EMSGSIZE: return {Fault::too_large, code};
    case EAGAIN:
    case ENOBUFS: return {Fault::queue_full, code};
    case ENOTCONN:
    case EPIPE:
    case ECONNRESET: return {Fault::not_connected, code};
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
    case EAFNOSUPPORT: return {Fault::unsupported, code};
    default: return {Fault::system, code};
  }
}

}  // namespace baton::transport
