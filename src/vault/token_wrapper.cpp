#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstdio>
#include <vector>

#include "vault/wrapper.h"

namespace baton::vault {
namespace {

/// A token keeps its padded label in 32 characters. PKCS#11 2.40, 3.2.
std::string trimmed(const unsigned char* label) {
  std::string out(reinterpret_cast<const char*>(label), 32);
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

VaultError refused(const std::string& what, CK_RV code) {
  std::array<char, 24> number{};
  (void)std::snprintf(number.data(), number.size(), "0x%lx", code);
  const bool wrong = code == CKR_PIN_INCORRECT || code == CKR_WRAPPED_KEY_INVALID ||
                     code == CKR_ENCRYPTED_DATA_INVALID || code == CKR_WRAPPED_KEY_LEN_RANGE ||
                     code == CKR_GENERAL_ERROR;
  return {"the token refuses to " + what + " (" + number.data() + ")", wrong};
}

/// Token is a session with a user logged in.
class Token final : public KeyWrapper {
 public:
  Token() = default;
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  ~Token() override {
    if (session_ != 0) {
      if (initialised_) f_->C_Logout(session_);  // it logs out every session of the process
      f_->C_CloseSession(session_);
    }
    if (f_ != nullptr && initialised_) f_->C_Finalize(nullptr);
    if (module_ != nullptr) ::dlclose(module_);
  }

  Expected<Ok, VaultError> open(TokenAccess& a) {
    module_ = ::dlopen(a.module.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module_ == nullptr) return Fail{VaultError{"cannot load the PKCS#11 module " + a.module}};
    const auto list =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(module_, "C_GetFunctionList"));  // NOLINT
    if (list == nullptr || list(&f_) != CKR_OK) return Fail{VaultError{a.module + " is no PKCS#11 module"}};
    CK_C_INITIALIZE_ARGS args{};
    args.flags = CKF_OS_LOCKING_OK;
    const CK_RV began = f_->C_Initialize(&args);
    // Somebody else in this process uses the module: it is theirs to finalise.
    if (began != CKR_OK && began != CKR_CRYPTOKI_ALREADY_INITIALIZED) return Fail{refused("start", began)};
    initialised_ = began == CKR_OK;

    CK_ULONG n = 0;
    if (const CK_RV rv = f_->C_GetSlotList(CK_TRUE, nullptr, &n); rv != CKR_OK)
      return Fail{refused("list its slots", rv)};
    std::vector<CK_SLOT_ID> slots(n);
    if (const CK_RV rv = f_->C_GetSlotList(CK_TRUE, slots.data(), &n); rv != CKR_OK)
      return Fail{refused("list its slots", rv)};
    slots.resize(n);
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info{};
      if (f_->C_GetTokenInfo(slot, &info) != CKR_OK || trimmed(info.label) != a.token) continue;
      if (const CK_RV rv =
              f_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session_);
          rv != CKR_OK)
        return Fail{refused("open a session", rv)};
      break;
    }
    if (session_ == 0) return Fail{VaultError{"there is no token of the label " + a.token}};
    const Bytes pin = a.pin.expose();
    if (const CK_RV rv = f_->C_Login(session_, CKU_USER, const_cast<Byte*>(pin.data()), pin.size());
        rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
      return Fail{refused("log in", rv)};
    return find(a);
  }

  std::string_view kind() const override { return "token"; }

  Expected<ByteVector, VaultError> wrap(std::uint32_t, const DataKey& key) override {
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    CK_KEY_TYPE aes = CKK_AES;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    auto* const value = const_cast<Byte*>(key.expose().data());
    std::array<CK_ATTRIBUTE, 6> made{{{CKA_CLASS, &secret, sizeof secret},
                                      {CKA_KEY_TYPE, &aes, sizeof aes},
                                      {CKA_TOKEN, &no, sizeof no},
                                      {CKA_PRIVATE, &yes, sizeof yes},
                                      {CKA_EXTRACTABLE, &yes, sizeof yes},
                                      {CKA_VALUE, value, DataKey::size}}};
    CK_OBJECT_HANDLE passing = 0;
    if (const CK_RV rv = f_->C_CreateObject(session_, made.data(), made.size(), &passing); rv != CKR_OK)
      return Fail{refused("take a data key", rv)};
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
    ByteVector out(DataKey::size + 8);
    CK_ULONG n = out.size();
    const CK_RV rv = f_->C_WrapKey(session_, &mechanism, key_, passing, out.data(), &n);
    f_->C_DestroyObject(session_, passing);
    if (rv != CKR_OK) return Fail{refused("wrap a data key", rv)};
    out.resize(n);
    return out;
  }

