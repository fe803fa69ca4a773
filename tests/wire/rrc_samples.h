// rrc_samples.h: one value of every message of the radio stand-in with everything in it.
#pragma once

#include <vector>

#include "wire/private_limits.h"
#include "wire/rrc/messages.h"

namespace baton::wire::rrc {

inline std::vector<Message> samples() {
  const auto plmn = PlmnId::test_value();
  const STmsi s_tmsi{MmeCode{1}, MTmsi{0xC0000001}};
  const ByteVector nas{0x07, 0x41, 0x71};
  return {Camp{s_tmsi},
          CellInformation{plmn, Tac{7}, Ecgi{plmn, Ecgi::max}, 503, 0xFFFFFFFF,
                          MacroEnbId{plmn, MacroEnbId::max}},
          Paging{{s_tmsi, {MmeCode{255}, MTmsi{0}}}},
          ConnectionRequest{RandomValue{RandomValue::max}, EstablishmentCause::mo_data},
          ConnectionSetup{s_tmsi, CRnti{0xFFF3}},
          ConnectionReject{RandomValue{0}, ConnectionReject::wait_max},
          ReestablishmentRequest{CRnti{0x1234}, 503, 0xBEEF},
          Reestablishment{CRnti{0x1234}, CRnti{0x1235}, Ncc{Ncc::max}},
          ReestablishmentReject{CRnti{0x1234}},
          ConnectionSetupComplete{plmn, Gummei{plmn, MmeGroupId{0x8001}, MmeCode{1}}, nas},
          DlInformationTransfer{nas},
          UlInformationTransfer{nas},
          SecurityModeCommand{{2, 2}},
          SecurityModeComplete{},
          SecurityModeFailure{},
          Reconfiguration{
              3,
              {nas, nas},
              {{5, 1}, {15, 32}},
              MobilityControl{503, 0xFFFFFFFF, CRnti{61}, true, 7, AsAlgorithms{3, 3},
                              KeyRefresh{true, true, true}, ByteVector(handover_container_octets_max, 0xC5)}},
          ReconfigurationComplete{3},
          ConnectionRelease{ReleaseCause::other},
          MeasurementReport{503, 0xFFFFFFFF},
          ReestablishmentComplete{},
          HandoverPreparation{{{{127, 0, 3, 1}}, 4997}, CRnti{0x1234}, 17, {2, 2}, {{5, 1}, {15, 32}}}};
}

}  // namespace baton::wire::rrc
