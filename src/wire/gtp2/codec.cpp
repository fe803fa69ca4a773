#include "wire/gtp2/codec.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "wire/gtp2/elements.h"
#include "wire/gtp2/private.h"

namespace baton::wire::gtp2 {

namespace {

constexpr std::string_view header_name = "GTPv2-C header";
constexpr Byte version = 2;
constexpr unsigned piggybacking_flag = 0x10, teid_flag = 0x08;

// How an Error says which element it is about: the type, and the instance above it. Type 0 is reserved, so
// 0 means no element.
constexpr std::uint32_t code_of(IeId id) { return static_cast<std::uint32_t>(id.instance) << 8U | id.type; }

// What a member holds: T itself, or the T of an optional or a list.
template <class F>
struct Held {
  using type = F;
};
template <class T>
struct Held<std::optional<T>> {
  using type = T;
};
template <class T>
struct Held<std::vector<T>> {
  using type = T;
};
// Where an element waits until the message is complete: a mandatory member has no empty state of its own.
template <class F>
struct Slot {
  using type = std::optional<F>;
};
template <class T>
struct Slot<std::optional<T>> {
  using type = std::optional<T>;
};
template <class T>
struct Slot<std::vector<T>> {
  using type = std::vector<T>;
};
template <class F>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;
template <class F>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

// A grouped element is a struct with rows of its own.
template <class T>
concept Table = requires {
  T::rows();
};

// --- writing ------------------------------------------------------------------------------------

struct Encoder {
  Writer w;
  bool overflow = false;
};

// An element whose octets somebody else made and nothing but the datagram bounds.
template <class T>
std::size_t opaque_size(const T& value) {
  if constexpr (requires { value.octets.size(); })
    return value.octets.size();
  else if constexpr (requires { value.nas.size(); })
    return value.nas.size();
  else
    return 0;
}
// Room for any element that is not opaque, so that a buffer of this size more never grows.
constexpr std::size_t largest_element = 4096;

template <Table T>
void put_rows(Encoder& e, const T& group);

template <class T>
void put_element(Encoder& e, IeId id, const T& value) {
  if (e.overflow || e.w.size() + opaque_size(value) > datagram_octets_max) {
    e.overflow = true;
    return;
  }
  if constexpr (std::is_same_v<T, PrivateExtension>) id.instance = value.instance;
  e.w.u8(id.type);
  const std::size_t at = e.w.size();
  e.w.zeros(2);
  e.w.u8(id.instance & 0xF);
  if constexpr (Table<T>)
    put_rows(e, value);
  else
    put(e.w, value);
  const std::size_t n = e.w.size() - at - 3;
  if (n > 0xFFFF)
    e.overflow = true;
  else
    e.w.patch(at, n, 2);
}

template <class M, class F>
void put_row(Encoder& e, const M& m, const Row<M, F>& row) {
  const F& member = m.*row.at;
  if constexpr (is_list<F>) {
    for (const auto& value : member) put_element(e, row.id, value);
  } else if constexpr (is_optional<F>) {
    if (member) put_element(e, row.id, *member);
  } else {
    put_element(e, row.id, member);
  }
}

template <Table T>
void put_rows(Encoder& e, const T& group) {
  std::apply([&](const auto&... row) { (put_row(e, group, row), ...); }, T::rows());
}

// --- reading ------------------------------------------------------------------------------------

template <Table T>
Expected<T, Error> get_rows(Reader& r);

template <class T>
Expected<T, Error> get_value(Reader& r, std::string_view name) {
  if constexpr (Table<T>)
    return get_rows<T>(r);
  else
    return get(r, name, As<T>{});
}

// One element as it stands in the message.
struct Element {
  IeId id;
  Reader value;
};

Expected<Element, Error> next_element(Reader& r) {
  const auto type = r.u("element type", 1);
  if (!type) return Fail{type.why()};
  const auto id_type = static_cast<Byte>(*type);
  const auto length = r.u("element length", 2);
  if (!length) return Fail{Error{Fault::short_read, r.message(), "element length", r.offset(), id_type}};
  const auto instance = r.u("element instance", 1);
  if (!instance) return Fail{Error{Fault::short_read, r.message(), "element instance", r.offset(), id_type}};
  const IeId id{id_type, static_cast<Byte>(*instance & 0xF)};
  auto value = r.sub("element", *length);
  if (!value) return Fail{r.error(Fault::short_read, "element", code_of(id))};
  return Element{id, *value};
}

// Puts the element into the row's slot when it is the row's and there is room. True when it was the row's.
template <class M, class F, class S>
bool claim(const Row<M, F>& row, S& slot, Element& element, std::optional<Error>& trouble) {
  using T = typename Held<F>::type;
  constexpr bool any_instance = std::is_same_v<T, PrivateExtension>;
  if (row.id.type != element.id.type || (!any_instance && row.id.instance != element.id.instance))
    return false;
  //= TS 29.274, 7.7.11
  if constexpr (is_list<F>) {
    if (slot.size() >= row.most) return true;
  } else {
    if (slot) return true;
  }
  auto value = get_value<T>(element.value, row.name);
  if (!value) {
    //= TS 29.274, 7.7.8
    if (row.presence == Presence::o || trouble) return true;
    trouble = value.why();
    if (trouble->code == 0) trouble->code = code_of(element.id);
    return true;
  }
  if constexpr (any_instance) value->instance = element.id.instance;
  if constexpr (is_list<F>)
    slot.push_back(std::move(*value));
  else
    slot.emplace(std::move(*value));
  return true;
}

template <class M, class F, class S>
bool complete(const Reader& r, const Row<M, F>& row, const S& slot, std::optional<Error>& trouble) {
  bool there = true;
  if constexpr (is_list<F>)
    there = !slot.empty();
  else
    there = slot.has_value();
  //= TS 29.274, 7.7.6
  if (row.presence == Presence::m && !there)
    trouble = r.error(Fault::missing_mandatory, row.name, code_of(row.id));
  return !trouble;
}

template <class F, class S>
F unwrap(S&& slot) {
  if constexpr (is_list<F> || is_optional<F>)
    return std::move(slot);
  else
    return std::move(*slot);
}

// The members of every table stand in the order of its rows, so a message is built at once when all its
// elements are read and never exists half filled.
template <class M, class... Fs, std::size_t... I>
Expected<M, Error> fill(Reader& r, const std::tuple<Row<M, Fs>...>& rows, std::index_sequence<I...>) {
  std::tuple<typename Slot<Fs>::type...> slots;
  std::optional<Error> trouble;
  while (!r.empty()) {
    auto element = next_element(r);
    if (!element) return Fail{element.why()};
    //= TS 29.274, 7.7.9
    // What no row claims is an element of another version or use, and is stepped over.
    (void)(claim(std::get<I>(rows), std::get<I>(slots), *element, trouble) || ...);
  }
  if (trouble) return Fail{*trouble};
  if (!(complete(r, std::get<I>(rows), std::get<I>(slots), trouble) && ...)) return Fail{*trouble};
  return M{unwrap<Fs>(std::move(std::get<I>(slots)))...};
}

template <Table T>
Expected<T, Error> get_rows(Reader& r) {
  if constexpr (std::is_empty_v<T>) {
    return T{};
  } else {
    constexpr auto rows = T::rows();
    return fill(r, rows, std::make_index_sequence<std::tuple_size_v<std::remove_const_t<decltype(rows)>>>{});
  }
}

template <class M>
Expected<Message, Error> read_message(const Packet& packet) {
  //= TS 29.274, 5.5.1
  if (M::has_teid && !packet.header.teid) return Fail{Error{Fault::bad_value, M::name, "TEID flag", 0}};
  Reader r(M::name, packet.body, packet.body_offset);
  auto m = get_rows<M>(r);
  if (!m) return Fail{m.why()};
  return Message{std::move(*m)};
}

// for_type calls `f` with a value-initialised tag of the message type that has number `type`.
template <class M>
struct Tag {
  using type = M;
};
template <class F, std::size_t... I>
bool for_type(Byte type, F f, std::index_sequence<I...>) {
  return ((std::variant_alternative_t<I, Message>::type == type &&
           (f(Tag<std::variant_alternative_t<I, Message>>{}), true)) ||
          ...);
}
template <class F>
bool for_type(Byte type, F f) {
  return for_type(type, f, std::make_index_sequence<std::variant_size_v<Message>>{});
}
//= TS 29.274, 8.38
// An MM context nested wrongly, in a PDN connection or a bearer context, is one all the same, and so is one
// that is cut off or claims more octets than there are. A group in more groups than any message has is taken
// for a secret as a whole.
void find_secrets(Reader r, unsigned depth, std::vector<SecretRange>& out) {
  constexpr unsigned depth_max = 4;
  constexpr std::size_t element_header = 4;
  constexpr std::size_t private_head = 2;  // the enterprise number
  while (r.left() >= element_header) {
    const auto type = *r.u("element type", 1);
    const std::size_t length = *r.u("element length", 2);
    (void)r.u("element instance", 1);
    const auto value = *r.sub("element", std::min(length, r.left()));
    const bool group = type == ie::pdn_connection || type == ie::bearer_context;
    if (group && depth < depth_max)
      find_secrets(value, depth + 1, out);
    else if (type == ie::private_extension && value.left() > private_head)
      for (const SecretRange& s : private_secrets(Reader(value).rest().subspan(private_head)))
        out.push_back({value.offset() + private_head + s.offset, s.octets});
    else if (value.left() > 0 && (group || (type >= ie::mm_context_first && type <= ie::mm_context_last)))
      out.push_back({value.offset(), value.left()});
  }
}

template <class F, std::size_t... I>
void for_each_type(F f, std::index_sequence<I...>) {
  (f(std::variant_alternative_t<I, Message>::type), ...);
}
template <class F>
void for_each_type(F f) {
  for_each_type(f, std::make_index_sequence<std::variant_size_v<Message>>{});
}

// The message has a Cause of its own and can be made of nothing else.
template <class M>
constexpr bool has_own_cause = requires(M m) {
  M{};
  m.cause = Cause{};
};
bool has_extensions(const Message& message) {
  return std::visit(
      [](const auto& m) {
        if constexpr (requires { m.extensions.empty(); })
          return !m.extensions.empty();
        else
          return false;
      },
      message);
}
template <class M>
constexpr bool holds_mm_context = requires(M m) {
  m.mm;
};

}  // namespace

ByteVector encode(const Message& message, Teid teid, Sequence sequence) {
  Encoder e;
  // A buffer with keys in it must not grow: growth leaves copies behind that nobody wipes.
  const bool keys = carries_keys(type_of(message)) || has_extensions(message);
  if (keys) e.w.octets().reserve(datagram_octets_max + largest_element);
  std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        //= TS 29.274, 5.1
        e.w.u8(static_cast<Byte>(version << 5U | (M::has_teid ? teid_flag : 0U)));
        e.w.u8(M::type);
        e.w.zeros(2);
        if (M::has_teid) e.w.u(teid.value, 4);
        e.w.u(sequence.value & 0xFF'FFFFU, 3);
        e.w.u8(0);
        put_rows(e, m);
      },
      message);
  ByteVector out;
  if (!e.overflow && e.w.size() <= datagram_octets_max) {
    e.w.patch(2, e.w.size() - 4, 2);
    if (!keys) return e.w.done();
    out.assign(e.w.octets().begin(), e.w.octets().end());
  }
  if (keys) secure_wipe(e.w.octets().data(), e.w.octets().size());
  return out;
}

