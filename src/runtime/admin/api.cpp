#include "runtime/admin/api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/secret.h"
#include "runtime/admin/limits.h"
#include "runtime/admin/record_json.h"

namespace baton::runtime::admin {

/// Wiped when the request is over, however it ends.
struct Document {
  Json json;
  ~Document() { wipe(json); }
};

namespace {

using node::AdminOutcome;

constexpr std::array table{
    Route{"GET", "/v1/openapi.json", "describe", Need::nothing},
    Route{"GET", "/v1/status", "status", Need::read},
    Route{"GET", "/v1/subscribers", "list", Need::read},
    Route{"POST", "/v1/subscribers", "add", Need::change},
    Route{"GET", "/v1/subscribers/{imsi}", "show", Need::read},
    Route{"PATCH", "/v1/subscribers/{imsi}", "change", Need::change},
    Route{"DELETE", "/v1/subscribers/{imsi}", "remove", Need::change},
    Route{"POST", "/v1/import", "import", Need::change},
    Route{"GET", "/v1/audit", "audit", Need::audit},
};
constexpr std::string_view another_import = "another import is under way";
constexpr std::string_view one_subscriber = "/v1/subscribers/";

/// How often a change is tried again when the record changes under it: an attach writes it twice.
constexpr int change_attempts = 5;

HttpResponse json(int status, const Json& body) {
  // What came from outside is valid UTF-8 in our own documents; what is not is replaced, never thrown.
  return {status, body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

HttpResponse mistakes(const Mistakes& wrong) {
  Json fields = Json::array();
  for (const Mistake& m : wrong) fields.push_back({{"field", m.field}, {"expected", m.expected}});
  return json(422, {{"error", "the document cannot be used"}, {"fields", std::move(fields)}});
}

HttpResponse outcome_of(const node::Administered& a) {
  HttpResponse out;
  switch (a.outcome) {
    case AdminOutcome::done: return a.view ? json(200, to_json(*a.view)) : HttpResponse{204, ""};
    case AdminOutcome::unknown: return http_error(404, "there is no such subscriber");
    case AdminOutcome::exists: return http_error(409, "there is such a subscriber already");
    case AdminOutcome::conflict: return http_error(409, "the subscriber has another version");
    case AdminOutcome::invalid: return http_error(422, a.why);
    case AdminOutcome::too_busy: out = http_error(503, "too many requests are under way"); break;
    case AdminOutcome::not_stored:
      out = http_error(503, "the store did not take it; nothing has changed");
      break;
  }
  out.headers["Retry-After"] = "1";
  return out;
}

/// A number in the query; nothing when it is none, `absent` when there is none.
std::optional<std::uint64_t> number(const HttpRequest& request, std::string_view name, std::uint64_t absent,
                                    std::uint64_t min, std::uint64_t max) {
  const auto at = request.query.find(name);
  if (at == request.query.end()) return absent;
  std::uint64_t value = 0;
  const std::string& text = at->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

bool known_query(const HttpRequest& request, std::initializer_list<std::string_view> names) {
  return std::all_of(request.query.begin(), request.query.end(), [&](const auto& entry) {
    return std::find(names.begin(), names.end(), entry.first) != names.end();
  });
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

}  // namespace

std::span<const Route> routes() { return table; }

Api::Api(Parts parts, Tokens tokens) : parts_(std::move(parts)), tokens_(std::move(tokens)) {
  parts_.host.on_administered([this](node::Administered& a) {
    const auto at = tasks_.find(a.token.value);
    if (at == tasks_.end()) return;
    const Then then = std::move(at->second);
    tasks_.erase(at);
    then(a);
  });
}

Api::~Api() {
  *alive_ = false;
  parts_.host.on_administered({});
  if (reader_.joinable()) reader_.join();
}

Api::Match Api::match(const HttpRequest& request) {
  Match out;
  for (const Route& route : table) {
    std::string imsi;
    if (route.path.ends_with("{imsi}")) {
      if (!request.path.starts_with(one_subscriber)) continue;
      imsi = request.path.substr(one_subscriber.size());
      if (imsi.empty() || imsi.find('/') != std::string::npos) continue;
    } else if (request.path != route.path) {
      continue;
    }
    out.path_known = true;
    if (!out.allowed.empty()) out.allowed += ", ";
    out.allowed += route.method;
    if (request.method != route.method) continue;
    out.route = &route;
    out.imsi = std::move(imsi);
  }
  return out;
}

std::optional<Caller> Api::caller_of(const HttpRequest& request) {
  // Whoever may open the local socket was let in by its mode.
  if (request.uid) return Caller{"uid " + std::to_string(*request.uid), Role::root, request.from};
  constexpr std::string_view scheme = "Bearer ";
  if (!request.authorization.starts_with(scheme)) return std::nullopt;
  auto caller = tokens_.whose(std::string_view(request.authorization).substr(scheme.size()), request.from);
  if (const std::string trouble = tokens_.trouble(); !trouble.empty() && parts_.log != nullptr)
    parts_.log->write(parts_.loop.now(), parts_.host.name(), peer::LogLevel::error,
                      "no token counts until their file can be used: " + trouble);
  return caller;
}

bool Api::within(std::map<std::string, Bucket>& buckets, const std::string& whose, double at_once,
                 double per_second) {
  const Instant now = parts_.loop.now();
  if (buckets.size() >= callers_remembered_max && !buckets.contains(whose)) buckets.clear();
  auto [at, is_new] = buckets.try_emplace(whose, Bucket{at_once, now});
  Bucket& b = at->second;
  const double passed = std::chrono::duration<double>(now - b.at).count();
  b.left = std::min(at_once, b.left + passed * per_second);
  b.at = now;
  if (b.left < 1) return false;
  b.left -= 1;
  return true;
}

std::shared_ptr<void> Api::place_of_import() {
  if (!importing_.expired()) return nullptr;
  auto place = std::make_shared<char>();
  importing_ = place;
  return place;
}

HttpAdmission Api::admit(const HttpRequest& head) {
  const Match found = match(head);
  if (found.route == nullptr) return {};
  const auto caller = caller_of(head);
  if (!caller || !may(caller->role, found.route->need) || found.route->method == "GET") return {};
  if (found.route->operation != "import") return {body_octets_max};
  auto place = place_of_import();
  if (place == nullptr) return {0, http_error(409, another_import)};
  return {import_octets_max, std::nullopt, std::move(place)};
}

bool Api::note(const Visit& v, std::string_view outcome, std::string detail, bool durable) {
  const bool kept = parts_.audit.write(parts_.loop.now(),
                                       {v.caller.name, std::string(to_string(v.caller.role)), v.caller.from,
                                        v.action, v.subject, std::string(outcome), std::move(detail)},
                                       durable);
  if (!kept && parts_.log != nullptr)
    parts_.log->write(parts_.loop.now(), parts_.host.name(), peer::LogLevel::error,
                      "the audit log cannot be written");
  return kept;
}

void Api::finish(const Visit& v, std::string_view outcome, std::string detail, HttpResponse response,
                 bool changed) {
  if (!note(v, outcome, std::move(detail), changed) && changed)
    return v.answer(http_error(500, "it was done, and the audit log could not be written"));
  v.answer(std::move(response));
}

void Api::ask(decltype(node::Administer::task) task, const HttpAnswer& answer, Then then) {
  if (tasks_.size() >= tasks_max) {
    auto busy = http_error(503, "too many requests are under way");
    busy.headers["Retry-After"] = "1";
    return answer(std::move(busy));
  }
  const std::uint64_t number = ++last_task_;
  tasks_.emplace(number, std::move(then));
  parts_.host.administer({node::AdminToken{number}, std::move(task)});
}

void Api::handle(HttpRequest request, HttpAnswer answer) {
  const Match found = match(request);
  const auto done_with = [&] {
    secure_wipe(request.body.data(), request.body.size());
    secure_wipe(request.authorization.data(), request.authorization.size());
  };
  if (!found.path_known) {
    done_with();
    return answer(http_error(404, "there is nothing of this name; /v1/openapi.json says what there is"));
  }
  if (found.route == nullptr) {
    done_with();
    auto refused = http_error(405, "not by this method");
    refused.headers["Allow"] = found.allowed;
    return answer(std::move(refused));
  }
  const Route& route = *found.route;
  if (route.need == Need::nothing) return answer({200, std::string(openapi_text())});

  const auto caller = caller_of(request);
  secure_wipe(request.authorization.data(), request.authorization.size());
  Visit v{caller.value_or(Caller{"nobody", Role::reader, request.from}), std::string(route.operation),
          found.imsi.substr(0, 15), std::move(answer)};
  if (!caller) {
    done_with();
    if (!within(refusals_, request.from, refusals_at_once, refusals_per_second)) {
      auto later = http_error(429, "too many requests without a token");
      later.headers["Retry-After"] = "10";
      return v.answer(std::move(later));
    }
    note(v, "refused", "no such token", false);
    auto refused = http_error(401, "a token is needed");
    refused.headers["WWW-Authenticate"] = "Bearer";
    return v.answer(std::move(refused));
  }
  if (!within(callers_, caller->name, requests_at_once, requests_per_second)) {
    done_with();
    auto later = http_error(429, "too many requests");
    later.headers["Retry-After"] = "1";
    return v.answer(std::move(later));
  }
  if (!may(caller->role, route.need)) {
    done_with();
    note(v, "refused", "role " + std::string(to_string(caller->role)), false);
    return v.answer(http_error(403, "the role of this token does not allow it"));
  }

  std::optional<Imsi> imsi;
  if (!found.imsi.empty()) {
    auto parsed = Imsi::parse(found.imsi);
    if (!parsed) {
      done_with();
      return v.answer(http_error(404, "an IMSI has 6 to 15 digits"));
    }
    imsi = std::move(*parsed);
  }
  if (route.operation == "status")
    return finish(v, "done", "", json(200, {{"node", parts_.host.name()}, {"version", parts_.version}}),
                  false);
  if (route.operation == "list") return list(std::move(v), request);
  if (route.operation == "audit") return audit(v, request);
  if (route.operation == "show") return show(std::move(v), *imsi);
  if (route.operation == "import") return import(std::move(v), request);
  // What changes something is in the audit log before it is begun.
  if (route.operation == "add") return add(std::move(v), request);
  if (route.operation == "remove") return remove(std::move(v), *imsi);
  auto document = std::make_shared<Document>();
  document->json = parse_json(request.body);
  done_with();
  if (document->json.is_discarded()) return v.answer(http_error(400, "a JSON document"));
  if (!note(v, "begun", "", true)) return v.answer(http_error(503, "the audit log cannot be written"));
  change(std::move(v), *imsi, std::move(document), 1);
}

void Api::list(Visit v, const HttpRequest& request) {
  const auto limit = number(request, "limit", page_default, 1, page_max);
  std::optional<Imsi> after;
  bool good = limit.has_value() && known_query(request, {"after", "limit"});
  if (const auto at = request.query.find("after"); at != request.query.end()) {
    auto parsed = Imsi::parse(at->second);
    good = good && static_cast<bool>(parsed);
    if (parsed) after = std::move(*parsed);
  }
  if (!good)
    return v.answer(
        http_error(400, "after is an IMSI, limit a number from 1 to " + std::to_string(page_max)));
  using Page = Expected<std::vector<context::SubscriberRecord>, store::StoreError>;
  auto read = std::make_shared<Page>(std::vector<context::SubscriberRecord>());
  const auto most = static_cast<std::size_t>(*limit);
  with_store(
      v, [after, most, read](store::Store& store) { *read = store.range(after, most); },
      [this, v, most, read] {
        const Page& page = *read;
        if (!page) return finish(v, "failed", "", http_error(503, "the store cannot be read"), false);
        Json subscribers = Json::array();
        for (const auto& record : *page) subscribers.push_back(to_json(context::view_of(record)));
        const Json next = page->size() == most ? Json(page->back().imsi.digits()) : Json(nullptr);
        const std::size_t n = page->size();
        finish(v, "done", std::to_string(n) + " subscribers",
               json(200, {{"subscribers", std::move(subscribers)}, {"next", next}}), false);
      });
}

void Api::with_store(const Visit& v, StoreWorker::Work work, std::function<void()> then) {
  const bool asked = parts_.host.with_store(std::move(work), [then = std::move(then), alive = alive_] {
    if (*alive) then();
  });
  if (asked) return;
  auto busy = http_error(503, "too much waits for the store");
  busy.headers["Retry-After"] = "1";
  finish(v, "refused", "too much waits for the store", std::move(busy), false);
}

void Api::show(Visit v, const Imsi& imsi) {
  const HttpAnswer answer = v.answer;
  ask(node::ShowSubscriber{imsi}, answer, [this, v = std::move(v)](node::Administered& a) {
    finish(v, to_string(a.outcome), "", outcome_of(a), false);
  });
}

void Api::add(Visit v, HttpRequest& request) {
  Json document = parse_json(request.body);
  secure_wipe(request.body.data(), request.body.size());
  if (document.is_discarded()) return v.answer(http_error(400, "a JSON document"));
  Mistakes wrong;
  auto record = read_new(document, wrong);
  wipe(document);
  if (!record) return finish(v, "refused", "mistakes in the document", mistakes(wrong), false);
  v.subject = record->imsi.digits();
  if (!note(v, "begun", "", true)) return v.answer(http_error(503, "the audit log cannot be written"));
  const HttpAnswer answer = v.answer;
  ask(node::AddSubscriber{std::move(*record)}, answer, [this, v = std::move(v)](node::Administered& a) {
    HttpResponse response = outcome_of(a);
    if (a.outcome == AdminOutcome::done) {
      response.status = 201;
      response.headers["Location"] = std::string(one_subscriber) + v.subject;
    }
    finish(v, to_string(a.outcome), "", std::move(response), true);
  });
}

void Api::change(Visit v, const Imsi& imsi, std::shared_ptr<Document> document, int attempt) {
  const HttpAnswer answer = v.answer;
  ask(node::ShowSubscriber{imsi}, answer,
      [this, v = std::move(v), document, imsi, attempt](node::Administered& seen) {
        if (!seen.view) return finish(v, to_string(seen.outcome), "", outcome_of(seen), true);
        Mistakes wrong;
        std::vector<std::string> changed;
        auto asked = read_change(document->json, *seen.view, changed, wrong);
        if (!asked) {
          return finish(v, "refused", "mistakes in the document", mistakes(wrong), true);
        }
        const bool may_retry = !document->json.contains("version") && attempt < change_attempts;
        ask(std::move(*asked), v.answer,
            [this, v, document, imsi, attempt, may_retry, names = joined(changed)](node::Administered& a) {
              if (a.outcome == AdminOutcome::conflict && may_retry)
                return change(v, imsi, document, attempt + 1);
              finish(v, to_string(a.outcome), names, outcome_of(a), true);
            });
      });
}

void Api::remove(Visit v, const Imsi& imsi) {
  if (!note(v, "begun", "", true)) return v.answer(http_error(503, "the audit log cannot be written"));
  const HttpAnswer answer = v.answer;
  ask(node::RemoveSubscriber{imsi}, answer, [this, v = std::move(v)](node::Administered& a) {
    finish(v, to_string(a.outcome), "", outcome_of(a), true);
  });
}

void Api::import(Visit v, HttpRequest& request) {
  const auto format_at = request.query.find("format");
  const auto existing_at = request.query.find("existing");
  const auto format = format_at == request.query.end() ? std::optional(ImportFormat::automatic)
                                                       : import_format(format_at->second);
  const std::string existing = existing_at == request.query.end() ? "refuse" : existing_at->second;
  std::string_view wrong;
  if (!known_query(request, {"format", "existing"}) || !format ||
      (existing != "refuse" && existing != "keep"))
    wrong = "format is that of a file, existing is refuse or keep";
  // Who did not come through a door has no place yet.
  std::shared_ptr<void> place = request.held == nullptr ? place_of_import() : std::move(request.held);
  if (!wrong.empty() || place == nullptr) {
    secure_wipe(request.body.data(), request.body.size());
    return v.answer(wrong.empty() ? http_error(409, another_import) : http_error(400, wrong));
  }
  v.subject = std::to_string(request.body.size()) + " octets";
  if (!note(v, "begun", "", true)) {
    secure_wipe(request.body.data(), request.body.size());
    return v.answer(http_error(503, "the audit log cannot be written"));
  }
  // A file of a million takes seconds to read, and peers do not wait for it: another thread does that. It
  // sees the text and nothing else.
  if (reader_.joinable()) reader_.join();
  auto text = std::make_shared<std::string>(std::move(request.body));
  reader_ = std::thread([this, text, format = *format, keep = existing == "keep", v = std::move(v),
                         alive = alive_, place = std::move(place), &loop = parts_.loop]() mutable {
    ImportOptions options;
    options.format = format;
    options.errors_max = import_errors_max;
    auto read = std::make_shared<Expected<std::vector<context::SubscriberRecord>, InputErrors>>(
        parse_subscribers("file", *text, options));
    secure_wipe(text->data(), text->size());
    text.reset();
    // The place goes with the result: the next import may come when this one is answered.
    loop.post([this, read, keep, v, alive, place = std::move(place)]() mutable {
      if (*alive) imported(v, keep, read, place);
    });
  });
}

void Api::imported(const Visit& v, bool keep, const std::shared_ptr<ReadFile>& read,
                   const std::shared_ptr<void>& place) {
  if (!*read) {
    Json list = Json::array();
    const InputErrors& errors = read->why();
    for (const InputError& e : errors) {
      if (list.size() == import_mistakes_named) break;
      list.push_back({{"line", e.line}, {"field", e.field}, {"expected", e.expected}});
    }
    return finish(v, "refused", std::to_string(errors.size()) + " mistakes",
                  json(422, {{"error", "the file cannot be used; nothing was taken"},
                             {"mistakes", errors.size()},
                             {"lines", std::move(list)}}),
                  true);
  }
  struct Taken {
    std::size_t kept = 0, added = 0;
    std::vector<std::string> named{};
    std::optional<Expected<std::size_t, store::StoreError>> outcome{};
  };
  auto taken = std::make_shared<Taken>();
  with_store(
      v,
      [read, keep, taken](store::Store& store) {
        auto& records = **read;
        const std::vector<Imsi> there = store.subscribers();
        const auto is_there = [&](const context::SubscriberRecord& r) {
          return std::binary_search(there.begin(), there.end(), r.imsi);
        };
        for (const auto& r : records) {
          if (!is_there(r)) continue;
          ++taken->kept;
          if (taken->named.size() < import_mistakes_named) taken->named.push_back(r.imsi.digits());
        }
        if (taken->kept > 0 && !keep) return;
        std::erase_if(records, is_there);
        taken->added = records.size();
        // Whoever else writes to the store may have added one meanwhile, who then has keys and SEQs in use:
        // none of these goes over anything.
        taken->outcome = store::import(store, std::move(records));
      },
      [this, v, taken, place] {
        if (!taken->outcome)
          return finish(v, "exists", std::to_string(taken->kept) + " are there already",
                        json(409, {{"error", "some are there already; nothing was taken"},
                                   {"count", taken->kept},
                                   {"imsis", taken->named}}),
                        true);
        const auto& outcome = *taken->outcome;
        if (!outcome && outcome.why().fault == store::StoreFault::conflict)
          return finish(v, "conflict", outcome.why().what, http_error(409, outcome.why().what), true);
        if (!outcome)
          return finish(v, "not_stored", outcome.why().what, http_error(503, outcome.why().what), true);
        finish(v, "done", std::to_string(taken->added) + " added, " + std::to_string(taken->kept) + " kept",
               json(200, {{"added", taken->added}, {"kept", taken->kept}}), true);
      });
}

void Api::audit(const Visit& v, const HttpRequest& request) {
  const auto after = number(request, "after", 0, 0, ~std::uint64_t{0});
  const auto limit = number(request, "limit", page_default, 1, audit_page_max);
  if (!after || !limit || !known_query(request, {"after", "limit"}))
    return v.answer(
        http_error(400, "after is a number, limit one from 1 to " + std::to_string(audit_page_max)));
  const auto lines = parts_.audit.page(*after, static_cast<std::size_t>(*limit));
  // The entries are JSON as they stand in the file.
  std::string body = "{\"entries\":[";
  for (std::size_t i = 0; i < lines.size(); ++i) body += (i == 0 ? "" : ",") + lines[i];
  const std::uint64_t last = *after + lines.size();
  body +=
      "],\"next\":" + (last < parts_.audit.entries() ? std::to_string(last) : std::string("null")) + "}\n";
  finish(v, "done", std::to_string(lines.size()) + " entries", {200, std::move(body)}, false);
}

}  // namespace baton::runtime::admin
