#include "wire/diameter/message.h"

#include <type_traits>

namespace baton::wire::diameter {

namespace {

template <class M>
constexpr bool speaks(const Header& h) {
  return M::command.code == h.code && M::command.application == h.application &&
         M::command.request == h.request;
}

template <class M>
Expected<AnyMessage, Error> decoded(Bytes message) {
  auto m = decode<M>(message);
  if (!m) return Fail{m.why()};
  return AnyMessage(std::move(*m));
}

template <class... Ms>
Expected<AnyMessage, Error> first_that_speaks(const Header& h, Bytes message, std::variant<Ms...>*) {
  std::optional<Expected<AnyMessage, Error>> found;
  const auto attempt = [&](auto* m) {
    using M = std::remove_pointer_t<decltype(m)>;
    if constexpr (!std::is_same_v<M, ErrorAnswer>) {
      if (!speaks<M>(h)) return false;
      found.emplace(decoded<M>(message));
      return true;
    } else {
      return false;
    }
  };
  (void)(attempt(static_cast<Ms*>(nullptr)) || ...);
  if (!found) return Fail{Error{Fault::unsupported, "Diameter", "Command Code", 5, h.code}};
  return std::move(*found);
}

}  // namespace

Expected<AnyMessage, Error> decode_any(Bytes message) {
  const auto h = decode_header(message);
  if (!h) return Fail{h.why()};
  if (h->error) {
    auto m = decode_error_answer(message);
    if (!m) return Fail{m.why()};
    return AnyMessage(std::move(*m));
  }
  return first_that_speaks(*h, message, static_cast<AnyMessage*>(nullptr));
}

ByteVector encode_any(const AnyMessage& message, const Header& header) {
  return std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, ErrorAnswer>)
          return encode_error_answer(header, m);
        else
          return encode(m, header.ids, header.retransmitted);
      },
      message);
}

}  // namespace baton::wire::diameter
