// message.h: messages by their tables. Internal to this folder; each message is instantiated in one .cpp.
#pragma once

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "wire/s1ap/codec.h"
#include "wire/s1ap/s1ap.h"
#include "wire/s1ap/sequence.h"

namespace baton::wire::s1ap {

/// RowOf tells what a row holds: the member's type and the type that stands on the wire.
template <class Row>
struct RowOf;
template <class M, class F>
struct RowOf<Required<M, F>> {
  using member = F;
  using value = F;
};
template <class M, class F>
struct RowOf<Assumed<M, F>> {
  using member = F;
  using value = F;
};
template <class M, class F>
struct RowOf<Optional<M, F>> {
  using member = F;
  using value = typename OptionalOf<F>::type;
};

template <class M, class E>
struct RowOf<RequiredItems<M, E>> {
  using member = std::vector<E>;
  using value = std::vector<E>;
};
template <class M, class E>
struct RowOf<OptionalItems<M, E>> {
  using member = std::vector<E>;
  using value = std::vector<E>;
};

/// HasItems rows say themselves what their items look like; the others leave it to the Codec of their value.
template <class Row>
concept HasItems = requires(const Row& row) {
  row.item;
};

template <class Row>
Read<typename RowOf<Row>::value> read_value(const Row& row, per::Reader& r, Findings& found) {
  if constexpr (HasItems<Row>)
    return read_items<typename RowOf<Row>::value::value_type>(
        r, row.name, found, Items{row.item, row.item_criticality, erabs_max});
  else
    return Codec<typename RowOf<Row>::value>::read(r, row.name, found);
}
template <class Row>
void write_value(const Row& row, per::Writer& w, const typename RowOf<Row>::value& v) {
  if constexpr (HasItems<Row>)
    write_items(w, v, Items{row.item, row.item_criticality, erabs_max});
  else
    Codec<typename RowOf<Row>::value>::write(w, v);
}

/// Whether a row of presence O holds a list, which is absent when empty.
template <class Row>
inline constexpr bool is_optional_list = false;
template <class M, class E>
inline constexpr bool is_optional_list<Optional<M, std::vector<E>>> = true;
template <class M, class E>
inline constexpr bool is_optional_list<OptionalItems<M, E>> = true;

/// value_of is the value of a row in `m`, or nothing when an optional one is absent.
template <class M, class Row>
const typename RowOf<Row>::value* value_of(const M& m, const Row& row) {
  using R = RowOf<Row>;
  const auto& member = m.*row.at;
  if constexpr (OptionalOf<typename R::member>::value) {
    return member ? &*member : nullptr;
  } else if constexpr (is_optional_list<Row>) {
    return member.empty() ? nullptr : &member;
  } else {
    return &member;
  }
}

/// Decoder holds what has been read of one message.
template <class M, class... Rows>
class Decoder {
 public:
  Decoder(per::Reader& r, Findings& found, const std::tuple<Rows...>& rows)
      : r_(r), found_(found), rows_(rows) {}

  Read<Ok> element() {
    auto head = read_head(r_);
    if (!head) return Fail{head.why()};
    const std::size_t at = r_.offset();
    auto contents = r_.open_type("value");
    if (!contents) return Fail{contents.why()};
    trouble_.reset();
    const bool known = find(*head, *contents, at, std::index_sequence_for<Rows...>{});
    if (trouble_) return Fail{*trouble_};
    if (!known)
      found_.not_understood(head->criticality, head->id,
                            error(Fault::unknown_mandatory, "protocol IE", head->id, at));
    return Ok{};
  }

  /// finish fills in what is absent and makes the message.
  Read<M> finish() {
    std::apply(
        [&](const auto&... row) { std::apply([&](auto&... value) { (absent(row, value), ...); }, values_); },
        rows_);
    if (found_.abstract_error) return Fail{*found_.abstract_error};
    return std::apply([](auto&&... v) { return M{std::move(*v)...}; }, std::move(values_));
  }

 private:
  Error error(Fault fault, std::string_view field, IeId id, std::size_t offset) const {
    return {fault, M::outline.name, field, offset, static_cast<std::uint32_t>(id)};
  }

  template <std::size_t... I>
  bool find(const ElementHead& head, const per::Contents& contents, std::size_t at,
            std::index_sequence<I...>) {
    return (claim(I, std::get<I>(rows_), std::get<I>(values_), head, contents, at) || ...);
  }

  template <class Row, class V>
  bool claim(std::size_t i, const Row& row, V& value, const ElementHead& head, const per::Contents& contents,
             std::size_t at) {
    if (row.id != head.id) return false;
    if ((seen_ >> i & 1U) != 0) {
      found_.falsely_constructed(error(Fault::repeated, row.name, head.id, at));
      return true;
    }
    if (seen_ >> i != 0)  // a later row has been seen
      found_.falsely_constructed(error(Fault::bad_value, row.name, head.id, at));
    seen_ |= std::uint64_t{1} << i;
    per::Reader sub(M::outline.name, contents.octets, contents.offset);
    auto v = read_value(row, sub, found_);
    if (v) {
      if (auto done = sub.done(row.name); !done) {
        trouble_ = done.why();
        return true;
      }
      note(*v);
      value.emplace(std::move(*v));
    } else if (v.why().fault == Fault::unsupported) {
      // Well formed, but of a later release: the element is not understood.
      found_.not_understood(head.criticality, head.id, v.why());
    } else {
      trouble_ = v.why();
      trouble_->code = static_cast<std::uint32_t>(head.id);
    }
    return true;
  }

