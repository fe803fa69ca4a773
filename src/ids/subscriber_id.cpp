#include "ids/subscriber_id.h"

namespace baton {

Expected<Imsi, IdError> Imsi::parse(std::string_view s) {
  if (!is_digits(s)) return Fail{IdError::not_digits};
  if (s.size() < 6 || s.size() > 15) return Fail{IdError::wrong_length};
  return Imsi(std::string(s));
}

Expected<Imei, IdError> Imei::parse(std::string_view s) {
  if (!is_digits(s)) return Fail{IdError::not_digits};
  if (s.size() != 15) return Fail{IdError::wrong_length};
  return Imei(std::string(s));
}

Expected<Imeisv, IdError> Imeisv::parse(std::string_view s) {
  if (!is_digits(s)) return Fail{IdError::not_digits};
  if (s.size() != 16) return Fail{IdError::wrong_length};
  return Imeisv(std::string(s));
}

}  // namespace baton