Byte version_of(Bytes datagram) { return datagram.empty() ? Byte{0} : static_cast<Byte>(datagram[0] >> 5U); }

Expected<Packet, Error> decode_header(Bytes datagram) {
  Reader r(header_name, datagram);
  const auto flags = r.u("flags", 1);
  if (!flags) return Fail{flags.why()};
  if (*flags >> 5U != version) return Fail{r.error(Fault::unsupported, "version")};
  const auto type = r.u("message type", 1);
  if (!type) return Fail{type.why()};
  const auto length = r.u("message length", 2);
  if (!length) return Fail{length.why()};
  Packet out;
  out.header.type = static_cast<Byte>(*type);
  if ((*flags & teid_flag) != 0) {
    const auto teid = r.u("TEID", 4);
    if (!teid) return Fail{teid.why()};
    out.header.teid = Teid{static_cast<std::uint32_t>(*teid)};
  }
  const auto sequence = r.u("sequence number", 4);
  if (!sequence) return Fail{sequence.why()};
  out.header.sequence = Sequence{static_cast<std::uint32_t>(*sequence >> 8U)};
  out.body_offset = r.offset();
  //= TS 29.274, 7.7.3
  const std::size_t end = 4 + static_cast<std::size_t>(*length);
  if (end < out.body_offset) return Fail{r.error(Fault::short_read, "message length")};
  out.truncated = end > datagram.size();
  const std::size_t body_end = out.truncated ? datagram.size() : end;
  out.body = datagram.subspan(out.body_offset, body_end - out.body_offset);
  const Bytes behind = datagram.subspan(body_end);
  if ((*flags & piggybacking_flag) != 0)
    out.piggybacked = behind;
  else
    out.trailing = !behind.empty();
  return out;
}

