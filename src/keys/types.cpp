#include "keys/types.h"

namespace baton {

std::string_view to_string(KeyKind kind) {
  switch (kind) {
    case KeyKind::k: return "K";
    case KeyKind::opc: return "OPc";
    case KeyKind::ck: return "CK";
    case KeyKind::ik: return "IK";
    case KeyKind::kasme: return "K_ASME";
    case KeyKind::kenb: return "K_eNB";
    case KeyKind::nh: return "NH";
    case KeyKind::knas_enc: return "K_NASenc";
    case KeyKind::knas_int: return "K_NASint";
    case KeyKind::krrc_enc: return "K_RRCenc";
    case KeyKind::krrc_int: return "K_RRCint";
    case KeyKind::kup_enc: return "K_UPenc";
    case KeyKind::kup_int: return "K_UPint";
    case KeyKind::ck_mapped: return "CK'";
    case KeyKind::ik_mapped: return "IK'";
    case KeyKind::ck_srvcc: return "CK_SRVCC";
    case KeyKind::ik_srvcc: return "IK_SRVCC";
    case KeyKind::s_kenb: return "S-K_eNB";
    case KeyKind::kenb_star: return "K_eNB*";
    case KeyKind::kho: return "K_HO";
    case KeyKind::kupe: return "K_UPE";
    case KeyKind::kn3: return "K_N3";
  }
  return "?";
}

}  // namespace baton
