// csv.cpp: the plain format, whose header names its columns, and srsEPC's user database.
#include <algorithm>
#include <set>

#include "runtime/importers/collector.h"

namespace baton::runtime::importers {
namespace {

constexpr Names srsepc_names{"IMSI", "Key", "OP/OPc", "OP/OPc", "AMF", "SQN", "", "QCI", ""};
constexpr Names plain_names{"imsi", "k", "op", "opc", "amf", "sqn", "apn", "qci", "msisdn"};
constexpr std::size_t srsepc_columns = 10;

std::string_view Fields::*known_column(std::string_view name) {
  if (name == "imsi") return &Fields::imsi;
  if (name == "k") return &Fields::k;
  if (name == "op") return &Fields::op;
  if (name == "opc") return &Fields::opc;
  if (name == "amf") return &Fields::amf;
  if (name == "sqn") return &Fields::sqn;
  if (name == "sqn_scheme") return &Fields::sqn_scheme;
  if (name == "ind_bits") return &Fields::ind_bits;
  if (name == "apn") return &Fields::apn;
  if (name == "qci") return &Fields::qci;
  if (name == "msisdn") return &Fields::msisdn;
  if (name == "ambr_up_bps") return &Fields::ambr_up;
  if (name == "ambr_down_bps") return &Fields::ambr_down;
  return nullptr;
}

bool quoted(Collector& out, std::size_t line, std::string_view text) {
  if (text.find('"') == std::string_view::npos) return false;
  out.bad(line, "", "fields without quotation marks");
  return true;
}

/// The names of the columns; empty when they cannot be used.
std::vector<std::string> read_header(Collector& out, std::size_t line, std::string_view text) {
  const std::size_t before = out.errors();
  std::vector<std::string> columns;
  std::set<std::string> seen;
  for (const std::string_view field : split(text, ',')) {
    const std::string name = lower(field);
    if (known_column(name) == nullptr)
      out.bad(
          line, "",
          "columns out of imsi, k, op, opc, amf, sqn, sqn_scheme, ind_bits, apn, qci, msisdn, ambr_up_bps, "
          "ambr_down_bps");
    else if (!seen.insert(name).second)
      out.bad(line, name, "each column once");
    columns.push_back(name);
  }
  for (const char* needed : {"imsi", "k", "amf", "sqn"})
    if (seen.count(needed) == 0) out.bad(line, needed, "this column in the header");
  if (seen.count("op") + seen.count("opc") != 1)
    out.bad(line, "opc", "either an opc or an op column in the header");
  if (out.errors() != before) columns.clear();
  return columns;
}

}  // namespace

void read_plain(Collector& out, std::string_view text) {
  std::vector<std::string> columns;
  bool unreadable = false;
  bool rows = false;
  for_each_line(out, text, [&](std::size_t line, std::string_view row) {
    if (unreadable || quoted(out, line, row)) return;
    if (columns.empty()) {
      columns = read_header(out, line, row);
      unreadable = columns.empty();
      return;
    }
    rows = true;
    const auto found = split(row, ',');
    if (found.size() != columns.size())
      return out.bad(line, "",
                     std::to_string(columns.size()) + " columns as in the header, found " +
                         std::to_string(found.size()));
    Fields fields;
    for (std::size_t i = 0; i < columns.size(); ++i) fields.*known_column(columns[i]) = found[i];
    out.add(line, fields, plain_names);
  });
  if (!rows && out.errors() == 0) out.bad(0, "", "at least one subscriber below the header");
}

void read_srsepc(Collector& out, std::string_view text) {
  for_each_line(out, text, [&](std::size_t line, std::string_view row) {
    if (quoted(out, line, row)) return;
    const auto f = split(row, ',');
    if (f.size() != srsepc_columns)
      return out.bad(line, "",
                     std::to_string(srsepc_columns) +
                         " columns (Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,"
                         "IP_alloc), found " +
                         std::to_string(f.size()));
    if (lower(f[1]) != "mil") out.bad(line, "Auth", "mil; XOR and other algorithms are not served");
    const std::string op_type = lower(f[4]);
    if (op_type != "op" && op_type != "opc") return out.bad(line, "OP_Type", "op or opc");
    if (lower(f[9]) != "dynamic") out.bad(line, "IP_alloc", "dynamic; fixed addresses are not served");
    Fields fields{.imsi = f[2], .k = f[3], .amf = f[6], .sqn = f[7], .qci = f[8]};
    (op_type == "op" ? fields.op : fields.opc) = f[5];
    out.add(line, fields, srsepc_names);
  });
}

}  // namespace baton::runtime::importers