  template <class T>
  void note(const T& v) {
    if constexpr (std::is_same_v<T, MmeUeS1apId>) found_.mme_ue_id = v;
    if constexpr (std::is_same_v<T, EnbUeS1apId>) found_.enb_ue_id = v;
    if constexpr (std::is_same_v<T, UeS1apIds>) {
      found_.mme_ue_id = mme_ue_id_of(v);
      if (const auto* pair = std::get_if<UeS1apIdPair>(&v)) found_.enb_ue_id = pair->enb_ue_id;
    }
  }

  template <class F, class V>
  void absent(const Required<M, F>& row, V& value) {
    if (!value) missing(row);
  }
  template <class E, class V>
  void absent(const RequiredItems<M, E>& row, V& value) {
    if (!value) missing(row);
  }
  template <class Row>
  void missing(const Row& row) {
    for (const IeDiagnostics& d : found_.refused)
      if (d.id == row.id) return;  // it was there, but not understood
    found_.missing(row.criticality, row.id, error(Fault::missing_mandatory, row.name, row.id, r_.offset()));
  }
  template <class F, class V>
  void absent(const Assumed<M, F>& row, V& value) {
    if (!value) value.emplace(row.instead);
  }
  template <class F, class V>
  void absent(const Optional<M, F>&, V& value) {
    if (!value) value.emplace();
  }
  template <class E, class V>
  void absent(const OptionalItems<M, E>&, V& value) {
    if (!value) value.emplace();
  }

  static_assert(sizeof...(Rows) <= 64);
  per::Reader& r_;
  Findings& found_;
  const std::tuple<Rows...>& rows_;
  std::tuple<std::optional<typename RowOf<Rows>::member>...> values_;
  std::uint64_t seen_ = 0;  ///< a bit per row
  std::optional<Error> trouble_;
};

template <class M, class... Rows>
Read<M> read_table(per::Reader& r, Findings& found, const std::tuple<Rows...>& rows) {
  auto extended = r.bit(M::outline.name);
  if (!extended) return Fail{extended.why()};
  auto n = r.count("protocolIEs", {0, 65'535});
  if (!n) return Fail{n.why()};
  if (*n > ies_max) return Fail{r.error(Fault::too_many, "protocolIEs")};
  Decoder<M, Rows...> decoder(r, found, rows);
  for (std::size_t i = 0; i < *n; ++i)
    if (auto done = decoder.element(); !done) return Fail{done.why()};
  if (*extended)
    if (auto skipped = r.skip_additions(M::outline.name); !skipped) return Fail{skipped.why()};
  if (auto done = r.done(M::outline.name); !done) return Fail{done.why()};
  return decoder.finish();
}

template <class M>
Read<M> read_message(const per::Contents& value, Findings& found) {
  per::Reader r(M::outline.name, value.octets, value.offset);
  return read_table<M>(r, found, M::ies());
}

template <class M>
Expected<M, Error> decode(Bytes octets) {
  auto pdu = read_pdu(octets);
  if (!pdu) return Fail{pdu.why()};
  if (pdu->procedure != M::outline.procedure || pdu->type != M::outline.type)
    return Fail{Error{Fault::wrong_type, M::outline.name, "procedure code", 1,
                      static_cast<std::uint32_t>(pdu->procedure)}};
  Findings found;
  return read_message<M>(pdu->value, found);
}

template <class M, class... Rows>
constexpr bool has_key(const std::tuple<Rows...>&) {
  return (carries_key<typename RowOf<Rows>::value> || ...);
}

/// contents_of gives the encoded value of a row; empty when it is absent, since no encoding is.
template <class M, class Row>
ByteVector contents_of(const M& m, const Row& row) {
  const auto* v = value_of(m, row);
  if (v == nullptr) return {};
  per::Writer sub;
  sub.reserve(64);  // a key fits, so no copy of it is left behind when the vector grows
  write_value(row, sub, *v);
  return sub.done();
}

template <class Row>
void write_element(per::Writer& w, ByteVector& contents, const Row& row) {
  if (contents.empty()) return;
  write_head(w, {row.id, row.criticality});
  w.open_type(contents);
  if constexpr (carries_key<typename RowOf<Row>::value>) secure_wipe(contents.data(), contents.size());
}

/// Octets of an element beside its contents: the head and the length determinants of its open type, of which
/// there is one for every fragment.
inline constexpr std::size_t element_overhead = 8;

template <class M>
ByteVector encode(const M& m) {
  per::Writer w;
  std::apply(
      [&](const auto&... row) {
        std::array contents{contents_of(m, row)...};
        std::size_t present = 0;
        std::size_t room = element_overhead;
        for (const ByteVector& c : contents) {
          if (c.empty()) continue;
          ++present;
          room += c.size() + c.size() / per::fragment_unit + element_overhead;
        }
        w.reserve(room);  // so that a key is not moved, and left behind, while what follows it is written
        w.bit(false);
        w.count(present, {0, 65'535});
        std::size_t i = 0;
        (write_element(w, contents[i++], row), ...);
      },
      M::ies());
  ByteVector value = w.done();
  ByteVector pdu = write_pdu(M::outline, value);
  if constexpr (has_key<M>(M::ies())) secure_wipe(value.data(), value.size());
  return pdu;
}

}  // namespace baton::wire::s1ap
