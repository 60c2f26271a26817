#include "app/share.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr std::array<const char*, 3> kShared{"equilibrate", "quench", "launch"};

}  // namespace

std::string Share::text() const {
  return fmt::format("{}/{}", index, count);
}

Share parseShare(const std::string& stage, const std::string& text) {
  std::smatch m;
  require(std::regex_match(text, m, std::regex(R"((\d{1,6})/(\d{1,6}))")),
          "--share '{}' is not I/N: which of how many shares, as 0/8 for the first of eight", text);
  const Share share{stage, std::stoll(m[1]), std::stoll(m[2])};
  require(share.count > 0 && share.index < share.count,
          "--share {}: of N shares the first is 0/N and the last is (N-1)/N", text);
  require(std::find(kShared.begin(), kShared.end(), stage) != kShared.end(),
          "--share goes with --stage equilibrate, quench or launch, whose tasks do not depend on one another{}",
          stage.empty() ? "" : "; '" + stage + "' is run by one program, under mpirun or srun on several ranks");
  return share;
}

}  // namespace glassforge::app