Expected<Message, Error> decode_body(const Packet& packet) {
  std::optional<Expected<Message, Error>> out;
  const bool known = for_type(packet.header.type, [&](auto tag) {
    using M = typename decltype(tag)::type;
    if (packet.truncated)
      out.emplace(Fail{Error{Fault::short_read, M::name, "message length", 2}});
    else if (packet.trailing)
      out.emplace(Fail{Error{Fault::trailing_bytes, M::name, "message length", 2}});
    else
      out.emplace(read_message<M>(packet));
  });
  if (!known) return Fail{Error{Fault::wrong_type, header_name, "message type", 1, packet.header.type}};
  return std::move(*out);
}

Expected<Decoded, Error> decode_any(Bytes datagram) {
  const auto packet = decode_header(datagram);
  if (!packet) return Fail{packet.why()};
  if (!packet->piggybacked.empty())
    return Fail{Error{Fault::trailing_bytes, header_name, "piggybacked message", packet->body_offset}};
  auto message = decode_body(*packet);
  if (!message) return Fail{message.why()};
  return Decoded{packet->header, std::move(*message)};
}

std::optional<IeId> offending(const Error& error) {
  if (error.code == 0 || error.fault == Fault::wrong_type) return std::nullopt;
  return IeId{static_cast<Byte>(error.code), static_cast<Byte>(error.code >> 8U)};
}

