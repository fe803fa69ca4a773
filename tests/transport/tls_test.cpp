// TLS over loopback: who is let in, who is not, and what a flood of half-open handshakes gets.
#include "transport/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <fstream>

#include "transport/certificates.h"
#include "transport/limits.h"
#include "transport/link_support.h"
#include "transport/tcp.h"

namespace baton::transport {
namespace {

class Tls : public testing::Test {
 protected:
  /// serve opens the door with a certificate of its own.
  void serve(Byte net) {
    net_ = net;
    identity_ = open(files_.node("hss", {"hss.epc.test", "HSS.Alias.test"}, ca_, "ca"));
    auto l = TlsListener::open(loop, *identity_, {{127, 0, net, 1}, 0},
                               [this](std::unique_ptr<Link> link) { server.adopt(std::move(link)); });
    ASSERT_TRUE(l);
    listener = std::move(*l);
  }
  static std::unique_ptr<TlsIdentity> open(const TlsFiles& files) {
    auto opened = TlsIdentity::open(files);
    EXPECT_TRUE(opened) << (opened ? "" : opened.why());
    return std::move(*opened);
  }
  Address from() const { return {{127, 0, net_, 2}, 0}; }
  /// come connects with some files; they are kept.
  void come(const TlsFiles& files) {
    client_identity_ = open(files);
    client.link = tls_connect(loop, *client_identity_, from(), listener->local(), client);
  }
  bool until(const std::function<bool()>& done) { return loop.run_until(done, 5s); }
  /// refused: the server has nobody, the client has heard that it is out.
  void refused() {
    EXPECT_TRUE(until([&] { return listener->failed() == 1 && client.down.has_value(); }));
    EXPECT_EQ(server.link, nullptr);
    EXPECT_EQ(listener->half_open(), 0U);
  }
  void TearDown() override {
    client.link.reset();
    server.link.reset();
    listener.reset();
    loop.run_for(1ms);
  }

