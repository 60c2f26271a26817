#include "ml/descriptors/bonds.hpp"

namespace glassforge::ml {

void Bonds::take(const NeighbourRow& row, double range) {
  const std::size_t count = row.ids.size();
  if (ids_.size() < count) {
    ids_.resize(count);
    distance_.resize(count);
    for (auto& component : unit_) component.resize(count);
  }
  size_ = 0;
  for (std::size_t n = 0; n < count; ++n) {
    ids_[size_] = row.ids[n];
    distance_[size_] = row.distance[n];
    for (std::size_t k = 0; k < axes_; ++k) unit_[k][size_] = row.offset[k][n];
    size_ += (row.distance[n] < range) & (row.ids[n] != row.centre);
  }
  for (std::size_t k = 0; k < axes_; ++k)
    for (std::size_t n = 0; n < size_; ++n) unit_[k][n] = distance_[n] > 0 ? unit_[k][n] / distance_[n] : 0.0;
}

}  // namespace glassforge::ml
