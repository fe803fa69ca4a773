#include "app/hss_load.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "app/load_cards.h"
#include "transport/tcp.h"
#include "wire/diameter/framer.h"
#include "wire/diameter/message.h"
#include "wire/diameter/raw_avp.h"

namespace baton::app {
namespace {

namespace dia = wire::diameter;
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

constexpr std::uint32_t slot_bits = 16;
constexpr std::size_t session_digits = 10;
constexpr std::size_t imsi_digits = 15;
/// How often the window grows, the clock is looked at and what is overdue is given up.
constexpr Duration beat = 10ms;
/// How long the end of a connection may take: DPA and TCP's goodbye.
constexpr Duration parting = 1s;

double process_seconds() {
  rusage r{};
  ::getrusage(RUSAGE_SELF, &r);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(r.ru_utime) + seconds(r.ru_stime);
}

void put_digits(MutableBytes at, std::uint64_t v) {
  for (std::size_t i = at.size(); i > 0; --i, v /= 10) at[i - 1] = static_cast<Byte>('0' + v % 10);
}

std::uint32_t u32_at(Bytes b, std::size_t at) {
  return static_cast<std::uint32_t>(b[at]) << 24U | static_cast<std::uint32_t>(b[at + 1]) << 16U |
         static_cast<std::uint32_t>(b[at + 2]) << 8U | b[at + 3];
}
std::uint32_t code_of(Bytes message) { return u32_at(message, 4) & 0xFF'FFFFU; }

enum class Kind : Byte { air, ulr };

/// Template is a request as it leaves but for the numbers, the session and the subscriber.
struct Template {
  ByteVector octets;
  std::size_t session_at = 0;  ///< of the last digits of the Session-Id
  std::size_t imsi_at = 0;
};

template <class M>
Template make_template(const M& m) {
  Template t{dia::encode(m, {}), 0, 0};
  wire::Reader r(M::name, Bytes(t.octets).subspan(dia::header_octets), dia::header_octets);
  while (!r.empty()) {
    const auto a = dia::next_avp(r);
    if (!a) break;
    if (a->is(dia::avp::session_id)) t.session_at = a->value_offset + a->value.size() - session_digits;
    if (a->is(dia::avp::user_name)) t.imsi_at = a->value_offset;
  }
  return t;
}

/// A request under way.
struct Slot {
  std::uint32_t hop_by_hop = 0;
  std::uint32_t end_to_end = 0;
  std::uint64_t session = 0;
  std::size_t subscriber = 0;
  TimePoint sent{};
  Kind kind = Kind::air;
  bool taken = false;
  bool counted = false;
};

}  // namespace

bool LoadReport::good() const {
  const bool all_succeeded =
      std::all_of(results.begin(), results.end(), [](const auto& r) { return r.first.starts_with("2"); });
  return faults.empty() && answered > 0 && all_succeeded && timed_out == 0 && unasked == 0 &&
         malformed == 0 && rand_repeated == 0 && vector_wrong == 0 && sqn_stale == 0 &&
         (lost == 0 || reconnects > 0);
}

struct HssLoad::Impl {
  class Connection;

  Impl(transport::Loop& l, LoadPlan p) : loop(l), plan(std::move(p)) {}

  transport::Loop& loop;
  LoadPlan plan;
  LoadReport report;
  LoadCards cards;
  std::vector<std::unique_ptr<Connection>> connections;

  std::size_t window_now = 0;  ///< of one connection
  bool steady = false;
  bool sending = true;
  bool failed = false;
  std::map<std::pair<std::uint32_t, bool>, std::uint64_t> results;

  // With a rate: when the next request is due.
  TimePoint begun{};
  std::uint64_t due_sent = 0;

