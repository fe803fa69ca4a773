// hosts.h: a host for each role, from its part of a topology.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/entropy.h"
#include "base/expected.h"
#include "context/subscriber.h"
#include "runtime/host.h"
#include "runtime/topology.h"
#include "store/keyed_store.h"
#include "store/store.h"

namespace baton::runtime {

class HssMember;
class StoreWorker;

/// The references outlive the host.
std::unique_ptr<Host> hss_host(Services& services, const HssSettings& hss, const Topology& topology,
                               Entropy& entropy, store::Store& store,
                               const transport::TlsIdentity* tls = nullptr, StoreWorker* worker = nullptr,
                               HssMember* member = nullptr);
std::unique_ptr<Host> mme_host(Services& services, const MmeSettings& mme, const Topology& topology,
                               Entropy& entropy, const transport::TlsIdentity* tls = nullptr);
std::unique_ptr<Host> upe_host(Services& services, const UpeSettings& upe, const Topology& topology,
                               Entropy& entropy);
std::unique_ptr<Host> enb_host(Services& services, const EnbSettings& enb, const Topology& topology,
                               Entropy& entropy);
std::unique_ptr<Host> ue_host(Services& services, const UeSettings& ue, std::size_t index,
                              const context::SubscriberRecord& record, const Topology& topology,
                              Entropy& entropy);

/// open_store gives an HSS its store: in memory, the SQLite file or the database that the settings name. The
/// data keys in it are wrapped as `keys` says; without that by a key file beside the database, FILE.key (32
/// octets, mode 0600, made when the file is), to be kept on another medium by who fears for the database
/// alone. Errors are in words.
Expected<std::unique_ptr<store::Store>, std::string> open_store(const HssSettings& hss, Entropy& entropy);
/// read_ahead brings the records of an opened store into memory, as many as may be there, and gives their
/// number.
Expected<std::size_t, store::StoreError> read_ahead(store::Store& store);
/// open_keyed_store opens it alone, where there is something to keep: not in memory. It may be opened so
/// beside the one that serves, whose newest SEQs it does not see (store/sequence_log.h).
Expected<std::unique_ptr<store::KeyedStore>, std::string> open_keyed_store(const HssSettings& hss,
                                                                           Entropy& entropy);
/// Whether a key file that is not there is made. Beside a database that is there it would be a wrong one.
enum class KeyFile { there, made };
/// key_source is what opens the data keys of that store.
Expected<store::KeySource, std::string> key_source(const HssSettings& hss, Entropy& entropy, KeyFile file);

/// open_tls reads the certificate of a node that has one; null for one that has none.
Expected<std::unique_ptr<transport::TlsIdentity>, std::string> open_tls(
    const std::optional<TlsSettings>& tls);

/// make_room_for asks the system for as many descriptors as nodes and links need; the error says how many
/// there may be.
Expected<Ok, std::string> make_room_for(std::size_t descriptors);

}  // namespace baton::runtime
