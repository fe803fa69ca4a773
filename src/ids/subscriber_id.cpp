#include "ids/subscriber_id.h"

#include "ids/imsi_map.h"

namespace baton {

Expected<Imsi, IdError> Imsi::parse(std::string_view s) {
  if (!is_digits(s)) return Fail{IdError::not_digits};
  if (s.size() < 6 || s.size() > 15) return Fail{IdError::wrong_length};
  return Imsi(std::string(s));
}

Expected<Imsi, IdError> imsi_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  if (digits.front() != '1') return Fail{IdError::not_digits};
  return Imsi::parse(std::string_view(digits).substr(1));
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
