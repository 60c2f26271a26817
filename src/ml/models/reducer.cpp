#include "ml/models/reducer.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace glassforge::ml {

std::vector<double> Reducer::sum(const std::vector<std::int64_t>& structures, std::size_t length,
                                 const BlockMaker& make) {
  constexpr std::size_t gathered_numbers = std::size_t{1} << 23;  // 64 MB at a time
  const std::size_t at_once = std::max<std::size_t>(16, gathered_numbers / std::max<std::size_t>(1, length));
  std::vector<double> total(length, 0.0);
  for (std::size_t first = 0; first < structures.size(); first += at_once) {
    const std::size_t last = std::min(structures.size(), first + at_once);
    const std::vector<std::int64_t> some(structures.begin() + static_cast<std::ptrdiff_t>(first),
                                         structures.begin() + static_cast<std::ptrdiff_t>(last));
    for (const std::vector<double>& block : gather(some, make)) {
      require(block.size() == length, "a structure gave {} sums instead of {}", block.size(), length);
      for (std::size_t i = 0; i < length; ++i) total[i] += block[i];
    }
  }
  return total;
}

namespace {

class NoTraffic final : public SlotTraffic {
 public:
  std::size_t process() const override { return 0; }
  std::size_t processes() const override { return 1; }
  void send(std::span<const float>, std::size_t) override {}
  void receive(std::span<float>, std::size_t) override {}
};

}  // namespace

std::vector<std::vector<double>> Reducer::sumSlots(std::size_t slots, std::span<float> total, const SlotMaker& make) {
  SlotSum sum(slots, total.size());
  auto numbers = sum.addOwn(0, 1, make);
  NoTraffic alone;
  sum.join(alone);
  std::ranges::copy(sum.total(), total.begin());
  return numbers;
}

std::vector<std::vector<double>> SerialReducer::gather(const std::vector<std::int64_t>& structures,
                                                       const BlockMaker& make) {
  std::vector<std::vector<double>> blocks;
  for (const std::int64_t s : structures) blocks.push_back(make(s));
  return blocks;
}

}  // namespace glassforge::ml
