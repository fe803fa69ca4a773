// avp.h: the AVPs Baton knows: code, vendor, type, M bit, name. One line each; the tables of the
// commands, the printer and the captures' key cover all read these lines.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "wire/diameter/header.h"

namespace baton::wire::diameter {

/// Data formats of RFC 6733, 4.2 to 4.4, as far as S6a uses them. `tbcd` and `plmn` are OctetStrings whose
/// inside is known.
enum class AvpType : Byte {
  octets,
  u32,
  u64,
  text,
  identity,
  enumerated,
  address,
  grouped,
  tbcd,
  plmn,
};

/// AvpDef is one kind of AVP. `secret` marks octets that hold key material: captures zero them and the
/// printer shows their length only.
struct AvpDef {
  std::uint32_t code;
  std::uint32_t vendor;
  AvpType type;
  bool mandatory;  ///< the M bit Baton sets; what arrives is accepted with or without it
  std::string_view name;
  bool secret = false;
};

/// find_avp is the definition of an AVP, or null for one that Baton does not know.
const AvpDef* find_avp(std::uint32_t code, std::uint32_t vendor);
/// All definitions, ordered by vendor and code.
std::span<const AvpDef* const> all_avps();

namespace avp {

using T = AvpType;
inline constexpr bool must = true, may = false, secret = true;
inline constexpr std::uint32_t ietf = vendor_ietf, tgpp = vendor_3gpp, own = vendor_private;

// clang-format off
//= RFC 6733, 4.5
inline constexpr AvpDef user_name                     {1,    ietf, T::text,       must, "User-Name"};
inline constexpr AvpDef proxy_state                   {33,   ietf, T::octets,     must, "Proxy-State"};
inline constexpr AvpDef host_ip_address               {257,  ietf, T::address,    must, "Host-IP-Address"};
inline constexpr AvpDef auth_application_id           {258,  ietf, T::u32,        must, "Auth-Application-Id"};
inline constexpr AvpDef acct_application_id           {259,  ietf, T::u32,        must, "Acct-Application-Id"};
inline constexpr AvpDef vendor_specific_application_id{260,  ietf, T::grouped,    must, "Vendor-Specific-Application-Id"};
inline constexpr AvpDef session_id                    {263,  ietf, T::text,       must, "Session-Id"};
inline constexpr AvpDef origin_host                   {264,  ietf, T::identity,   must, "Origin-Host"};
inline constexpr AvpDef supported_vendor_id           {265,  ietf, T::u32,        must, "Supported-Vendor-Id"};
inline constexpr AvpDef vendor_id                     {266,  ietf, T::u32,        must, "Vendor-Id"};
inline constexpr AvpDef firmware_revision             {267,  ietf, T::u32,        may,  "Firmware-Revision"};
inline constexpr AvpDef result_code                   {268,  ietf, T::u32,        must, "Result-Code"};
inline constexpr AvpDef product_name                  {269,  ietf, T::text,       may,  "Product-Name"};
inline constexpr AvpDef disconnect_cause              {273,  ietf, T::enumerated, must, "Disconnect-Cause"};
inline constexpr AvpDef auth_session_state            {277,  ietf, T::enumerated, must, "Auth-Session-State"};
inline constexpr AvpDef origin_state_id               {278,  ietf, T::u32,        must, "Origin-State-Id"};
inline constexpr AvpDef failed_avp                    {279,  ietf, T::grouped,    must, "Failed-AVP"};
inline constexpr AvpDef proxy_host                    {280,  ietf, T::identity,   must, "Proxy-Host"};
inline constexpr AvpDef error_message                 {281,  ietf, T::text,       may,  "Error-Message"};
inline constexpr AvpDef route_record                  {282,  ietf, T::identity,   must, "Route-Record"};
inline constexpr AvpDef destination_realm             {283,  ietf, T::identity,   must, "Destination-Realm"};
inline constexpr AvpDef proxy_info                    {284,  ietf, T::grouped,    must, "Proxy-Info"};
inline constexpr AvpDef destination_host              {293,  ietf, T::identity,   must, "Destination-Host"};
inline constexpr AvpDef error_reporting_host          {294,  ietf, T::identity,   may,  "Error-Reporting-Host"};
inline constexpr AvpDef origin_realm                  {296,  ietf, T::identity,   must, "Origin-Realm"};
inline constexpr AvpDef experimental_result           {297,  ietf, T::grouped,    must, "Experimental-Result"};
inline constexpr AvpDef experimental_result_code      {298,  ietf, T::u32,        must, "Experimental-Result-Code"};
inline constexpr AvpDef inband_security_id            {299,  ietf, T::u32,        must, "Inband-Security-Id"};
//= RFC 5778, 6.2
inline constexpr AvpDef service_selection             {493,  ietf, T::text,       must, "Service-Selection"};

//= RFC 7683, 7
inline constexpr AvpDef oc_supported_features         {621,  ietf, T::grouped,    may,  "OC-Supported-Features"};
inline constexpr AvpDef oc_feature_vector             {622,  ietf, T::u64,        may,  "OC-Feature-Vector"};
inline constexpr AvpDef oc_olr                        {623,  ietf, T::grouped,    may,  "OC-OLR"};
inline constexpr AvpDef oc_sequence_number            {624,  ietf, T::u64,        may,  "OC-Sequence-Number"};
inline constexpr AvpDef oc_validity_duration          {625,  ietf, T::u32,        may,  "OC-Validity-Duration"};
inline constexpr AvpDef oc_report_type                {626,  ietf, T::enumerated, may,  "OC-Report-Type"};
inline constexpr AvpDef oc_reduction_percentage       {627,  ietf, T::u32,        may,  "OC-Reduction-Percentage"};

//= TS 29.229, 6.3
inline constexpr AvpDef supported_features            {628,  tgpp, T::grouped,    may,  "Supported-Features"};
inline constexpr AvpDef feature_list_id               {629,  tgpp, T::u32,        may,  "Feature-List-ID"};
inline constexpr AvpDef feature_list                  {630,  tgpp, T::u32,        may,  "Feature-List"};
inline constexpr AvpDef confidentiality_key           {625,  tgpp, T::octets,     must, "Confidentiality-Key", secret};
inline constexpr AvpDef integrity_key                 {626,  tgpp, T::octets,     must, "Integrity-Key", secret};
//= TS 29.214, 5.3
inline constexpr AvpDef max_requested_bandwidth_dl    {515,  tgpp, T::u32,        must, "Max-Requested-Bandwidth-DL"};
inline constexpr AvpDef max_requested_bandwidth_ul    {516,  tgpp, T::u32,        must, "Max-Requested-Bandwidth-UL"};
//= TS 29.329, 6.3
inline constexpr AvpDef msisdn                        {701,  tgpp, T::tbcd,       must, "MSISDN"};
//= TS 29.061, 16.4.7
inline constexpr AvpDef charging_characteristics      {13,   tgpp, T::text,       must, "3GPP-Charging-Characteristics"};
//= TS 29.212, 5.3
inline constexpr AvpDef qos_class_identifier          {1028, tgpp, T::enumerated, must, "QoS-Class-Identifier"};
// RAT-Type goes out without the M bit: some stacks refuse it with, none without.
inline constexpr AvpDef rat_type                      {1032, tgpp, T::enumerated, may,  "RAT-Type"};
inline constexpr AvpDef allocation_retention_priority {1034, tgpp, T::grouped,    must, "Allocation-Retention-Priority"};
inline constexpr AvpDef priority_level                {1046, tgpp, T::u32,        must, "Priority-Level"};
inline constexpr AvpDef preemption_capability         {1047, tgpp, T::enumerated, must, "Pre-emption-Capability"};
inline constexpr AvpDef preemption_vulnerability      {1048, tgpp, T::enumerated, must, "Pre-emption-Vulnerability"};

//= TS 29.272, 7.3.1
inline constexpr AvpDef subscription_data             {1400, tgpp, T::grouped,    must, "Subscription-Data"};
inline constexpr AvpDef terminal_information          {1401, tgpp, T::grouped,    must, "Terminal-Information"};
inline constexpr AvpDef imei                          {1402, tgpp, T::text,       must, "IMEI"};
inline constexpr AvpDef software_version              {1403, tgpp, T::text,       must, "Software-Version"};
inline constexpr AvpDef ulr_flags                     {1405, tgpp, T::u32,        must, "ULR-Flags"};
inline constexpr AvpDef ula_flags                     {1406, tgpp, T::u32,        must, "ULA-Flags"};
inline constexpr AvpDef visited_plmn_id               {1407, tgpp, T::plmn,       must, "Visited-PLMN-Id"};
inline constexpr AvpDef requested_eutran_authentication_info{1408, tgpp, T::grouped, must, "Requested-EUTRAN-Authentication-Info"};
inline constexpr AvpDef requested_utran_geran_authentication_info{1409, tgpp, T::grouped, must, "Requested-UTRAN-GERAN-Authentication-Info"};
inline constexpr AvpDef number_of_requested_vectors   {1410, tgpp, T::u32,        must, "Number-Of-Requested-Vectors"};
inline constexpr AvpDef re_synchronization_info       {1411, tgpp, T::octets,     must, "Re-Synchronization-Info"};
inline constexpr AvpDef immediate_response_preferred  {1412, tgpp, T::u32,        must, "Immediate-Response-Preferred"};
inline constexpr AvpDef authentication_info           {1413, tgpp, T::grouped,    must, "Authentication-Info"};
inline constexpr AvpDef eutran_vector                 {1414, tgpp, T::grouped,    must, "E-UTRAN-Vector"};
inline constexpr AvpDef utran_vector                  {1415, tgpp, T::grouped,    must, "UTRAN-Vector"};
inline constexpr AvpDef geran_vector                  {1416, tgpp, T::grouped,    must, "GERAN-Vector"};
inline constexpr AvpDef network_access_mode           {1417, tgpp, T::enumerated, must, "Network-Access-Mode"};
inline constexpr AvpDef item_number                   {1419, tgpp, T::u32,        must, "Item-Number"};
inline constexpr AvpDef cancellation_type             {1420, tgpp, T::enumerated, must, "Cancellation-Type"};
inline constexpr AvpDef dsr_flags                     {1421, tgpp, T::u32,        must, "DSR-Flags"};
inline constexpr AvpDef dsa_flags                     {1422, tgpp, T::u32,        must, "DSA-Flags"};
inline constexpr AvpDef context_identifier            {1423, tgpp, T::u32,        must, "Context-Identifier"};
inline constexpr AvpDef subscriber_status             {1424, tgpp, T::enumerated, must, "Subscriber-Status"};
inline constexpr AvpDef operator_determined_barring   {1425, tgpp, T::u32,        must, "Operator-Determined-Barring"};
inline constexpr AvpDef access_restriction_data       {1426, tgpp, T::u32,        must, "Access-Restriction-Data"};
inline constexpr AvpDef all_apn_configurations_included_indicator{1428, tgpp, T::enumerated, must, "All-APN-Configurations-Included-Indicator"};
inline constexpr AvpDef apn_configuration_profile     {1429, tgpp, T::grouped,    must, "APN-Configuration-Profile"};
inline constexpr AvpDef apn_configuration             {1430, tgpp, T::grouped,    must, "APN-Configuration"};
inline constexpr AvpDef eps_subscribed_qos_profile    {1431, tgpp, T::grouped,    must, "EPS-Subscribed-QoS-Profile"};
inline constexpr AvpDef vplmn_dynamic_address_allowed {1432, tgpp, T::enumerated, must, "VPLMN-Dynamic-Address-Allowed"};
inline constexpr AvpDef alert_reason                  {1434, tgpp, T::enumerated, must, "Alert-Reason"};
inline constexpr AvpDef ambr                          {1435, tgpp, T::grouped,    must, "AMBR"};
inline constexpr AvpDef pdn_gw_allocation_type        {1438, tgpp, T::enumerated, must, "PDN-GW-Allocation-Type"};
inline constexpr AvpDef rat_frequency_selection_priority_id{1440, tgpp, T::u32,   must, "RAT-Frequency-Selection-Priority-ID"};
inline constexpr AvpDef ida_flags                     {1441, tgpp, T::u32,        must, "IDA-Flags"};
inline constexpr AvpDef pua_flags                     {1442, tgpp, T::u32,        must, "PUA-Flags"};
inline constexpr AvpDef nor_flags                     {1443, tgpp, T::u32,        must, "NOR-Flags"};
inline constexpr AvpDef user_id                       {1444, tgpp, T::text,       must, "User-Id"};
inline constexpr AvpDef equipment_status              {1445, tgpp, T::enumerated, must, "Equipment-Status"};
inline constexpr AvpDef rand                          {1447, tgpp, T::octets,     must, "RAND"};
inline constexpr AvpDef xres                          {1448, tgpp, T::octets,     must, "XRES", secret};
inline constexpr AvpDef autn                          {1449, tgpp, T::octets,     must, "AUTN"};
inline constexpr AvpDef kasme                         {1450, tgpp, T::octets,     must, "KASME", secret};
inline constexpr AvpDef kc                            {1453, tgpp, T::octets,     must, "Kc", secret};
inline constexpr AvpDef sres                          {1454, tgpp, T::octets,     must, "SRES", secret};
inline constexpr AvpDef pdn_type                      {1456, tgpp, T::enumerated, must, "PDN-Type"};
inline constexpr AvpDef sgsn_number                   {1489, tgpp, T::tbcd,       must, "SGSN-Number"};
inline constexpr AvpDef idr_flags                     {1490, tgpp, T::u32,        must, "IDR-Flags"};
inline constexpr AvpDef homogeneous_ims_voice         {1493, tgpp, T::enumerated, may,  "Homogeneous-Support-of-IMS-Voice-Over-PS-Sessions"};
inline constexpr AvpDef eps_user_state                {1495, tgpp, T::grouped,    may,  "EPS-User-State"};
inline constexpr AvpDef eps_location_information      {1496, tgpp, T::grouped,    may,  "EPS-Location-Information"};
inline constexpr AvpDef mme_user_state                {1497, tgpp, T::grouped,    may,  "MME-User-State"};
inline constexpr AvpDef sgsn_user_state               {1498, tgpp, T::grouped,    may,  "SGSN-User-State"};
inline constexpr AvpDef user_state                    {1499, tgpp, T::enumerated, may,  "User-State"};
inline constexpr AvpDef mme_location_information      {1600, tgpp, T::grouped,    may,  "MME-Location-Information"};
inline constexpr AvpDef eutran_cell_global_identity   {1602, tgpp, T::octets,     may,  "E-UTRAN-Cell-Global-Identity"};
inline constexpr AvpDef tracking_area_identity        {1603, tgpp, T::octets,     may,  "Tracking-Area-Identity"};
inline constexpr AvpDef current_location_retrieved    {1610, tgpp, T::enumerated, may,  "Current-Location-Retrieved"};
inline constexpr AvpDef age_of_location_information   {1611, tgpp, T::u32,        may,  "Age-Of-Location-Information"};
inline constexpr AvpDef error_diagnostic              {1614, tgpp, T::enumerated, may,  "Error-Diagnostic"};
inline constexpr AvpDef ue_srvcc_capability           {1615, tgpp, T::enumerated, may,  "UE-SRVCC-Capability"};
inline constexpr AvpDef subscribed_periodic_rau_tau_timer{1619, tgpp, T::u32,     may,  "Subscribed-Periodic-RAU-TAU-Timer"};
inline constexpr AvpDef pur_flags                     {1635, tgpp, T::u32,        may,  "PUR-Flags"};
inline constexpr AvpDef clr_flags                     {1638, tgpp, T::u32,        may,  "CLR-Flags"};

// No standard has these: docs/extensions.md. None has the M bit: inside S6a they inform, and a peer that does
// not know them may step over them; the commands of our own application require what they need.
inline constexpr AvpDef kasme_epoch                   {1,     own,  T::u32,        may,  "KASME-Epoch"};          // extension
inline constexpr AvpDef chain_step                    {2,     own,  T::grouped,    may,  "Chain-Step"};           // extension
inline constexpr AvpDef step_number                   {3,     own,  T::u32,        may,  "Step-Number"};          // extension
inline constexpr AvpDef step_direction                {4,     own,  T::enumerated, may,  "Step-Direction"};       // extension
inline constexpr AvpDef step_count                    {5,     own,  T::u32,        may,  "Step-Count"};           // extension
inline constexpr AvpDef step_identity                 {6,     own,  T::identity,   may,  "Step-Identity"};        // extension
inline constexpr AvpDef update_proof                  {7,     own,  T::octets,     may,  "Update-Proof", secret}; // extension
inline constexpr AvpDef eksi                          {8,     own,  T::u32,        may,  "EKSI"};                 // extension
inline constexpr AvpDef aka_reference                 {9,     own,  T::grouped,    may,  "AKA-Reference"};        // extension
inline constexpr AvpDef refreshed_kasme               {10,    own,  T::octets,     may,  "Refreshed-KASME", secret}; // extension
inline constexpr AvpDef access_label                  {11,    own,  T::text,       may,  "Access-Label"};         // extension
inline constexpr AvpDef transfer_counter              {12,    own,  T::u32,        may,  "Transfer-Counter"};     // extension
inline constexpr AvpDef kn3                           {13,    own,  T::octets,     may,  "K-N3", secret};         // extension
inline constexpr AvpDef parent_key_id                 {14,    own,  T::octets,     may,  "Parent-Key-Id"};        // extension
// clang-format on

}  // namespace avp
}  // namespace baton::wire::diameter
