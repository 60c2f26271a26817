/// Sums of blocks of numbers over the slots of a batch, the same bits however the slots are dealt out to processes.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <vector>

namespace glassforge::ml {

/// Fills the block of a slot, which is all zeros, and returns further numbers of that slot.
using SlotMaker = std::function<std::vector<double>(std::size_t slot, std::span<float> block)>;

/// The other processes of a sum.
class SlotTraffic {
 public:
  virtual ~SlotTraffic() = default;
  virtual std::size_t process() const = 0;
  virtual std::size_t processes() const = 0;
  virtual void send(std::span<const float> block, std::size_t to) = 0;
  virtual void receive(std::span<float> block, std::size_t from) = 0;
};

/// The tree: a node of width w = 2^n begins at a multiple of w and holds what its slots give: the left half plus the
/// right half, or the left alone where there are no slots beyond. It is the same for every number of processes.
/// A process has neighbouring slots, of which it adds up what it can at once: it holds about log2(slots) blocks and
/// sends at most as many, mostly one.
class SlotSum {
 public:
  SlotSum(std::size_t slots, std::size_t length) : slots_(slots), length_(length) {}

  /// The process that has a slot: neighbouring slots in nearly equal numbers.
  static std::size_t ownerOf(std::size_t slot, std::size_t slots, std::size_t processes);

  /// Makes and adds the slots of this process, ascending; what `make` returns for each of them.
  std::vector<std::vector<double>> addOwn(std::size_t process, std::size_t processes, const SlotMaker& make);
  /// Adds up the nodes of all processes. The sum is left on process 0; collective.
  void join(SlotTraffic& traffic);
  /// Of process 0 after join, or of a single process.
  const std::vector<float>& total() const { return nodes_.at(0).values; }

 private:
  struct Node {
    std::size_t width = 1;
    std::vector<float> values;
  };
  void addUp(std::size_t left, std::span<const float> right, std::size_t width);
  void addUpNeighbours();

  std::size_t slots_, length_;
  std::map<std::size_t, Node> nodes_;  ///< by their first slot
};

}  // namespace glassforge::ml
