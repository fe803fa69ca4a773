#include "app/admin_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/secret.h"
#include "transport/descriptor.h"

namespace baton::app {
namespace {

using runtime::HttpRequest;
using runtime::HttpResponse;
using transport::Descriptor;

/// An import of a million is written to the disk before it is answered.
constexpr timeval answer_time_max{600, 0};
/// Our own server's longest answer: a page of subscribers with fifty APNs each.
constexpr std::size_t answer_octets_max = std::size_t{64} << 20U;

std::string reason(const std::string& what) { return what + ": " + std::generic_category().message(errno); }

/// A socket that somebody serves; an invalid one, without a reason, when nobody does.
Expected<Descriptor, std::string> connected(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return Fail{path + ": the name of a local socket is shorter"};
  path.copy(name.sun_path, path.size());
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Fail{reason(path)};
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_time_max, sizeof answer_time_max);
    return fd;
  }
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return Descriptor();
  return Fail{reason(path)};
}

bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    if (plain)
      out += c;
    else
      ((out += '%') += digits[octet >> 4U]) += digits[octet & 15U];
  }
  return out;
}

}  // namespace

std::optional<HttpResponse> read_response(const std::string& text) {
  constexpr std::string_view version = "HTTP/1.1 ";
  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with(version) || end == std::string::npos) return std::nullopt;
  HttpResponse out;
  const char* const status = text.data() + version.size();
  if (std::from_chars(status, text.data() + end, out.status).ec != std::errc{}) return std::nullopt;
  out.body = text.substr(end + 4);
  std::string head = text.substr(0, end + 2);
  for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::string_view length = "\r\ncontent-length: ";
  if (const std::size_t at = head.find(length); at != std::string::npos) {
    std::size_t octets = 0;
    std::from_chars(head.data() + at + length.size(), head.data() + head.size(), octets);
    if (out.body.size() != octets) return std::nullopt;  // broken off
  }
  return out;
}

Expected<AdminClient, std::string> AdminClient::open(const runtime::Topology& topology,
                                                     const runtime::HssSettings& hss,
                                                     const std::string& version) {
  AdminClient out;
  if (!hss.admin.socket.empty()) {
    auto fd = connected(hss.admin.socket);
    if (!fd) return Fail{fd.why()};
    if (*fd) {
      out.socket_ = hss.admin.socket;
      return out;
    }
  }
  auto offline = runtime::admin::Offline::open(topology, hss, version);
  if (!offline) return Fail{offline.why()};
  out.offline_ = std::move(*offline);
  return out;
}

Expected<HttpResponse, std::string> AdminClient::ask(HttpRequest request) {
  if (offline_) return offline_->ask(std::move(request));
  auto fd = connected(socket_);
  if (!fd) return Fail{fd.why()};
  if (!*fd) return Fail{socket_ + ": nobody serves there any more"};
  std::string target = request.path;
  char before = '?';
  for (const auto& [name, value] : request.query) {
    ((((target += before) += encoded(name)) += '=') += encoded(value));
    before = '&';
  }
  const std::string head = request.method + " " + target +
                           " HTTP/1.1\r\nHost: local\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(request.body.size()) + "\r\n\r\n";
  const bool sent = send_all(fd->get(), head) && send_all(fd->get(), request.body);
  secure_wipe(request.body.data(), request.body.size());
  // A server that refuses answers before it has read everything, so it is listened to in any case.
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t n = ::recv(fd->get(), piece.data(), piece.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || text.size() > answer_octets_max) break;
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  auto response = read_response(text);
  if (!response) return Fail{socket_ + (sent ? ": no whole answer" : ": the request was not taken")};
  return std::move(*response);
}

}  // namespace baton::app
