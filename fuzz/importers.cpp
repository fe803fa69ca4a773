// Files of subscribers: the first octet says which format is read. Whatever stands in them is taken or
// refused; what was taken twice is the same.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "runtime/import.h"

using namespace baton;
using namespace baton::runtime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr ImportFormat formats[] = {ImportFormat::automatic, ImportFormat::plain, ImportFormat::srsepc,
                                      ImportFormat::open5gs,   ImportFormat::dbctl, ImportFormat::pyhss,
                                      ImportFormat::sim};
  ImportOptions options;
  options.format = formats[data[0] % std::size(formats)];
  if ((data[0] & 0x80U) != 0)
    options.decrypt = [](MutableBytes key) {
      for (Byte& b : key) b ^= 0xA5;
    };
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto once = parse_subscribers("f", text, options);
  const auto again = parse_subscribers("f", text, options);
  if (static_cast<bool>(once) != static_cast<bool>(again)) std::abort();
  if (!once) {
    if (once.why().empty() || once.why().size() > options.errors_max || once.why() != again.why())
      std::abort();
    return 0;
  }
  if (once->empty() || once->size() != again->size()) std::abort();
  for (std::size_t i = 0; i < once->size(); ++i)
    if ((*once)[i].imsi != (*again)[i].imsi || !(*once)[i].subscription.wrong().empty()) std::abort();
  return 0;
}
