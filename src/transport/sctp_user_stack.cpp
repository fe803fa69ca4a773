#include "transport/sctp_user_stack.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "transport/limits.h"

namespace baton::transport {
namespace {

// The stack's timers have a resolution of this much; retransmission timers are far above it.
constexpr Duration tick_period = 10ms;

//= RFC 9260, 3: the common header, then the first chunk's type
constexpr std::size_t common_header_octets = 12;
constexpr Byte chunk_init = 1;
constexpr Byte chunk_abort = 6;

std::uint16_t be16(Bytes b, std::size_t at) { return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]); }

}  // namespace

PathId PathId::of(std::uint16_t endpoint, const Address& peer) {
  std::uint64_t bits = endpoint;
  for (const Byte b : peer.octets) bits = bits << 8 | b;
  return {bits << 16 | peer.port};
}

Address PathId::peer() const {
  Address out;
  for (std::size_t i = 0; i < 4; ++i) out.octets[i] = static_cast<Byte>(bits >> (40 - 8 * i));
  out.port = static_cast<std::uint16_t>(bits);
  return out;
}

sockaddr_conn to_sockaddr(PathId path, std::uint16_t port) {
  sockaddr_conn out{};
  out.sconn_family = AF_CONN;
  out.sconn_port = static_cast<std::uint16_t>(port << 8 | port >> 8);
  out.sconn_addr = path.pointer();
  return out;
}

UserStack& UserStack::instance() {
  static UserStack* const one = new UserStack;  // lives as long as the process: its globals do
  return *one;
}

UserStack::UserStack() {
  usrsctp_init_nothreads(0, &UserStack::output, nullptr);
  usrsctp_sysctl_set_sctp_blackhole(0);
  usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
  // Nothing but plain RFC 9260: what is not offered cannot be attacked.
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_pr_enable(0);
  usrsctp_sysctl_set_sctp_reconfig_enable(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_delayed_sack_time_default(20);  // ms; well below rto_min
}

Expected<std::uint16_t, Error> UserStack::enter(Loop& loop, StackEndpoint& endpoint) {
  if (loop_ && loop_ != &loop) return Fail{Error{Fault::busy, 0}};
  if (endpoints_.size() >= 0xFFFF) return Fail{Error{Fault::system, EMFILE}};
  if (!loop_) {
    loop_ = &loop;
    last_tick_ = loop.now();
    timer_ = loop.timer([this] { tick(); });
    timer_->set(last_tick_ + tick_period);
  }
  do {
    ++last_endpoint_;  // an old number comes back as late as possible: late packets must not meet it
  } while (last_endpoint_ == 0 || endpoints_.contains(last_endpoint_));
  endpoints_.emplace(last_endpoint_, &endpoint);
  return last_endpoint_;
}

void UserStack::leave(std::uint16_t endpoint) {
  endpoints_.erase(endpoint);
  for (auto at = paths_.lower_bound(PathId{std::uint64_t{endpoint} << 48});
       at != paths_.end() && at->first.endpoint() == endpoint;) {
    if (at->second.holders > 0) {
      ++at;
      continue;
    }
    usrsctp_deregister_address(at->first.pointer());
    --half_open_;
    at = paths_.erase(at);
  }
  if (!endpoints_.empty()) return;
  timer_.reset();
  loop_ = nullptr;
}

void UserStack::tick() {
  const Instant now = loop_->now();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_tick_);
  last_tick_ += elapsed;
  timer_->set(now + tick_period);
  if (elapsed.count() > 0) usrsctp_handle_timers(static_cast<std::uint32_t>(elapsed.count()));
  serve();
}

int UserStack::output(void* address, void* packet, std::size_t octets, std::uint8_t, std::uint8_t) {
  const PathId path = PathId::from_pointer(address);
  const auto& endpoints = instance().endpoints_;
  const auto at = endpoints.find(path.endpoint());
  if (at != endpoints.end())
    at->second->packet_out(path.peer(), Bytes(static_cast<const Byte*>(packet), octets));
  return 0;  // a datagram that did not leave is a datagram lost
}

void UserStack::packet_in(PathId path, Bytes packet) {
  if (packet.size() < common_header_octets + 4) return;
  if (packet[common_header_octets] == chunk_init) {
    const auto endpoint = endpoints_.find(path.endpoint());
    if (endpoint == endpoints_.end()) return;
    // The stack's listening sockets are the process's; whether this node listens is ours to say.
    if (!endpoint->second->expects(path, be16(packet, 2))) return refuse(path, packet);
    auto [at, is_new] = paths_.try_emplace(path);
    at->second.seen = ++arrivals_;
    if (is_new) {
      usrsctp_register_address(path.pointer());
      if (++half_open_ > sctp_half_open_paths_max) forget_oldest();
    }
  }
  usrsctp_conninput(path.pointer(), packet.data(), packet.size(), 0);
  serve();
}

