// Replays every file of the folders and files named on the command line through the fuzz target,
// then walks a fixed number of mutations of each, so that a corpus is an ordinary test.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int mutations_per_file = 400;

void one(const std::vector<std::uint8_t>& octets) {
  // A fresh allocation of exactly this size lets the address sanitizer see one octet too far.
  const std::vector<std::uint8_t> exact(octets.begin(), octets.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void replay(const std::filesystem::path& file, std::mt19937& random) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::uint8_t> octets((std::istreambuf_iterator<char>(in)), {});
  one(octets);
  for (std::size_t n = 0; n < octets.size() && n < 512; ++n)
    one({octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n)});
  for (int i = 0; i < mutations_per_file && !octets.empty(); ++i) {
    auto m = octets;
    const int changes = 1 + static_cast<int>(random() % 3);
    for (int c = 0; c < changes; ++c) {
      const std::size_t at = random() % m.size();
      switch (random() % 4) {
        case 0: m[at] = static_cast<std::uint8_t>(m[at] ^ (1U << (random() % 8))); break;
        case 1: m[at] = static_cast<std::uint8_t>(random()); break;
        case 2: m[at] = random() % 2 != 0U ? 0xFF : 0x00; break;
        default:
          m.insert(m.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(random()));
          break;
      }
    }
    one(m);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937 random(42);
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      std::vector<std::filesystem::path> all;
      for (const auto& e : std::filesystem::recursive_directory_iterator(argv[i]))
        if (e.is_regular_file()) all.push_back(e.path());
      std::sort(all.begin(), all.end());
      for (const auto& p : all) {
        replay(p, random);
        ++files;
      }
    } else {
      replay(argv[i], random);
      ++files;
    }
  }
  std::printf("%zu files replayed\n", files);
  return files > 0 ? 0 : 1;  // an empty corpus proves nothing
}