Cause cause_for(const Error& error) {
  const auto value = [&] {
    switch (error.fault) {
      case Fault::missing_mandatory: return CauseValue::mandatory_ie_missing;
      case Fault::short_read:
      case Fault::trailing_bytes: return CauseValue::invalid_length;
      case Fault::bad_value:
      case Fault::repeated:
      case Fault::too_many: return CauseValue::mandatory_ie_incorrect;
      case Fault::unknown_mandatory:
      case Fault::wrong_type:
      case Fault::unsupported: return CauseValue::invalid_message_format;
    }
    return CauseValue::invalid_message_format;
  }();
  return {value, false, offending(error)};
}

Byte type_of(const Message& message) {
  return std::visit([](const auto& m) { return std::decay_t<decltype(m)>::type; }, message);
}

std::string_view name_of(const Message& message) {
  return std::visit([](const auto& m) { return std::decay_t<decltype(m)>::name; }, message);
}

std::string_view name_of_type(Byte type) {
  std::string_view out = "unknown message";
  for_type(type, [&](auto tag) { out = decltype(tag)::type::name; });
  return out;
}

std::optional<Byte> response_type(Byte request) {
  switch (request) {
    case EchoRequest::type: return EchoResponse::type;
    case CreateSessionRequest::type: return CreateSessionResponse::type;
    case ModifyBearerRequest::type: return ModifyBearerResponse::type;
    case DeleteSessionRequest::type: return DeleteSessionResponse::type;
    case ReleaseAccessBearersRequest::type: return ReleaseAccessBearersResponse::type;
    case DownlinkDataNotification::type: return DownlinkDataNotificationAck::type;
    case ContextRequest::type: return ContextResponse::type;
    case ForwardRelocationRequest::type: return ForwardRelocationResponse::type;
    case ForwardRelocationCompleteNotification::type: return ForwardRelocationCompleteAcknowledge::type;
    case ForwardAccessContextNotification::type: return ForwardAccessContextAcknowledge::type;
    case RelocationCancelRequest::type: return RelocationCancelResponse::type;
    default: return std::nullopt;
  }
}

