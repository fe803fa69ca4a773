// row.h: a subscriber's record as a row of a table, the same for every database.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "context/sealed.h"
#include "store/store.h"
#include "vault/keyring.h"

namespace baton::store {

/// Keys are what a store seals with and opens with.
struct Keys {
  vault::Keyring ring;
  /// The key file's octets as databases up to version 3 used them: AES-SIV, without data keys. Rows of that
  /// kind are read and never written.
  std::optional<context::StoreKey> earlier;
};

using Value = std::variant<std::monostate, std::int64_t, std::string, ByteVector>;

enum class Kind : Byte { number, text, octets };
struct Column {
  std::string_view name;
  Kind kind;
};

/// What a row has beside its IMSI; schema.h says what each is. `version` and `data_key` stand last.
inline constexpr std::array columns{Column{"k_sealed", Kind::octets},
                                    Column{"opc_sealed", Kind::octets},
                                    Column{"amf", Kind::octets},
                                    Column{"seq_reserved", Kind::number},
                                    Column{"ind_bits", Kind::number},
                                    Column{"apn", Kind::text},
                                    Column{"qci", Kind::number},
                                    Column{"ambr_up_bps", Kind::number},
                                    Column{"ambr_down_bps", Kind::number},
                                    Column{"msisdn", Kind::text},
                                    Column{"mme_host", Kind::text},
                                    Column{"mme_realm", Kind::text},
                                    Column{"purged", Kind::number},
                                    Column{"kasme_sealed", Kind::octets},
                                    Column{"algorithm", Kind::number},
                                    Column{"tuak_res", Kind::number},
                                    Column{"tuak_iterations", Kind::number},
                                    Column{"sqn_scheme", Kind::number},
                                    Column{"seq_offset", Kind::number},
                                    Column{"resyncs", Kind::number},
                                    Column{"subscription", Kind::octets},
                                    Column{"mme_plmn", Kind::octets},
                                    Column{"sgsn_host", Kind::text},
                                    Column{"sgsn_realm", Kind::text},
                                    Column{"sgsn_plmn", Kind::octets},
                                    Column{"sgsn_purged", Kind::number},
                                    Column{"imei", Kind::text},
                                    Column{"software_version", Kind::text},
                                    Column{"data_key", Kind::number},
                                    Column{"version", Kind::number}};
inline constexpr std::size_t data_key_column = columns.size() - 2;
inline constexpr std::size_t version_column = columns.size() - 1;
using Row = std::array<Value, columns.size()>;

/// row_of seals the secrets of a record under the newest data key. The version is the record's, or 1.
Row row_of(const vault::Keyring& ring, const context::SubscriberRecord& record);
/// record_of is the inverse. StoreFault::wrong_key when the data key is not here, corrupt when the row was
/// changed, is another subscriber's, or makes no sense.
Expected<context::SubscriberRecord, StoreError> record_of(const Keys& keys, const Imsi& imsi, const Row& row);

/// The statements, with `mark` before a parameter's number: `?` for SQLite, `$` for PostgreSQL. The IMSI is
/// parameter 1 and the columns are 2 and so on; `update` has the version that it expects as the last one.
/// They stay within what SQLite, PostgreSQL, CockroachDB and YugabyteDB have in common.
std::string select_sql(char mark);   ///< the columns, in order
std::string page_sql(char mark);     ///< the columns and the IMSI; parameters: the IMSI before, how many
std::string insert_sql(char mark);   ///< does nothing where there is a row
std::string update_sql(char mark);   ///< does nothing where the version is another
std::string upsert_sql(char mark);   ///< over whatever is there, with its version plus one
std::string reserve_sql(char mark);  ///< parameters: IMSI, SEQ, expected version
std::string delete_sql(char mark);   ///< parameters: IMSI, expected version or nothing

}  // namespace baton::store
