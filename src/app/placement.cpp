#include "app/placement.hpp"

#include <sched.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr std::size_t kMostLines = 16;

std::string ownPlace() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}, processors {}", host, ranges(allowedProcessors()));
}

}  // namespace

std::vector<std::int64_t> allowedProcessors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<std::int64_t> processors;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return processors;
  for (int k = 0; k < CPU_SETSIZE; ++k) {
    if (CPU_ISSET(k, &allowed)) processors.push_back(k);
  }
  return processors;
}

std::string ranges(const std::vector<std::int64_t>& ascending) {
  std::string text;
  for (std::size_t k = 0; k < ascending.size();) {
    std::size_t end = k + 1;
    while (end < ascending.size() && ascending[end] == ascending[end - 1] + 1) ++end;
    text += text.empty() ? "" : ",";
    text += end - k > 1 ? fmt::format("{}-{}", ascending[k], ascending[end - 1]) : fmt::format("{}", ascending[k]);
    k = end;
  }
  return text;
}

std::string describePlacement(const par::Communicator& comm) {
  std::map<std::string, std::vector<std::int64_t>> ranks_at;
  std::vector<std::string> order;
  const auto places = comm.allGather(ownPlace());
  for (std::size_t r = 0; r < places.size(); ++r) {
    if (ranks_at[places[r]].empty()) order.push_back(places[r]);
    ranks_at[places[r]].push_back(static_cast<std::int64_t>(r));
  }
  std::string text;
  for (std::size_t k = 0; k < order.size() && k < kMostLines; ++k) {
    text += fmt::format("  rank(s) {} on {}\n", ranges(ranks_at[order[k]]), order[k]);
  }
  if (order.size() > kMostLines) text += fmt::format("  and {} more places\n", order.size() - kMostLines);
  return text;
}

}  // namespace glassforge::app
