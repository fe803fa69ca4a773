// certificates.h: throw-away certificates for one test, in files of a folder of its own.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "transport/tls.h"

namespace baton::transport {

struct FreeKey {
  void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
};
struct FreeX509 {
  void operator()(X509* c) const { X509_free(c); }
};

/// A certificate with its key.
struct Certified {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  std::unique_ptr<X509, FreeX509> certificate;
};

class Certificates {
 public:
  Certificates() {
    std::string pattern = (std::filesystem::temp_directory_path() / "baton-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Certificates() { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  /// authority makes NAME.pem.
  Certified authority(const std::string& name) {
    Certified out = make(name, {}, nullptr, -3600, 86'400);
    write(name, out);
    return out;
  }
  /// node makes NAME.pem and NAME.key under an authority, with DNS names, valid between two moments from now.
  TlsFiles node(const std::string& name, const std::vector<std::string>& dns, const Certified& by,
                const std::string& trusts, long from_s = -3600, long to_s = 86'400) {
    write(name, make(name, dns, &by, from_s, to_s));
    return {path(name + ".pem"), path(name + ".key"), path(trusts + ".pem")};
  }

 private:
  static Certified make(const std::string& name, const std::vector<std::string>& dns, const Certified* by,
                        long from_s, long to_s) {
    Certified out{std::unique_ptr<EVP_PKEY, FreeKey>(EVP_EC_gen("P-256")),
                  std::unique_ptr<X509, FreeX509>(X509_new())};
    X509* const c = out.certificate.get();
    X509_set_version(c, 2);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(c), from_s);
    X509_gmtime_adj(X509_getm_notAfter(c), to_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509* const issuer = by != nullptr ? by->certificate.get() : c;
    X509_set_issuer_name(c, X509_get_subject_name(issuer));
    X509_set_pubkey(c, out.key.get());
    extend(c, issuer, NID_basic_constraints, by != nullptr ? "critical,CA:FALSE" : "critical,CA:TRUE");
    std::string names;
    for (const std::string& d : dns) names += (names.empty() ? "DNS:" : ",DNS:") + d;
    if (!names.empty()) extend(c, issuer, NID_subject_alt_name, names);
    X509_sign(c, by != nullptr ? by->key.get() : out.key.get(), EVP_sha256());
    return out;
  }
  static void extend(X509* c, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, c, nullptr, nullptr, 0);
    X509_EXTENSION* const e = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(c, e, -1);
    X509_EXTENSION_free(e);
  }
  void write(const std::string& name, const Certified& c) const {
    std::FILE* file = std::fopen(path(name + ".pem").c_str(), "w");
    PEM_write_X509(file, c.certificate.get());
    std::fclose(file);
    file = std::fopen(path(name + ".key").c_str(), "w");
    PEM_write_PrivateKey(file, c.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  std::string folder_;
};

}  // namespace baton::transport
