// schema.h: the database's tables by version. A version once released is never changed; the next one is
// added below it.
#pragma once

#include <array>
#include <string_view>

namespace baton::store {

inline constexpr std::string_view schema_0001 = R"sql(
CREATE TABLE store (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  key_check     BLOB NOT NULL            -- a known text sealed under the store key: tells a wrong key file
);
CREATE TABLE subscriber (
  imsi          TEXT PRIMARY KEY,        -- TS 23.003, 2.2
  k_sealed      BLOB NOT NULL,           -- K, TS 33.102, 6.3.2; sealed, bound to this row
  opc_sealed    BLOB NOT NULL,           -- OPc, TS 35.206, 4.1; sealed, bound to this row
  amf           BLOB NOT NULL CHECK (length(amf) = 2),                  -- TS 33.102, 6.3.2
  seq_reserved  INTEGER NOT NULL CHECK (seq_reserved >= 0),             -- TS 33.102, annex C; durable before use
  ind_bits      INTEGER NOT NULL CHECK (ind_bits BETWEEN 0 AND 8),      -- TS 33.102, C.1.1.1
  apn           TEXT NOT NULL,           -- TS 29.272, 7.3.35
  qci           INTEGER NOT NULL,        -- TS 29.272, 7.3.37
  ambr_up_bps   INTEGER NOT NULL,        -- TS 29.272, 7.3.41
  ambr_down_bps INTEGER NOT NULL,
  msisdn        TEXT NOT NULL,           -- TS 23.003, 3.3; may be empty
  mme_host      TEXT,                    -- TS 23.008, 2.4; the registered MME
  mme_realm     TEXT,
  purged        INTEGER NOT NULL CHECK (purged IN (0, 1))               -- TS 23.008, 2.7.6
) WITHOUT ROWID;
)sql";

// A blob and not tables of its own: it is sealed as a whole, so that neither a key nor a generation can be
// put back to an older one without the rest of the row.
inline constexpr std::string_view schema_0002 = R"sql(
ALTER TABLE subscriber ADD COLUMN kasme_sealed BLOB;  -- KASMEs in use and delivered, context/kasme_memory.h; sealed, bound to this row
)sql";

// What S6a needs beyond the first two. The lists of a subscription (APNs, networks) are octets of one column:
// they are read and written together and nobody searches them. Where it is absent, a row of an older version,
// the columns apn to msisdn say what is subscribed to; they go on showing it.
inline constexpr std::string_view schema_0003 = R"sql(
ALTER TABLE subscriber ADD COLUMN algorithm INTEGER NOT NULL DEFAULT 0 CHECK (algorithm BETWEEN 0 AND 2);  -- AkaAlgorithm, keys/aka_secret.h; k_sealed and opc_sealed hold K and TOPc of TUAK
ALTER TABLE subscriber ADD COLUMN tuak_res INTEGER NOT NULL DEFAULT 8;           -- octets of RES, TS 35.231, 5.1
ALTER TABLE subscriber ADD COLUMN tuak_iterations INTEGER NOT NULL DEFAULT 1;    -- of Keccak, TS 35.231, 5.1
ALTER TABLE subscriber ADD COLUMN sqn_scheme INTEGER NOT NULL DEFAULT 0 CHECK (sqn_scheme BETWEEN 0 AND 2);  -- TS 33.102, C.3
ALTER TABLE subscriber ADD COLUMN seq_offset INTEGER NOT NULL DEFAULT 0 CHECK (seq_offset >= 0);  -- DIF, TS 33.102, C.1.1.3
ALTER TABLE subscriber ADD COLUMN resyncs INTEGER NOT NULL DEFAULT 0 CHECK (resyncs >= 0);        -- TS 33.102, 6.3.5; since the last location update
ALTER TABLE subscriber ADD COLUMN subscription BLOB;      -- TS 29.272, 7.3.2; context/subscriber.h
ALTER TABLE subscriber ADD COLUMN mme_plmn BLOB;          -- TS 29.272, 7.3.9; visited network of mme_host
ALTER TABLE subscriber ADD COLUMN sgsn_host TEXT;         -- TS 23.008, 2.4; the registered SGSN
ALTER TABLE subscriber ADD COLUMN sgsn_realm TEXT;
ALTER TABLE subscriber ADD COLUMN sgsn_plmn BLOB;
ALTER TABLE subscriber ADD COLUMN sgsn_purged INTEGER NOT NULL DEFAULT 0 CHECK (sgsn_purged IN (0, 1));  -- TS 23.008, 2.7.6
ALTER TABLE subscriber ADD COLUMN imei TEXT NOT NULL DEFAULT '';               -- TS 29.272, 7.3.4; as told last
ALTER TABLE subscriber ADD COLUMN software_version TEXT NOT NULL DEFAULT '';   -- TS 29.272, 7.3.5
ALTER TABLE subscriber ADD COLUMN version INTEGER NOT NULL DEFAULT 1;          -- how often the row was written
)sql";

// Data keys. Rows of before stay as they are, sealed under the key file itself (data_key 0), until they are
// written again.
inline constexpr std::string_view schema_0004 = R"sql(
ALTER TABLE subscriber ADD COLUMN data_key INTEGER NOT NULL DEFAULT 0;  -- the number under which the secrets are sealed; vault/keyring.h
CREATE TABLE data_key (
  number        INTEGER PRIMARY KEY CHECK (number > 0),  -- the highest seals
  kind          TEXT NOT NULL,           -- of what wraps it: file, passphrase, token
  wrapped       BLOB NOT NULL            -- vault/wrapper.h
);
)sql";
// The HSSs of the store, and how far each may have come with SEQs of the clock: store/members.h.
inline constexpr std::string_view schema_0005 = R"sql(
CREATE TABLE member (
  name          TEXT PRIMARY KEY,        -- Diameter identity, RFC 6733, 4.3.1
  run           INTEGER NOT NULL,        -- of the start that has the place
  first_index   INTEGER NOT NULL,        -- of its range in the SQN, TS 33.102, C.3.4
  indices       INTEGER NOT NULL,
  until_us      INTEGER NOT NULL         -- TS 33.102, C.1.1.3; no SEQ of the clock beyond has left, in us since 1970
) WITHOUT ROWID;
)sql";
/// Databases of an earlier version have no data keys.
inline constexpr std::size_t first_with_data_keys = 4;

/// Element n brings a database of version n to version n + 1.
inline constexpr std::array migrations{schema_0001, schema_0002, schema_0003, schema_0004, schema_0005};

}  // namespace baton::store