//= RFC 9260, 8.4: an INIT for a port where nobody listens is answered with an ABORT that carries the
// INIT's own tag
void UserStack::refuse(PathId path, Bytes init) {
  if (init.size() < common_header_octets + 8) return;
  std::array<Byte, 16> out{};
  std::copy_n(init.begin() + 2, 2, out.begin());
  std::copy_n(init.begin(), 2, out.begin() + 2);
  std::copy_n(init.begin() + common_header_octets + 4, 4, out.begin() + 4);
  out[12] = chunk_abort;
  out[15] = 4;
  const std::uint32_t crc = usrsctp_crc32c(out.data(), out.size());
  // The library gives the checksum as it stands in memory.
  std::copy_n(reinterpret_cast<const Byte*>(&crc), 4, out.begin() + 8);
  output(path.pointer(), out.data(), out.size(), 0, 0);
}

void UserStack::forget_oldest() {
  auto oldest = paths_.end();
  for (auto at = paths_.begin(); at != paths_.end(); ++at) {
    if (at->second.holders == 0 && (oldest == paths_.end() || at->second.seen < oldest->second.seen))
      oldest = at;
  }
  if (oldest == paths_.end()) return;
  usrsctp_deregister_address(oldest->first.pointer());
  paths_.erase(oldest);
  --half_open_;
}

void UserStack::hold(PathId path) {
  auto [at, is_new] = paths_.try_emplace(path);
  if (is_new)
    usrsctp_register_address(path.pointer());
  else if (at->second.holders == 0)
    --half_open_;
  ++at->second.holders;
}

void UserStack::release(PathId path) {
  const auto at = paths_.find(path);
  if (at == paths_.end() || --at->second.holders > 0) return;
  usrsctp_deregister_address(path.pointer());
  paths_.erase(at);
}

Expected<struct socket*, Error> UserStack::listen(std::uint16_t port,
                                                  const std::function<void(struct socket*)>& prepare,
                                                  std::function<void()> ready) {
  Listener& listener = listeners_[port];
  if (!listener.socket) {
    const auto fail = [&](struct socket* s) {
      const Error why = error_from_errno(errno);
      if (s) usrsctp_close(s);
      listeners_.erase(port);
      return Fail{why};
    };
    struct socket* const s = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
    if (!s) return fail(nullptr);
    prepare(s);
    sockaddr_conn any = to_sockaddr(PathId{}, port);
    if (usrsctp_bind(s, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) return fail(s);
    if (usrsctp_listen(s, listen_backlog) != 0) return fail(s);
    listener.socket = s;
    listener.ready = add_ready(std::move(ready));
    watch(s, listener.ready);
  }
  ++listener.users;
  return listener.socket;
}

void UserStack::unlisten(std::uint16_t port) {
  const auto at = listeners_.find(port);
  if (at == listeners_.end() || --at->second.users > 0) return;
  remove_ready(at->second.ready);
  usrsctp_close(at->second.socket);
  listeners_.erase(at);
}

std::uint64_t UserStack::add_ready(std::function<void()> ready) {
  ready_.emplace(++last_ready_, std::make_shared<std::function<void()>>(std::move(ready)));
  return last_ready_;
}

void UserStack::remove_ready(std::uint64_t number) { ready_.erase(number); }

void UserStack::watch(struct socket* s, std::uint64_t number) {
  usrsctp_set_upcall(s, &UserStack::upcall, reinterpret_cast<void*>(static_cast<std::uintptr_t>(number)));
}

// The stack calls this from inside packet_in, tick and our own calls; nothing may call it back from
// here, so the socket is only remembered.
void UserStack::upcall(struct socket*, void* number, int) {
  UserStack& self = instance();
  self.marked_.push_back(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(number)));
  self.serve_later();
}

void UserStack::mark(std::uint64_t number) {
  marked_.push_back(number);
  serve_later();
}

void UserStack::serve_later() {
  if (serving_ || serve_posted_ || !loop_) return;
  serve_posted_ = true;
  loop_->post([this] {
    serve_posted_ = false;
    serve();
  });
}

void UserStack::serve() {
  if (serving_) return;
  serving_ = true;
  std::vector<std::uint64_t> now;
  while (!marked_.empty()) {
    now.clear();
    now.swap(marked_);
    std::sort(now.begin(), now.end());
    now.erase(std::unique(now.begin(), now.end()), now.end());
    for (const std::uint64_t number : now) {
      const auto at = ready_.find(number);
      if (at == ready_.end()) continue;
      const auto handler = at->second;  // keeps it while it removes itself
      (*handler)();
    }
  }
  serving_ = false;
}

}  // namespace baton::transport
