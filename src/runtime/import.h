// import.h: subscribers from the files that SIM vendors and other cores write.
//
// Two formats are told apart by their first line that is not a comment:
//
//   srsEPC   Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,IP_alloc      ten columns, no header
//   plain    imsi,k,opc,amf,sqn[,apn][,qci][,msisdn]                     a header names the columns;
//                                                                        `op` may stand for `opc`
//
// Keys, OP, OPc, AMF and SQN are hexadecimal. Lines that begin with # and empty lines are skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "context/subscriber.h"
#include "runtime/input_error.h"

namespace baton::runtime {

/// The longest line: ten fields of the longest allowed lengths and a comment's worth of room.
inline constexpr std::size_t import_line_max = 1024;
/// One file, one HSS: the records stay in memory until they are stored, some 500 octets each.
inline constexpr std::size_t import_subscribers_max = 1'000'000;
/// What that many of the longest lines seen in practice take, with room to spare.
inline constexpr std::size_t import_file_max = std::size_t{256} << 20U;

/// parse_subscribers reads a whole file or nothing: one mistake and no record is returned, only where
/// the mistakes are. The same IMSI twice is a mistake. `file` is the name for messages.
Expected<std::vector<context::SubscriberRecord>, InputErrors> parse_subscribers(std::string_view file,
                                                                                std::string_view text);

/// load_subscribers reads the file at `path` and wipes the memory its text was in.
Expected<std::vector<context::SubscriberRecord>, InputErrors> load_subscribers(const std::string& path);

}  // namespace baton::runtime