//= TS 29.274, 7.3.7
std::optional<Byte> acknowledge_type(Byte response) {
  if (response == ContextResponse::type) return ContextAcknowledge::type;
  return std::nullopt;
}

bool is_response(Byte type) {
  bool out = type == ContextAcknowledge::type;
  for_each_type([&](Byte request) { out = out || response_type(request) == type; });
  return out;
}

bool carries_keys(Byte type) {
  bool out = false;
  for_type(type, [&](auto tag) { out = holds_mm_context<typename decltype(tag)::type>; });
  return out;
}

std::optional<Message> refusal(Byte request, Cause cause) {
  const auto response = response_type(request);
  std::optional<Message> out;
  if (!response) return out;
  for_type(*response, [&](auto tag) {
    using M = typename decltype(tag)::type;
    if constexpr (has_own_cause<M>) {
      M m{};
      m.cause = cause;
      out.emplace(std::move(m));
    }
  });
  return out;
}

std::optional<Cause> cause_of(const Message& message) {
  return std::visit(
      [](const auto& m) -> std::optional<Cause> {
        if constexpr (requires { std::optional<Cause>(m.cause); })
          return m.cause;
        else
          return std::nullopt;
      },
      message);
}

std::optional<Recovery> recovery_of(const Message& message) {
  return std::visit(
      [](const auto& m) -> std::optional<Recovery> {
        if constexpr (requires { m.recovery; })
          return m.recovery;
        else
          return std::nullopt;
      },
      message);
}

std::string describe(const Header& header, const Message& message) {
  std::string out(name_of(message));
  out += " seq " + std::to_string(header.sequence.value);
  if (header.teid) out += " teid " + std::to_string(header.teid->value);
  std::visit(
      [&](const auto& m) {
        if constexpr (requires { m.imsi->digits(); })
          if (m.imsi) out += " IMSI " + m.imsi->digits();
        if constexpr (requires { m.guti->m_tmsi; })
          if (m.guti) out += " GUTI " + to_string(*m.guti);
        if constexpr (requires { m.pdn_connections; })
          for (const auto& pdn : m.pdn_connections) {
            out += " APN " + pdn.apn.value;
            for (const auto& bearer : pdn.bearers) out += " EBI " + std::to_string(bearer.ebi.value);
          }
        if constexpr (requires { m.target->enb; })
          if (m.target && m.target->kind == TargetIdentification::macro_enb)
            out += " to eNB " + std::to_string(m.target->enb.value) + " of " +
                   m.target->enb.plmn.to_string() + " TAC " + std::to_string(m.target->tac.value);
        if constexpr (requires { m.apn.value; }) out += " APN " + m.apn.value;
        if constexpr (requires { m.paa->v4; })
          if (m.paa && m.paa->v4) out += " PAA " + m.paa->v4->to_string();
        if constexpr (requires { m.bearers[0].ebi; })
          for (const auto& bearer : m.bearers) out += " EBI " + std::to_string(bearer.ebi.value);
        if constexpr (requires { m.recovery; })
          if (const auto r = recovery_of(message)) out += " recovery " + std::to_string(r->value);
      },
      message);
  if (const auto cause = cause_of(message)) {
    out += " cause " + std::to_string(static_cast<unsigned>(cause->value)) + " (";
    out += to_string(cause->value);
    out += ")";
    if (cause->offending_ie) out += " element " + std::to_string(cause->offending_ie->type);
  }
  return out;
}

std::vector<SecretRange> secret_ranges(Bytes datagram) {
  std::vector<SecretRange> out;
  std::size_t start = 0;
  while (start < datagram.size()) {
    const auto packet = decode_header(datagram.subspan(start));
    if (!packet) return out;
    find_secrets(Reader(header_name, packet->body, start + packet->body_offset), 0, out);
    if (packet->piggybacked.empty()) return out;
    start = datagram.size() - packet->piggybacked.size();
  }
  return out;
}

}  // namespace baton::wire::gtp2