  void fail(std::string why) {
    failed = true;
    report.faults.push_back(std::move(why));
  }
  /// Whether the rate lets another request go now.
  bool due(TimePoint now) const {
    if (!plan.rate) return true;
    const double elapsed = std::chrono::duration<double>(now - begun).count();
    return static_cast<double>(due_sent) < elapsed * *plan.rate;
  }
  std::size_t under_way() const;
  void give_up_overdue(TimePoint now);
  std::uint64_t answered_in_all() const {
    std::uint64_t out = 0;
    for (const auto& r : results) out += r.second;
    return out;
  }
};

class HssLoad::Impl::Connection final : public transport::LinkObserver {
 public:
  Connection(Impl& impl, std::size_t index)
      : impl_(impl), client_(impl.plan.clients[index]), slots_(impl.plan.window) {
    for (std::size_t i = slots_.size(); i > 0; --i) free_.push_back(static_cast<std::uint32_t>(i - 1));
    const std::size_t step = impl.plan.clients.size();
    count_ = (impl.plan.subscribers - index + step - 1) / step;
    first_ = index;
    step_ = step;
    // A stride that meets every subscriber of this part before one comes again, far from its neighbours.
    stride_ = std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(count_) * 0.618), 1);
    while (std::gcd(stride_, count_) != 1) ++stride_;
    session_ = client_.identity.value() + ";" +
               std::to_string(static_cast<std::uint32_t>(std::chrono::system_clock::now().time_since_epoch() /
                                                         std::chrono::seconds(1))) +
               ";";
    make_templates();
  }

  void connect() {
    state_ = State::connecting;
    framer_ = dia::StreamFramer();
    link_ = transport::tcp_connect(impl_.loop, {client_.local.octets, 0},
                                   {impl_.plan.server.address.octets, impl_.plan.server.port}, *this);
  }

  bool open() const { return state_ == State::open; }
  bool closed() const { return state_ == State::closed; }
  std::size_t under_way() const { return slots_.size() - free_.size(); }

  void on_up() override {
    state_ = State::wait_cea;
    dia::CapabilitiesExchangeRequest cer{
        client_.identity, client_.realm, {dia::Address::from(client_.local)}, 0, "Baton load"};
    cer.supported_vendor_ids = {dia::vendor_3gpp};
    cer.auth_application_ids = {dia::app_s6a};
    cer.vendor_specific_application_ids = {{dia::vendor_3gpp, dia::app_s6a, {}}};
    put(dia::encode(cer, {1, 1}));
    flush();
  }

  void on_data(std::uint16_t, Bytes octets) override {
    const TimePoint now = Clock::now();
    for (;;) {
      const auto next = framer_.take(octets);
      if (!next) return broken("the HSS sends what is not Diameter");
      if (!*next) break;
      message(**next, now);
      if (state_ == State::closed) return;
    }
    fill(now);
    flush();
  }

  void on_down(transport::Down why) override {
    const bool wanted = state_ == State::closing;
    state_ = State::closed;
    impl_.loop.post([this] { link_.reset(); });
    forget_all();
    if (wanted || !impl_.sending) return;
    if (impl_.plan.reconnect) {
      again_ = impl_.loop.timer([this] {
        if (!impl_.sending) return;
        ++impl_.report.reconnects;
        connect();
      });
      again_->set(impl_.loop.now() + impl_.plan.reconnect_after);
      return;
    }
    impl_.fail(client_.identity.value() + ": connection " + std::string(transport::to_string(why)));
  }

  /// fill sends what window and rate allow.
  void fill(TimePoint now) {
    while (state_ == State::open && impl_.sending && under_way() < impl_.window_now && impl_.due(now))
      send_one(now);
  }
  void flush() {
    if (out_.empty() || !link_) return;
    const auto sent = link_->send(0, out_);
    out_.clear();
    if (!sent) broken("cannot send: " + sent.why().to_string());
  }

  void give_up_overdue(TimePoint now) {
    for (Slot& s : slots_) {
      if (!s.taken || now - s.sent < impl_.plan.timeout) continue;
      ++impl_.report.timed_out;
      release(s);
    }
  }

  void disconnect() {
    if (again_) again_->stop();
    if (state_ != State::open) {
      if (link_) link_->close();
      state_ = State::closed;
      return;
    }
    state_ = State::closing;
    put(dia::encode(dia::DisconnectPeerRequest{client_.identity, client_.realm,
                                               dia::DisconnectCause::do_not_want_to_talk_to_you},
                    {2, 2}));
    flush();
  }
  void hang_up() {
    if (link_) link_->close();
    link_.reset();
    state_ = State::closed;
  }

 private:
  enum class State : Byte { closed, connecting, wait_cea, open, closing };