  //= RFC 3394, 2.2.2
  Expected<DataKey, VaultError> unwrap(std::uint32_t, Bytes wrapped) override {
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    CK_KEY_TYPE aes = CKK_AES;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    std::array<CK_ATTRIBUTE, 6> made{{{CKA_CLASS, &secret, sizeof secret},
                                      {CKA_KEY_TYPE, &aes, sizeof aes},
                                      {CKA_TOKEN, &no, sizeof no},
                                      {CKA_PRIVATE, &yes, sizeof yes},
                                      {CKA_SENSITIVE, &no, sizeof no},
                                      {CKA_EXTRACTABLE, &yes, sizeof yes}}};
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
    CK_OBJECT_HANDLE passing = 0;
    if (const CK_RV rv = f_->C_UnwrapKey(session_, &mechanism, key_, const_cast<Byte*>(wrapped.data()),
                                         wrapped.size(), made.data(), made.size(), &passing);
        rv != CKR_OK) {
      auto why = refused("unwrap a data key", rv);
      why.wrong_key = true;
      return Fail{std::move(why)};
    }
    std::array<Byte, DataKey::size> octets{};
    CK_ATTRIBUTE value{CKA_VALUE, octets.data(), octets.size()};
    const CK_RV rv = f_->C_GetAttributeValue(session_, passing, &value, 1);
    f_->C_DestroyObject(session_, passing);
    if (rv != CKR_OK || value.ulValueLen != octets.size()) return Fail{refused("give a data key", rv)};
    DataKey out(octets);
    secure_wipe(octets.data(), octets.size());
    return out;
  }

 private:
  Expected<Ok, VaultError> find(const TokenAccess& a) {
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    auto* const label = const_cast<char*>(a.key.data());
    std::array<CK_ATTRIBUTE, 2> sought{
        {{CKA_CLASS, &secret, sizeof secret}, {CKA_LABEL, label, a.key.size()}}};
    CK_ULONG n = 0;
    if (const CK_RV rv = f_->C_FindObjectsInit(session_, sought.data(), sought.size()); rv != CKR_OK)
      return Fail{refused("look for its key", rv)};
    const CK_RV found = f_->C_FindObjects(session_, &key_, 1, &n);
    f_->C_FindObjectsFinal(session_);
    if (found != CKR_OK) return Fail{refused("look for its key", found)};
    if (n == 1) return Ok{};
    if (!a.make) return Fail{VaultError{"the token has no secret key of the label " + a.key}};
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_ULONG octets = 32;
    std::array<CK_ATTRIBUTE, 8> made{{{CKA_TOKEN, &yes, sizeof yes},
                                      {CKA_PRIVATE, &yes, sizeof yes},
                                      {CKA_SENSITIVE, &yes, sizeof yes},
                                      {CKA_EXTRACTABLE, &no, sizeof no},
                                      {CKA_WRAP, &yes, sizeof yes},
                                      {CKA_UNWRAP, &yes, sizeof yes},
                                      {CKA_LABEL, label, a.key.size()},
                                      {CKA_VALUE_LEN, &octets, sizeof octets}}};
    CK_MECHANISM generate{CKM_AES_KEY_GEN, nullptr, 0};
    if (const CK_RV rv = f_->C_GenerateKey(session_, &generate, made.data(), made.size(), &key_);
        rv != CKR_OK)
      return Fail{refused("make a key", rv)};
    return Ok{};
  }

  void* module_ = nullptr;
  CK_FUNCTION_LIST* f_ = nullptr;
  bool initialised_ = false;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
};

}  // namespace

Expected<std::unique_ptr<KeyWrapper>, VaultError> token_wrapper(TokenAccess access) {
  auto token = std::make_unique<Token>();
  if (const auto opened = token->open(access); !opened) return Fail{opened.why()};
  return std::unique_ptr<KeyWrapper>(std::move(token));
}

}  // namespace baton::vault
