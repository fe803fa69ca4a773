// link_support.h: an observer that remembers what it heard.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "transport/link.h"
#include "transport/loop.h"

namespace baton::transport {

struct Heard {
  std::uint16_t stream = 0;
  ByteVector octets;
};

// One end of a link. `echo` sends back what it hears; `keep` false only counts.
class Listener final : public LinkObserver {
 public:
  std::unique_ptr<Link> link;
  int ups = 0;
  std::optional<Down> down;
  std::vector<Heard> heard;
  std::size_t octets = 0;
  bool echo = false;
  bool keep = true;

  void on_up() override { ++ups; }
  void on_data(std::uint16_t stream, Bytes in) override {
    octets += in.size();
    if (keep) heard.push_back({stream, ByteVector(in.begin(), in.end())});
    if (echo) (void)link->send(stream, in);
  }
  void on_down(Down why) override { down = why; }
  void adopt(std::unique_ptr<Link> l) {
    link = std::move(l);
    link->observe(*this);
  }
};

inline ByteVector numbered(std::uint32_t n, std::size_t size) {
  ByteVector out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<Byte>(n * 31 + i * 7 + i / 251);
  for (std::size_t i = 0; i < 4 && i < size; ++i) out[i] = static_cast<Byte>(n >> (24 - 8 * i));
  return out;
}
inline std::uint32_t number_of(Bytes in) {
  return static_cast<std::uint32_t>(in[0]) << 24 | static_cast<std::uint32_t>(in[1]) << 16 |
         static_cast<std::uint32_t>(in[2]) << 8 | in[3];
}

}  // namespace baton::transport