  void make_templates() {
    const std::string session = session_ + std::string(session_digits, '0');
    const dia::VendorSpecificApplicationId s6a{dia::vendor_3gpp, dia::app_s6a, {}};
    const Imsi somebody = Imsi::test_value();
    dia::AuthenticationInformationRequest air{.session_id = session,
                                              .vendor_specific_application_id = s6a,
                                              .origin_host = client_.identity,
                                              .origin_realm = client_.realm,
                                              .destination_host = impl_.plan.host,
                                              .destination_realm = impl_.plan.realm,
                                              .user_name = somebody,
                                              .visited_plmn = impl_.plan.plmn};
    air.requested_eutran = dia::RequestedEutranAuthenticationInfo{impl_.plan.vectors, 0, {}};
    air_ = make_template(air);
    dia::UpdateLocationRequest ulr{.session_id = session,
                                   .vendor_specific_application_id = s6a,
                                   .origin_host = client_.identity,
                                   .origin_realm = client_.realm,
                                   .destination_host = impl_.plan.host,
                                   .destination_realm = impl_.plan.realm,
                                   .user_name = somebody,
                                   .ulr_flags = dia::ulr_flag::s6a,
                                   .visited_plmn = impl_.plan.plmn};
    ulr_ = make_template(ulr);
  }

  void send_one(TimePoint now) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Slot& s = slots_[index];
    s.kind = (share_ += impl_.plan.ulr_percent) >= 100 ? Kind::ulr : Kind::air;
    if (s.kind == Kind::ulr) share_ -= 100;
    s.subscriber = first_ + at_ * step_;
    at_ = (at_ + stride_) % count_;
    s.hop_by_hop = ++generation_ << slot_bits | index;
    s.end_to_end = static_cast<std::uint32_t>(serial_ + 1);
    s.session = ++serial_;
    s.taken = true;
    s.counted = impl_.steady;
    s.sent = now;
    const Template& t = s.kind == Kind::air ? air_ : ulr_;
    const std::size_t start = out_.size();
    out_.insert(out_.end(), t.octets.begin(), t.octets.end());
    const MutableBytes m = MutableBytes(out_).subspan(start);
    dia::set_ids(m, {s.hop_by_hop, s.end_to_end}, false);
    put_digits(m.subspan(t.session_at, session_digits), s.session);
    impl_.cards.put_imsi(s.subscriber, m.subspan(t.imsi_at, imsi_digits));
    ++impl_.due_sent;
    if (s.counted) ++impl_.report.sent;
  }

  void put(const ByteVector& octets) { out_.insert(out_.end(), octets.begin(), octets.end()); }

  void release(Slot& s) {
    s.taken = false;
    free_.push_back(static_cast<std::uint32_t>(&s - slots_.data()));
  }
  void forget_all() {
    for (Slot& s : slots_) {
      if (!s.taken) continue;
      ++impl_.report.lost;
      release(s);
    }
    out_.clear();
  }
  void broken(std::string why) {
    impl_.fail(client_.identity.value() + ": " + std::move(why));
    forget_all();
    state_ = State::closed;
    if (link_) link_->close();
    impl_.loop.post([this] { link_.reset(); });
  }

  void message(Bytes m, TimePoint now) {
    const bool request = (m[4] & 0x80U) != 0;
    const std::uint32_t code = code_of(m);
    if (state_ == State::wait_cea) return capabilities(m, now);
    if (u32_at(m, 8) == dia::app_base) return base(m, code, request);
    if (request) return asked(m);
    answer(m, code, now);
  }

  void capabilities(Bytes m, TimePoint now) {
    const auto cea = dia::decode<dia::CapabilitiesExchangeAnswer>(m);
    if (!cea) return broken("no capabilities: " + cea.why().to_string());
    if (cea->result_code != dia::code::success)
      return broken("refused with " + dia::AnswerResult{cea->result_code}.to_string());
    state_ = State::open;
    fill(now);
  }

  void base(Bytes m, std::uint32_t code, bool request) {
    const dia::MessageIds ids{u32_at(m, 12), u32_at(m, 16)};
    if (code == dia::DeviceWatchdogRequest::command.code && request)
      return put(
          dia::encode(dia::DeviceWatchdogAnswer{dia::code::success, client_.identity, client_.realm}, ids));
    if (code == dia::DisconnectPeerRequest::command.code && request) {
      put(dia::encode(dia::DisconnectPeerAnswer{dia::code::success, client_.identity, client_.realm}, ids));
      flush();
      if (impl_.sending && !impl_.plan.reconnect)
        impl_.fail(client_.identity.value() + ": the HSS disconnects");
      return;
    }
    if (code == dia::DisconnectPeerAnswer::command.code && !request && state_ == State::closing) {
      if (link_) link_->close();
      state_ = State::closed;
      impl_.loop.post([this] { link_.reset(); });
    }
  }

  /// What an HSS asks of an MME (Cancel Location, Insert Subscriber Data ...) is granted.
  void asked(Bytes m) {
    const auto h = dia::decode_header(m);
    if (!h) return;
    dia::ErrorAnswer a{{}, client_.identity, client_.realm, dia::code::success};
    a.session_id = std::string(dia::session_of(m));
    a.auth_session_state = dia::AuthSessionState::no_state_maintained;
    put(dia::encode_error_answer(*h, a));
  }

  void answer(Bytes m, std::uint32_t code, TimePoint now) {
    const std::uint32_t hop_by_hop = u32_at(m, 12);
    const std::size_t index = hop_by_hop & ((1U << slot_bits) - 1);
    if (index >= slots_.size() || !slots_[index].taken || slots_[index].hop_by_hop != hop_by_hop) {
      ++impl_.report.unasked;
      return;
    }
    Slot& s = slots_[index];
    const std::uint32_t wanted = s.kind == Kind::air ? dia::AuthenticationInformationRequest::command.code
                                                     : dia::UpdateLocationRequest::command.code;
    const std::string_view session = dia::session_of(m);
    std::array<Byte, session_digits> digits;
    put_digits(digits, s.session);
    const bool same_session = session.size() == session_.size() + session_digits &&
                              session.starts_with(session_) &&
                              std::equal(digits.begin(), digits.end(), session.end() - session_digits,
                                         [](Byte a, char b) { return a == static_cast<Byte>(b); });
    if (code != wanted || u32_at(m, 16) != s.end_to_end || !same_session) {
      ++impl_.report.malformed;
      return;
    }
    if (s.counted)
      (s.kind == Kind::air ? impl_.report.air : impl_.report.ulr)
          .record(static_cast<std::uint64_t>(std::chrono::nanoseconds(now - s.sent).count()));
    if (impl_.steady) ++impl_.report.answered;
    const auto result = dia::result_of(m);
    if (!result) {
      ++impl_.report.malformed;
    } else {
      ++impl_.results[{result->code, result->experimental}];
      if (result->success() && s.kind == Kind::air)
        impl_.cards.look(s.subscriber, m, impl_.plan.plmn, impl_.plan.vectors, impl_.report);
      if (result->success() && s.kind == Kind::ulr && !LoadCards::has_subscription(m))
        ++impl_.report.malformed;
    }
    release(s);
  }

  Impl& impl_;
  LoadPlan::Client client_;
  State state_ = State::closed;
  std::unique_ptr<transport::Link> link_;
  std::unique_ptr<transport::Timer> again_;
  dia::StreamFramer framer_;
  ByteVector out_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::string session_;
  Template air_, ulr_;
  std::size_t first_ = 0, step_ = 1, count_ = 1, stride_ = 1, at_ = 0;
  std::uint32_t generation_ = 0;
  std::uint64_t serial_ = 0;
  unsigned share_ = 0;
};

