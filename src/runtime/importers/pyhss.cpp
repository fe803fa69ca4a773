// pyhss.cpp: what PyHSS's API lists: objects of three kinds, told apart by their members. Keys are in those
// of `auc`, names in `apn`, who has which in `subscriber`.
#include <array>
#include <map>

#include "runtime/importers/documents.h"

namespace baton::runtime::importers {
namespace {

/// Keys of one card, as they stand in the file: views into its text would not outlive the document.
struct Card {
  std::string k, opc, amf, imsi;
  std::uint64_t sqn = 0;
  bool sqn_readable = true;
  Card() = default;
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card() {
    secure_wipe(k.data(), k.size());
    secure_wipe(opc.data(), opc.size());
  }
};
struct Apn {
  std::string name;
  std::uint64_t qci = 0;
};

constexpr Names plain{"imsi",    "auc.ki",      "",        "auc.opc", "auc.amf",
                      "auc.sqn", "default_apn", "apn.qci", "msisdn"};

class Reader {
 public:
  explicit Reader(Collector& out) : out_(out) {}

  /// Cards and APNs first: a subscriber may be listed before what it refers to.
  void first(const Document& d) {
    if (d.json.contains("ki")) return card(d);
    if (d.json.contains("apn_id") && d.json.contains("apn")) {
      const auto id = number_of(member(d.json, "apn_id"));
      if (!id) return out_.bad(d.line, d.field("apn_id"), "a number");
      apns_[*id] = {std::string(text_of(member(d.json, "apn"))),
                    number_of(member(d.json, "qci")).value_or(0)};
      return;
    }
    if (d.json.contains("auc_id") && d.json.contains("imsi")) return;
    if (d.json.contains("auc_id"))
      return out_.bad(d.line, d.field("ki"), "keys; PyHSS lists them with enable_insecure_auc only");
    out_.bad(d.line, d.field(""), "an object of auc, apn or subscriber");
  }

  void second(const Document& d) {
    if (d.json.contains("ki") || !d.json.contains("auc_id") || !d.json.contains("imsi")) return;
    const auto id = number_of(member(d.json, "auc_id"));
    const auto at = id ? cards_.find(*id) : cards_.end();
    if (at == cards_.end()) return out_.bad(d.line, d.field("auc_id"), "the number of an auc of this file");
    const Card& card = at->second;
    std::string qci;
    Fields f{.imsi = text_of(member(d.json, "imsi")),
             .k = card.k,
             .opc = card.opc,
             .amf = card.amf,
             .msisdn = text_of(member(d.json, "msisdn")),
             .sqn_number = card.sqn_readable ? card.sqn : ~std::uint64_t{0},
             .ambr_up_bps = number_of(member(d.json, "ue_ambr_ul")),
             .ambr_down_bps = number_of(member(d.json, "ue_ambr_dl"))};
    if (const Json& apn = member(d.json, "default_apn"); !apn.is_null()) {
      const auto apn_id = number_of(apn);
      const auto found = apn_id ? apns_.find(*apn_id) : apns_.end();
      if (found == apns_.end())
        return out_.bad(d.line, d.field("default_apn"), "the number of an apn of this file");
      f.apn = found->second.name;
      qci = std::to_string(found->second.qci);
      f.qci = qci;
    }
    if (const Json& enabled = member(d.json, "enabled"); enabled.is_boolean() && !enabled.get<bool>())
      return out_.bad(d.line, d.field("enabled"), "true; who is not enabled there is not taken over");
    const std::array<std::string, 9> t{d.field(plain.imsi), d.field(plain.k),   "",
                                       d.field(plain.opc),  d.field(plain.amf), d.field(plain.sqn),
                                       d.field(plain.apn),  d.field(plain.qci), d.field(plain.msisdn)};
    out_.add(d.line, f, {t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8]});
  }

 private:
  void card(const Document& d) {
    const auto id = number_of(member(d.json, "auc_id"));
    if (!id) return out_.bad(d.line, d.field("auc_id"), "a number");
    Card& card = cards_[*id];
    card.k = text_of(member(d.json, "ki"));
    card.opc = text_of(member(d.json, "opc"));
    card.amf = text_of(member(d.json, "amf"));
    const auto sqn = number_of(member(d.json, "sqn"));
    card.sqn_readable = sqn.has_value();
    card.sqn = sqn.value_or(0);
  }

  Collector& out_;
  std::map<std::uint64_t, Card> cards_;
  std::map<std::uint64_t, Apn> apns_;
};

}  // namespace

void read_pyhss(Collector& out, std::string_view text) {
  out.allow_defaults();
  Reader reader(out);
  for_each_document(out, text, [&](const Document& d) { reader.first(d); });
  if (out.errors() > 0) return;
  for_each_document(out, text, [&](const Document& d) { reader.second(d); });
}

}  // namespace baton::runtime::importers
