// sctp_user_stack.h: the one libusrsctp stack of the process: its clock, its way in and its way out.
//
// libusrsctp keeps its state in globals, so there is one stack a process. It knows peers by an opaque
// pointer (AF_CONN) that stands for both ends of a path. We never give it a pointer: the 64 bits hold
// the number of the local endpoint, the peer's address and its UDP port. A path thus needs no memory
// that could be gone when the stack still uses it, and an INIT from anywhere costs nothing but its
// registration, which is bounded.
#pragma once

#include <usrsctp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "transport/address.h"
#include "transport/loop.h"

namespace baton::transport {

/// PathId is the pair of a local endpoint and a peer's UDP address, in 64 bits.
struct PathId {
  std::uint64_t bits = 0;
  static PathId of(std::uint16_t endpoint, const Address& peer);
  static PathId from_pointer(const void* p) {
    return {static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(p))};
  }
  void* pointer() const { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(bits)); }
  std::uint16_t endpoint() const { return static_cast<std::uint16_t>(bits >> 48); }
  Address peer() const;  ///< address and UDP port
  friend auto operator<=>(const PathId&, const PathId&) = default;
};
static_assert(sizeof(void*) == 8, "a path is packed into a pointer");

sockaddr_conn to_sockaddr(PathId path, std::uint16_t port);

/// StackEndpoint is what the stack must know of a local endpoint.
class StackEndpoint {
 public:
  virtual ~StackEndpoint() = default;
  virtual void packet_out(const Address& peer, Bytes packet) = 0;
  /// expects says whether an INIT for `port` on `path` may reach the stack.
  virtual bool expects(PathId path, std::uint16_t port) const = 0;
};

class UserStack {
 public:
  static UserStack& instance();

  /// enter adds an endpoint and gives its number; the first one ties the stack to `loop`.
  Expected<std::uint16_t, Error> enter(Loop& loop, StackEndpoint& endpoint);
  void leave(std::uint16_t endpoint);

  /// packet_in hands a packet from `path` to the stack, then serves whoever became ready.
  void packet_in(PathId path, Bytes packet);

  /// hold keeps `path` registered while an association uses it; release ends that.
  void hold(PathId path);
  void release(PathId path);

  /// listener gives the process-wide listening socket of `port` (made on first use); unlisten lets go.
  /// `ready` is called when it has associations to accept.
  Expected<struct socket*, Error> listen(std::uint16_t port,
                                         const std::function<void(struct socket*)>& prepare,
                                         std::function<void()> ready);
  void unlisten(std::uint16_t port);

  /// add_ready registers a handler for a socket's upcalls and gives the number that names it.
  std::uint64_t add_ready(std::function<void()> ready);
  void remove_ready(std::uint64_t number);
  /// watch makes the stack's upcalls on `s` call the handler `number`.
  static void watch(struct socket* s, std::uint64_t number);
  /// mark has handler `number` called in this turn, as an upcall would.
  void mark(std::uint64_t number);

 private:
  struct Path {
    std::size_t holders = 0;
    std::uint64_t seen = 0;  // order of arrival, for forgetting the oldest
  };
  struct Listener {
    struct socket* socket = nullptr;
    std::size_t users = 0;
    std::uint64_t ready = 0;
  };

  UserStack();
  static int output(void* address, void* packet, std::size_t octets, std::uint8_t tos, std::uint8_t set_df);
  static void upcall(struct socket* s, void* number, int flags);
  void tick();
  void serve();
  void serve_later();
  void forget_oldest();
  void refuse(PathId path, Bytes init);

  Loop* loop_ = nullptr;
  std::unique_ptr<Timer> timer_;
  Instant last_tick_;
  std::uint16_t last_endpoint_ = 0;
  std::map<std::uint16_t, StackEndpoint*> endpoints_;
  std::map<PathId, Path> paths_;
  std::size_t half_open_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<std::uint16_t, Listener> listeners_;
  std::uint64_t last_ready_ = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<std::function<void()>>> ready_;
  std::vector<std::uint64_t> marked_;
  bool serving_ = false;
  bool serve_posted_ = false;
};

}  // namespace baton::transport