std::size_t HssLoad::Impl::under_way() const {
  std::size_t out = 0;
  for (const auto& c : connections) out += c->under_way();
  return out;
}
void HssLoad::Impl::give_up_overdue(TimePoint now) {
  for (const auto& c : connections) c->give_up_overdue(now);
}

HssLoad::HssLoad(transport::Loop& loop, LoadPlan plan)
    : impl_(std::make_unique<Impl>(loop, std::move(plan))) {}
HssLoad::~HssLoad() = default;

std::optional<std::string> HssLoad::check(const LoadPlan& p) {
  if (p.clients.empty() || p.clients.size() > load_clients_max)
    return "there are 1 to " + std::to_string(load_clients_max) + " connections";
  if (p.window < p.clients.size() || p.window > load_window_max)
    return "the window is at least the number of connections and at most " + std::to_string(load_window_max);
  const std::size_t subscribers = p.cards.empty() ? p.subscribers : p.cards.size();
  if (subscribers < p.clients.size() || subscribers > load_subscribers_max)
    return "there are at least as many subscribers as connections and at most " +
           std::to_string(load_subscribers_max);
  if (p.cards.empty() && p.first_imsi + subscribers > 1'000'000'000'000'000)
    return "an IMSI has at most fifteen digits";
  for (const auto& c : p.cards)
    if (c.imsi.digits().size() != imsi_digits) return "every IMSI has fifteen digits: " + c.imsi.digits();
  for (const auto& c : p.cards)
    if (algorithm_of(c.secret) != AkaAlgorithm::milenage)
      return "the cards speak MILENAGE: not that of " + c.imsi.digits();
  if (p.ulr_percent > 100) return "the share of ULR is 0 to 100 per cent";
  if (p.vectors < 1 || p.vectors > dia::vectors_max)
    return "an AIR asks for 1 to " + std::to_string(dia::vectors_max) + " vectors";
  if (p.rate && *p.rate <= 0) return "a rate is more than 0";
  return std::nullopt;
}

LoadReport HssLoad::run(const std::function<void(std::uint64_t)>& on_second) {
  Impl& in = *impl_;
  in.cards = LoadCards(in.plan.cards, in.plan.first_imsi, in.plan.subscribers);
  in.plan.subscribers = in.cards.size();
  in.report.cards_checked = in.cards.known();
  const std::size_t lines = in.plan.clients.size();
  for (std::size_t i = 0; i < lines; ++i) {
    in.connections.push_back(std::make_unique<Impl::Connection>(in, i));
    in.connections.back()->connect();
  }
  const auto each_open = [&] {
    return in.failed ||
           std::all_of(in.connections.begin(), in.connections.end(), [](const auto& c) { return c->open(); });
  };
  if (!in.loop.run_until(each_open, in.plan.timeout)) in.fail("the HSS does not answer");

  // Connections are there; the window is still 0, so nothing was sent yet.
  const TimePoint start = Clock::now();
  in.begun = start;
  const std::size_t full = in.plan.window / lines;
  TimePoint steady_from{};
  double cpu_before = 0;
  TimePoint last_second = start;
  std::uint64_t last_answered = 0;
  const auto steps = [&](TimePoint now) {
    const auto elapsed = now - start;
    if (!in.steady && elapsed >= in.plan.ramp) {
      in.steady = true;
      steady_from = now;
      cpu_before = process_seconds();
      in.window_now = full;
    } else if (!in.steady) {
      const double part =
          std::chrono::duration<double>(elapsed) / std::chrono::duration<double>(in.plan.ramp);
      in.window_now = std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(full) * part), 1);
    }
    if (now - last_second >= std::chrono::seconds(1)) {
      in.give_up_overdue(now);
      const std::uint64_t answered = in.answered_in_all();
      if (on_second) on_second(answered - last_answered);
      last_answered = answered;
      last_second = now;
    }
    for (const auto& c : in.connections) {
      c->fill(now);
      c->flush();
    }
  };
  // The window is looked at every beat; with a rate, so is what is due.
  std::unique_ptr<transport::Timer> beats;
  beats = in.loop.timer([&] {
    steps(Clock::now());
    beats->set(in.loop.now() + (in.plan.rate ? Duration(1ms) : beat));
  });
  if (!in.failed) {
    steps(start);
    beats->set(in.loop.now() + beat);
    const auto over = [&] {
      return in.failed || (in.steady && Clock::now() - steady_from >= in.plan.steady);
    };
    // The clock is asked at every beat, not after every handler.
    while (!over()) in.loop.run_for(beat);
  }
  beats->stop();
  if (in.steady) {
    in.report.seconds = std::chrono::duration<double>(Clock::now() - steady_from).count();
    in.report.cpu_seconds = process_seconds() - cpu_before;
  }
  in.steady = false;
  in.sending = false;
  in.loop.run_until([&] { return in.failed || in.under_way() == 0; }, in.plan.timeout);
  in.report.timed_out += in.failed ? 0 : in.under_way();
  for (const auto& c : in.connections) c->disconnect();
  in.loop.run_until(
      [&] {
        return std::all_of(in.connections.begin(), in.connections.end(),
                           [](const auto& c) { return c->closed(); });
      },
      parting);
  for (const auto& c : in.connections) c->hang_up();
  in.loop.run_for(Duration(1ms));  // what was posted
  for (const auto& [result, count] : in.results)
    in.report.results[dia::AnswerResult{result.first, result.second, dia::vendor_3gpp}.to_string()] += count;
  return std::move(in.report);
}

}  // namespace baton::app