  Loop loop;
  Certificates files_;
  Certified ca_ = files_.authority("ca");
  std::unique_ptr<TlsIdentity> identity_, client_identity_;
  Listener client, server;
  std::unique_ptr<TlsListener> listener;
  Byte net_ = 0;
};

//= RFC 6733, 13.1; type=test
TEST_F(Tls, BothEndsKnowTheNamesOfTheOtherAndOctetsArriveInOrder) {
  serve(71);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca"));
  ASSERT_TRUE(until([&] { return client.ups == 1 && server.link != nullptr; }));
  EXPECT_TRUE(server.link->proof().secured);
  EXPECT_EQ(server.link->proof().names, std::vector<std::string>{"mme1.epc.test"});
  EXPECT_EQ(client.link->proof().names, (std::vector<std::string>{"hss.epc.test", "hss.alias.test"}));
  EXPECT_EQ(server.link->remote(), client.link->local());

  server.echo = true;
  server.keep = false;
  ByteVector sent;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const ByteVector m = numbered(i, 20 + i % 1000);
    sent.insert(sent.end(), m.begin(), m.end());
    ASSERT_TRUE(client.link->send(0, m));
  }
  ASSERT_TRUE(until([&] { return client.octets == sent.size(); }));
  ByteVector got;
  for (const Heard& h : client.heard) got.insert(got.end(), h.octets.begin(), h.octets.end());
  EXPECT_TRUE(got == sent);
}

// What TLS has deciphered may hold keys; the memory it was handed up in is used again and outlives the link.
TEST_F(Tls, WhatWasReadIsNotLeftInMemory) {
  struct Looking final : LinkObserver {
    Bytes seen;
    std::size_t octets = 0;
    bool sevens = true;
    void on_up() override {}
    void on_data(std::uint16_t, Bytes in) override {
      octets += in.size();
      seen = in;
      sevens = sevens && std::all_of(in.begin(), in.end(), [](Byte b) { return b == 7; });
    }
    void on_down(Down) override {}
  } looking;
  serve(80);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca"));
  ASSERT_TRUE(until([&] { return client.ups == 1 && server.link != nullptr; }));
  client.link->observe(looking);
  ASSERT_TRUE(server.link->send(0, ByteVector(3'000, 7)));
  ASSERT_TRUE(until([&] { return looking.octets == 3'000; }));
  EXPECT_TRUE(looking.sevens);
  ASSERT_FALSE(looking.seen.empty());
  EXPECT_TRUE(std::all_of(looking.seen.begin(), looking.seen.end(), [](Byte b) { return b == 0; }));
  client.link.reset();
}

TEST_F(Tls, AGoodbyeDeliversWhatWasSentBeforeIt) {
  serve(72);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca"));
  ASSERT_TRUE(until([&] { return client.ups == 1 && server.link != nullptr; }));
  ASSERT_TRUE(client.link->send(0, ByteVector(1u << 20, 7)));
  client.link->close();
  client.link.reset();
  ASSERT_TRUE(until([&] { return server.down.has_value(); }));
  EXPECT_EQ(server.octets, 1u << 20);
  EXPECT_EQ(*server.down, Down::closed_by_peer);
}

// A cut without TLS's own goodbye may have been made by anybody: it is no end in good order.
TEST_F(Tls, ACutIsNoGoodbye) {
  serve(73);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca"));
  ASSERT_TRUE(until([&] { return client.ups == 1 && server.link != nullptr; }));
  client.link.reset();
  ASSERT_TRUE(until([&] { return server.down.has_value(); }));
  EXPECT_EQ(*server.down, Down::reset);
}

TEST_F(Tls, ACertificateOfAnotherAuthorityIsRefused) {
  const Certified other = files_.authority("other");
  serve(74);
  come(files_.node("mme", {"mme1.epc.test"}, other, "ca"));
  refused();
}

TEST_F(Tls, AServerOfAnotherAuthorityIsNotSpokenTo) {
  files_.authority("other");
  serve(75);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "other"));
  refused();
  EXPECT_EQ(client.ups, 0);
  EXPECT_EQ(*client.down, Down::untrusted);
}

TEST_F(Tls, AnExpiredCertificateAndOneOfTomorrowAreRefused) {
  serve(76);
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca", -7200, -3600));
  refused();
  client.down.reset();
  come(files_.node("mme", {"mme1.epc.test"}, ca_, "ca", 3600, 7200));
  EXPECT_TRUE(until([&] { return listener->failed() == 2; }));
  EXPECT_EQ(server.link, nullptr);
}

// A peer that speaks TLS as OpenSSL's own client does, with whatever it is told to.
TEST_F(Tls, WithoutACertificateOrWithTls12NobodyGetsIn) {
  serve(77);
  for (const bool old : {false, true}) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    if (old) {
      const TlsFiles f = files_.node("mme", {"mme1.epc.test"}, ca_, "ca");
      SSL_CTX_use_certificate_chain_file(context, f.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context, f.key.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    }
    SSL* const ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    // The invented client's octets go over TCP by hand.
    Listener raw;
    raw.link = tcp_connect(loop, from(), listener->local(), raw);
    ASSERT_TRUE(until([&] { return raw.ups == 1; }));
    const std::uint64_t before = listener->failed();
    std::size_t fed = 0;
    EXPECT_TRUE(until([&] {
      for (; fed < raw.heard.size(); ++fed)
        BIO_write(SSL_get_rbio(ssl), raw.heard[fed].octets.data(),
                  static_cast<int>(raw.heard[fed].octets.size()));
      SSL_do_handshake(ssl);
      char* octets = nullptr;
      const long n = BIO_get_mem_data(SSL_get_wbio(ssl), &octets);
      if (n > 0 && !raw.down)
        (void)raw.link->send(0, Bytes(reinterpret_cast<const Byte*>(octets), static_cast<std::size_t>(n)));
      (void)BIO_reset(SSL_get_wbio(ssl));
      return listener->failed() == before + 1;
    })) << (old ? "TLS 1.2" : "no certificate");
    EXPECT_EQ(server.link, nullptr);
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
}

TEST_F(Tls, GarbageEndsTheConnectionAtOnce) {
  serve(78);
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\n\r\n", "\x01\x00\x00\x14\x80\x00\x01\x01zzzzyyyyxxxx", "\x16\x03\x01\xff\xff"}) {
    Listener raw;
    raw.link = tcp_connect(loop, from(), listener->local(), raw);
    ASSERT_TRUE(until([&] { return raw.ups == 1; }));
    const std::uint64_t before = listener->failed();
    (void)raw.link->send(0, Bytes(reinterpret_cast<const Byte*>(text.data()), text.size()));
    if (text.size() == 5) {  // a record that never comes whole: the other end gives up
      raw.link->close();
      raw.link.reset();
    }
    EXPECT_TRUE(until([&] { return listener->failed() == before + 1; }));
  }
  EXPECT_EQ(server.link, nullptr);
}

TEST_F(Tls, HalfOpenHandshakesAreBoundedForEachAddressAndHaveADeadline) {
  serve(79);
  std::vector<std::unique_ptr<Listener>> silent;
  for (std::size_t i = 0; i < tls_handshakes_per_address_max + 3; ++i) {
    silent.push_back(std::make_unique<Listener>());
    silent.back()->link = tcp_connect(loop, from(), listener->local(), *silent.back());
  }
  EXPECT_TRUE(until([&] { return listener->turned_away() == 3; }));
  EXPECT_EQ(listener->half_open(), tls_handshakes_per_address_max);
  // Somebody at another address gets in meanwhile.
  client_identity_ = open(files_.node("mme", {"mme1.epc.test"}, ca_, "ca"));
  client.link = tls_connect(loop, *client_identity_, {{127, 0, net_, 9}, 0}, listener->local(), client);
  EXPECT_TRUE(until([&] { return server.link != nullptr; }));
  EXPECT_TRUE(loop.run_until([&] { return listener->half_open() == 0; }, tls_handshake_wait + 5s));
  EXPECT_EQ(listener->failed(), tls_handshakes_per_address_max);
}

TEST_F(Tls, FilesThatDoNotFitAreNamed) {
  const TlsFiles good = files_.node("mme", {"mme1.epc.test"}, ca_, "ca");
  const TlsFiles other = files_.node("hss", {"hss.epc.test"}, ca_, "ca");
  for (const TlsFiles& bad : {TlsFiles{"/nowhere.pem", good.key, good.authorities},
                              TlsFiles{good.certificate, "/nowhere.key", good.authorities},
                              TlsFiles{good.certificate, other.key, good.authorities},
                              TlsFiles{good.certificate, good.key, "/nowhere.pem"},
                              TlsFiles{good.key, good.key, good.authorities}}) {
    const auto opened = TlsIdentity::open(bad);
    EXPECT_FALSE(opened);
  }
  EXPECT_NE(TlsIdentity::open({"/nowhere.pem", good.key, good.authorities}).why().find("/nowhere.pem"),
            std::string::npos);
}

}  // namespace
}  // namespace baton::transport
