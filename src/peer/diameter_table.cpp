#include "peer/diameter_table.h"

namespace baton::peer::diameter {

std::string_view to_string(State s) {
  switch (s) {
    case State::closed: return "Closed";
    case State::wait_conn_ack: return "Wait-Conn-Ack";
    case State::wait_i_cea: return "Wait-I-CEA";
    case State::wait_conn_ack_elect: return "Wait-Conn-Ack/Elect";
    case State::wait_returns: return "Wait-Returns";
    case State::r_open: return "R-Open";
    case State::i_open: return "I-Open";
    case State::closing: return "Closing";
  }
  return "?";
}

std::string_view to_string(On on) {
  switch (on) {
    case On::start: return "Start";
    case On::i_rcv_conn_ack: return "I-Rcv-Conn-Ack";
    case On::i_rcv_conn_nack: return "I-Rcv-Conn-Nack";
    case On::timeout: return "Timeout";
    case On::r_conn_cer: return "R-Conn-CER";
    case On::i_rcv_cea: return "I-Rcv-CEA";
    case On::i_rcv_non_cea: return "I-Rcv-Non-CEA";
    case On::i_peer_disc: return "I-Peer-Disc";
    case On::r_peer_disc: return "R-Peer-Disc";
    case On::i_rcv_dpr: return "I-Rcv-DPR";
    case On::r_rcv_dpr: return "R-Rcv-DPR";
    case On::rcv_dpa: return "Rcv-DPA";
    case On::win_election: return "Win-Election";
    case On::stop: return "Stop";
  }
  return "?";
}

std::string dot() {
  std::string out = "digraph diameter_peer {\n";
  for (const Row& r : rows) {
    out += "  \"" + std::string(to_string(r.at)) + "\" -> \"" + std::string(to_string(r.to)) +
           "\" [label=\"" + std::string(to_string(r.on)) + "\"]\n";
  }
  return out + "}\n";
}

}  // namespace baton::peer::diameter
