#include "keys/exposure.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace baton {
namespace {

/// Span is a time in which a node held a key; open while nothing has ended it.
struct Span {
  Instant from;
  std::optional<Instant> until;
};

/// Known is what the ledger says of one key.
struct Known {
  KeyKind kind{};
  bool kind_known = false;
  std::string subscriber;
  std::map<std::string, std::vector<Span>> held;  ///< by node
  std::vector<std::vector<KeyId>> made_from;      ///< each entry is one way to make it
  std::vector<KeyId> leads_to;
};

using Book = std::map<KeyId, Known>;

bool open(const std::vector<Span>& spans) { return !spans.empty() && !spans.back().until; }

void begin(Known& key, const LedgerEntry& e) {
  auto& spans = key.held[e.node];
  if (!open(spans)) spans.push_back({e.at, std::nullopt});
}

/// read_book sorts the entries by key. A node that makes a key out of another one holds that one, entry or
/// not; keys of which the ledger has no entry at all (K, OPc) were there from the beginning.
Book read_book(std::span<const LedgerEntry> entries) {
  Book book;
  const Instant beginning = entries.empty() ? Instant{} : entries.front().at;
  for (const LedgerEntry& e : entries) {
    Known& key = book[e.key];
    key.kind = e.kind;
    key.kind_known = true;
    if (key.subscriber.empty()) key.subscriber = e.subscriber;
    switch (e.event) {
      case KeyEvent::derived:
        begin(key, e);
        for (const KeyId& parent : e.parents) {
          auto& spans = book[parent].held[e.node];
          if (spans.empty()) spans.push_back({e.at, std::nullopt});
        }
        if (!e.parents.empty() &&
            std::find(key.made_from.begin(), key.made_from.end(), e.parents) == key.made_from.end()) {
          key.made_from.push_back(e.parents);
          for (const KeyId& parent : e.parents) book[parent].leads_to.push_back(e.key);
        }
        break;
      case KeyEvent::received:
      case KeyEvent::stored: begin(book[e.key], e); break;
      case KeyEvent::erased:
        if (auto& spans = book[e.key].held[e.node]; open(spans)) spans.back().until = e.at;
        break;
      case KeyEvent::sent: break;
    }
  }
  std::deque<KeyId> named;
  for (auto& [id, key] : book) {
    if (!key.kind_known)
      for (auto& [node, spans] : key.held) spans.front().from = beginning;
    if (!key.subscriber.empty()) named.push_back(id);
  }
  // An eNB does not know whom it serves; a key belongs to whom those it is made of, or that are made of it,
  // belong.
  const auto name = [&](const KeyId& id, const std::string& subscriber) {
    Known& key = book.at(id);
    if (!key.subscriber.empty()) return;
    key.subscriber = subscriber;
    named.push_back(id);
  };
  for (; !named.empty(); named.pop_front()) {
    const Known& key = book.at(named.front());
    for (const KeyId& child : key.leads_to) name(child, key.subscriber);
    for (const auto& parents : key.made_from)
      for (const KeyId& parent : parents) name(parent, key.subscriber);
  }
  return book;
}

bool reads(const Compromise& c, const std::vector<Span>& spans) {
  if (!c.at) return !spans.empty();
  return std::any_of(spans.begin(), spans.end(), [&](const Span& s) {
    const bool there = s.from <= *c.at && (!s.until || *s.until > *c.at);
    return there || (c.stays && s.from > *c.at);
  });
}

/// Window is the attacker's time at one subscriber.
struct Window {
  std::optional<Instant> from, until;  ///< `until` nothing: open
  bool open = false;
  void add(const Span& s) {
    if (!from || s.from < *from) from = s.from;
    if (!s.until)
      open = true;
    else if (!until || *s.until > *until)
      until = s.until;
  }
};

Epoch epoch_of(const ExposedKey& key, const Window& w) {
  if (!w.from) return Epoch::during;
  if (key.gone && *key.gone <= *w.from) return Epoch::before;
  if (!w.open && w.until && key.born > *w.until) return Epoch::after;
  return Epoch::during;
}

}  // namespace

std::string_view to_string(Epoch epoch) {
  switch (epoch) {
    case Epoch::before: return "before";
    case Epoch::during: return "during";
    case Epoch::after: return "after";
  }
  return "?";
}

std::optional<Protected> protects(KeyKind kind) {
  switch (kind) {
    case KeyKind::knas_enc: return Protected{"NAS", true};
    case KeyKind::knas_int: return Protected{"NAS", false};
    case KeyKind::krrc_enc: return Protected{"RRC", true};
    case KeyKind::krrc_int: return Protected{"RRC", false};
    case KeyKind::kup_enc: return Protected{"user plane", true};
    case KeyKind::kup_int: return Protected{"user plane", false};
    default: return std::nullopt;
  }
}

Exposure expose(std::span<const LedgerEntry> entries, std::span<const Compromise> compromised) {
  Exposure out;
  const Book book = read_book(entries);
  out.keys_in_ledger = book.size();
  for (const LedgerEntry& e : entries)
    for (const Compromise& c : compromised) out.node_known = out.node_known || e.node == c.node;

  // What is read out, and the time the attacker has at each subscriber.
  std::map<KeyId, std::vector<KeyId>> have;  // with one set of parents; none: read
  std::deque<KeyId> work;
  std::map<std::string, Window> windows;
  for (const auto& [id, key] : book) {
    for (const Compromise& c : compromised) {
      const auto spans = key.held.find(c.node);
      if (spans == key.held.end()) continue;
      Window& w = windows[key.subscriber];
      if (c.at) {
        w.add({*c.at, c.stays ? std::nullopt : c.at});
      } else {
        for (const Span& s : spans->second) w.add(s);
      }
      if (reads(c, spans->second) && have.emplace(id, std::vector<KeyId>{}).second) work.push_back(id);
    }
  }
  const std::set<KeyId> read = [&] {
    std::set<KeyId> ids;
    for (const auto& entry : have) ids.insert(entry.first);
    return ids;
  }();

  // What follows.
  while (!work.empty()) {
    const KeyId next = work.front();
    work.pop_front();
    for (const KeyId& child : book.at(next).leads_to) {
      if (have.contains(child)) continue;
      for (const std::vector<KeyId>& parents : book.at(child).made_from) {
        const bool all =
            std::all_of(parents.begin(), parents.end(), [&](const KeyId& p) { return have.contains(p); });
        if (!all) continue;
        have.emplace(child, parents);
        work.push_back(child);
        break;
      }
    }
  }

  for (const auto& [id, from] : have) {
    const Known& known = book.at(id);
    if (!known.kind_known) continue;  // a parent of which the ledger has no entry of its own: K, OPc
    ExposedKey key{id, known.kind, known.subscriber, read.contains(id), from, {}, {}, {}, Epoch::during};
    bool held_still = false;
    std::optional<Instant> born;
    for (const auto& [node, spans] : known.held) {
      key.holders.push_back(node);
      for (const Span& s : spans) {
        if (!born || s.from < *born) born = s.from;
        if (!s.until)
          held_still = true;
        else if (!key.gone || *s.until > *key.gone)
          key.gone = s.until;
      }
    }
    if (held_still) key.gone.reset();
    key.born = born.value_or(Instant{});
    key.epoch = epoch_of(key, windows[known.subscriber]);
    out.keys.push_back(std::move(key));
  }
  std::stable_sort(out.keys.begin(), out.keys.end(),
                   [](const ExposedKey& a, const ExposedKey& b) { return a.born < b.born; });
  return out;
}

}  // namespace baton
