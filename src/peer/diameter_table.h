// diameter_table.h: the peer state machine of RFC 6733, 5.6 as a table.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace baton::peer::diameter {

/// I is the connection this node opened, R the one the peer opened.
enum class State : Byte {
  closed,
  wait_conn_ack,        ///< asked for a connection, no answer yet
  wait_i_cea,           ///< CER sent on I
  wait_conn_ack_elect,  ///< as wait_conn_ack, and the peer's CER is in on R
  wait_returns,         ///< both CERs are under way; the election has been held
  r_open,
  i_open,
  closing,  ///< DPR sent
};
std::string_view to_string(State s);

enum class On : Byte {
  start,           ///< connect now (configuration or Tc)
  i_rcv_conn_ack,  ///< I is connected
  i_rcv_conn_nack,
  timeout,        ///< CEA or DPA did not come, or the watchdog gave up
  r_conn_cer,     ///< an acceptable CER came in on a connection the peer opened
  i_rcv_cea,      ///< with success
  i_rcv_non_cea,  ///< anything else where a CEA is due, or one that refuses
  i_peer_disc,    ///< I went down
  r_peer_disc,    ///< R went down
  i_rcv_dpr,
  r_rcv_dpr,
  rcv_dpa,
  win_election,  ///< this node's identity is the greater one: R stays
  stop,          ///< this node wants to end
};
std::string_view to_string(On on);

enum class Do : Byte {
  nothing,
  i_snd_conn_req,
  i_snd_cer,
  r_accept,  ///< take the peer's connection as R
  r_reject,  ///< close the connection the CER came on
  r_snd_cea,
  elect,  ///< compare identities; may raise win_election
  i_disc,
  r_disc,
  i_snd_dpr,
  r_snd_dpr,
  i_snd_dpa,
  r_snd_dpa,
  error,  ///< both connections closed, reconnect after Tc
};

struct Row {
  State at;
  On on;
  std::array<Do, 3> what;  ///< in this order; the rest is `nothing`
  State to;
};

//= RFC 6733, 5.6
// Departures, each on purpose: DPR is answered and the connection closed at once instead of waiting for
// the peer to close it; an election lost or won leaves the same single connection as the RFC's table.
inline constexpr std::array rows{
    Row{State::closed, On::start, {Do::i_snd_conn_req}, State::wait_conn_ack},
    Row{State::closed, On::r_conn_cer, {Do::r_accept, Do::r_snd_cea}, State::r_open},

    Row{State::wait_conn_ack, On::i_rcv_conn_ack, {Do::i_snd_cer}, State::wait_i_cea},
    Row{State::wait_conn_ack, On::i_rcv_conn_nack, {Do::error}, State::closed},
    Row{State::wait_conn_ack, On::r_conn_cer, {Do::r_accept}, State::wait_conn_ack_elect},
    Row{State::wait_conn_ack, On::timeout, {Do::error}, State::closed},
    Row{State::wait_conn_ack, On::stop, {Do::i_disc}, State::closed},

    Row{State::wait_i_cea, On::i_rcv_cea, {}, State::i_open},
    Row{State::wait_i_cea, On::r_conn_cer, {Do::r_accept, Do::elect}, State::wait_returns},
    Row{State::wait_i_cea, On::i_peer_disc, {Do::error}, State::closed},
    Row{State::wait_i_cea, On::i_rcv_non_cea, {Do::error}, State::closed},
    Row{State::wait_i_cea, On::timeout, {Do::error}, State::closed},
    Row{State::wait_i_cea, On::stop, {Do::i_disc}, State::closed},

    Row{State::wait_conn_ack_elect, On::i_rcv_conn_ack, {Do::i_snd_cer, Do::elect}, State::wait_returns},
    Row{State::wait_conn_ack_elect, On::i_rcv_conn_nack, {Do::r_snd_cea}, State::r_open},
    Row{State::wait_conn_ack_elect, On::r_peer_disc, {Do::r_disc}, State::wait_conn_ack},
    Row{State::wait_conn_ack_elect, On::r_conn_cer, {Do::r_reject}, State::wait_conn_ack_elect},
    Row{State::wait_conn_ack_elect, On::timeout, {Do::error}, State::closed},
    Row{State::wait_conn_ack_elect, On::stop, {Do::i_disc, Do::r_disc}, State::closed},

    Row{State::wait_returns, On::win_election, {Do::i_disc, Do::r_snd_cea}, State::r_open},
    Row{State::wait_returns, On::i_peer_disc, {Do::i_disc, Do::r_snd_cea}, State::r_open},
    Row{State::wait_returns, On::i_rcv_cea, {Do::r_disc}, State::i_open},
    Row{State::wait_returns, On::i_rcv_non_cea, {Do::i_disc, Do::r_snd_cea}, State::r_open},
    Row{State::wait_returns, On::r_peer_disc, {Do::r_disc}, State::wait_i_cea},
    Row{State::wait_returns, On::r_conn_cer, {Do::r_reject}, State::wait_returns},
    Row{State::wait_returns, On::timeout, {Do::error}, State::closed},
    Row{State::wait_returns, On::stop, {Do::i_disc, Do::r_disc}, State::closed},

    Row{State::r_open, On::r_rcv_dpr, {Do::r_snd_dpa, Do::r_disc}, State::closed},
    Row{State::r_open, On::r_peer_disc, {Do::r_disc}, State::closed},
    Row{State::r_open, On::r_conn_cer, {Do::r_reject}, State::r_open},
    Row{State::r_open, On::timeout, {Do::error}, State::closed},
    Row{State::r_open, On::stop, {Do::r_snd_dpr}, State::closing},

    Row{State::i_open, On::i_rcv_dpr, {Do::i_snd_dpa, Do::i_disc}, State::closed},
    Row{State::i_open, On::i_peer_disc, {Do::i_disc}, State::closed},
    Row{State::i_open, On::r_conn_cer, {Do::r_reject}, State::i_open},
    Row{State::i_open, On::timeout, {Do::error}, State::closed},
    Row{State::i_open, On::stop, {Do::i_snd_dpr}, State::closing},

    Row{State::closing, On::rcv_dpa, {Do::error}, State::closed},
    Row{State::closing, On::i_peer_disc, {Do::error}, State::closed},
    Row{State::closing, On::r_peer_disc, {Do::error}, State::closed},
    Row{State::closing, On::i_rcv_dpr, {Do::i_snd_dpa, Do::error}, State::closed},
    Row{State::closing, On::r_rcv_dpr, {Do::r_snd_dpa, Do::error}, State::closed},
    Row{State::closing, On::r_conn_cer, {Do::r_reject}, State::closing},
    Row{State::closing, On::timeout, {Do::error}, State::closed},
};

/// row_for is the row of a state and an event, or null where the event means nothing.
constexpr const Row* row_for(State at, On on) {
  for (const Row& r : rows)
    if (r.at == at && r.on == on) return &r;
  return nullptr;
}

/// dot draws the table for Graphviz.
std::string dot();

}  // namespace baton::peer::diameter
