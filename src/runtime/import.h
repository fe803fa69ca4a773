// import.h: subscribers from the files that SIM vendors and other cores write.
//
//   plain    imsi,k,opc,amf,sqn[,apn][,qci][,msisdn]                     a header names the columns (also
//   ambr_up_bps, ambr_down_bps);
//                                                                        `op` may stand for `opc`
//   srsepc   Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,IP_alloc      ten columns, no header
//   open5gs  the documents of Open5GS's collection `subscribers` as mongoexport writes them, one a line or
//            as an array
//   dbctl    lines of open5gs-dbctl: add, add_ue_with_apn, add_ue_with_slice, ambr_speed
//   pyhss    what PyHSS's API lists of auc, apn and subscriber, one list after the other
//   sim      a SIM vendor's output file: `Var_Out: IMSI/Ki/OPc/...` and a row for each card; eKi and eOPc
//            are decrypted under a transport key
//
// Told apart by what they begin with. Keys, OP, OPc, AMF and SQN are hexadecimal (Open5GS and PyHSS: SQN is
// decimal). Lines that begin with # and empty lines are skipped.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"
#include "context/subscriber.h"
#include "runtime/input_error.h"

namespace baton::runtime {

/// The longest line: ten fields of the longest allowed lengths and a comment's worth of room.
inline constexpr std::size_t import_line_max = 1024;
/// The longest JSON document: a subscription with some fifty sessions.
inline constexpr std::size_t import_document_max = 64 * 1024;
/// One file, one HSS: the records stay in memory until they are stored, some 500 octets each.
inline constexpr std::size_t import_subscribers_max = 1'000'000;
/// What that many of the longest lines seen in practice take, with room to spare.
inline constexpr std::size_t import_file_max = std::size_t{1} << 30U;
/// Where every mistake is wanted: a file of another kind has one in each line, and nobody reads more.
inline constexpr std::size_t import_errors_max = 100'000;
/// Lines or documents between two reports of progress.
inline constexpr std::size_t import_report_every = 1'000;

enum class ImportFormat : Byte { automatic, plain, srsepc, open5gs, dbctl, pyhss, sim };
std::string_view to_string(ImportFormat format);
std::optional<ImportFormat> import_format(std::string_view name);

struct ImportOptions {
  ImportFormat format = ImportFormat::automatic;
  std::size_t errors_max = input_errors_max;
  /// Decrypts 16 octets of a SIM vendor's file in place, under the transport key that the file names.
  std::function<void(MutableBytes key)> decrypt{};
  /// When a subscriber whose SEQs follow the clock has the SEQ that the file says; absent: now.
  std::optional<Instant> now{};
  /// Octets that have been read, of all.
  std::function<void(std::size_t done, std::size_t all)> progress{};
};

/// parse_subscribers reads a whole file or nothing: one mistake and no record is returned, only where
/// the mistakes are. The same IMSI twice is a mistake. `file` is the name for messages.
Expected<std::vector<context::SubscriberRecord>, InputErrors> parse_subscribers(
    std::string_view file, std::string_view text, const ImportOptions& options = {});

/// load_subscribers reads the file at `path` and wipes the memory its text was in.
Expected<std::vector<context::SubscriberRecord>, InputErrors> load_subscribers(
    const std::string& path, const ImportOptions& options = {});

}  // namespace baton::runtime
