#include "ml/models/slot_sum.hpp"

#include <iterator>

namespace glassforge::ml {

std::size_t SlotSum::ownerOf(std::size_t slot, std::size_t slots, std::size_t processes) {
  return slot * processes / slots;  // of slot 0 always process 0
}

void SlotSum::addUp(std::size_t left, std::span<const float> right, std::size_t width) {
  Node& node = nodes_.at(left);
  for (std::size_t i = 0; i < length_; ++i) node.values[i] += right[i];
  node.width = 2 * width;
}

/// The last node and the one before it, as long as they are halves of one.
void SlotSum::addUpNeighbours() {
  while (nodes_.size() > 1) {
    const auto right = std::prev(nodes_.end()), left = std::prev(right);
    const std::size_t width = left->second.width;
    const bool halves =
        width == right->second.width && left->first % (2 * width) == 0 && left->first + width == right->first;
    if (!halves) return;
    addUp(left->first, right->second.values, width);
    nodes_.erase(right);
  }
}

std::vector<std::vector<double>> SlotSum::addOwn(std::size_t process, std::size_t processes, const SlotMaker& make) {
  std::vector<std::vector<double>> numbers;
  for (std::size_t slot = 0; slot < slots_; ++slot) {
    if (ownerOf(slot, slots_, processes) != process) continue;
    Node node{1, std::vector<float>(length_, 0.0F)};
    numbers.push_back(make(slot, node.values));
    nodes_[slot] = std::move(node);
    addUpNeighbours();
  }
  return numbers;
}

void SlotSum::join(SlotTraffic& traffic) {
  std::vector<float> other(length_);
  for (std::size_t width = 1; width < slots_; width *= 2)
    for (std::size_t left = 0; left + width < slots_; left += 2 * width) {
      const std::size_t to = ownerOf(left, slots_, traffic.processes());
      const std::size_t from = ownerOf(left + width, slots_, traffic.processes());
      const auto mine = nodes_.find(left + width);
      if (to == from) {
        if (mine == nodes_.end()) continue;  // added up already, or of other processes
        addUp(left, mine->second.values, width);
        nodes_.erase(mine);
      } else if (traffic.process() == from) {
        traffic.send(mine->second.values, to);
        nodes_.erase(mine);
      } else if (traffic.process() == to) {
        traffic.receive(other, from);
        addUp(left, other, width);
      }
    }
}

}  // namespace glassforge::ml
