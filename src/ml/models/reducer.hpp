/// Sums over structures whose bits do not depend on which process holds which structure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ml/models/slot_sum.hpp"

namespace glassforge::ml {

/// Makes the block of numbers of one structure; called only where that structure is held.
using BlockMaker = std::function<std::vector<double>(std::int64_t structure)>;

class Reducer {
 public:
  virtual ~Reducer() = default;

  /// The blocks of all the structures, in the order given, the same on every process. Collective: every process calls
  /// it with the same structures; each makes the blocks of those it holds. Blocks may differ in length.
  virtual std::vector<std::vector<double>> gather(const std::vector<std::int64_t>& structures,
                                                  const BlockMaker& make) = 0;

  /// Sum of equally long blocks in the order of `structures`, gathered a few at a time. Collective.
  std::vector<double> sum(const std::vector<std::int64_t>& structures, std::size_t length, const BlockMaker& make);

  /// Leaves in `total` the sum of the blocks of slots 0 .. slots-1 in the tree of SlotSum, and returns the further
  /// numbers of each slot, the same on every process. Each slot is made by one process. Collective.
  virtual std::vector<std::vector<double>> sumSlots(std::size_t slots, std::span<float> total, const SlotMaker& make);
};

/// One process that holds everything.
class SerialReducer final : public Reducer {
 public:
  std::vector<std::vector<double>> gather(const std::vector<std::int64_t>& structures, const BlockMaker& make) override;
};

}  // namespace glassforge::ml
