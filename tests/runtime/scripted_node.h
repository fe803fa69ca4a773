// scripted_node.h: a node that does what the test says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cases.h"
#include "node/node.h"

namespace baton::runtime {

class ScriptedNode final : public node::Node {
 public:
  using On = std::function<void(node::Event&, Instant, node::Actions&)>;
  ScriptedNode(std::string name, On on) : name_(std::move(name)), on_(std::move(on)) {}
  void on(node::Event event, Instant now, node::Actions& out) override { on_(event, now, out); }
  std::string_view name() const override { return name_; }

 private:
  std::string name_;
  On on_;
};

inline std::unique_ptr<node::Node> scripted(std::string name, ScriptedNode::On on) {
  return std::make_unique<ScriptedNode>(std::move(name), std::move(on));
}

inline Endpoint at(const char* address, std::uint16_t port) { return {*Ipv4::parse(address), port}; }

}  // namespace baton::runtime
