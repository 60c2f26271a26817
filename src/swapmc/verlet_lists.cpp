#include "swapmc/verlet_lists.hpp"

#include <algorithm>

namespace glassforge::swapmc {

using md::Wide;

template <int D>
void VerletLists<D>::build(const double* rows, int particles) {
  bin(rows, particles);
  built_at_.assign(rows, rows + 4 * static_cast<std::size_t>(particles));
  entry_.clear();
  first_.assign(1, 0);
  for (int i = 0; i < particles; ++i) {
    listAround(rows, i);
    while (entry_.size() % Wide::width != 0) entry_.push_back(4 * particles);
    first_.push_back(static_cast<int>(entry_.size()));
  }
  ++builds_;
}

template <int D>
void VerletLists<D>::bin(const double* rows, int particles) {
  int total = 1;
  for (int k = 0; k < D; ++k) {
    cells_[k] = std::max(1, static_cast<int>(2 * box_.length(k) / reach_));  // half a reach wide
    total *= cells_[k];
  }
  start_.assign(static_cast<std::size_t>(total) + 1, 0);
  std::vector<int> cell(static_cast<std::size_t>(particles));
  for (int i = 0; i < particles; ++i) {
    int c = 0;
    for (int k = D - 1; k >= 0; --k) {
      c = c * cells_[k] + std::min(cells_[k] - 1, static_cast<int>(rows[4 * i + k] / box_.length(k) * cells_[k]));
    }
    cell[static_cast<std::size_t>(i)] = c;
    ++start_[static_cast<std::size_t>(c) + 1];
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(total); ++c) start_[c + 1] += start_[c];
  std::vector<int> at(start_.begin(), start_.end() - 1);
  const std::size_t room = static_cast<std::size_t>(particles) + Wide::width;
  binned_id_.assign(room, 0);
  for (int k = 0; k < D; ++k) binned_[k].assign(room, 0.0);
  for (int i = 0; i < particles; ++i) {
    const auto slot = static_cast<std::size_t>(at[static_cast<std::size_t>(cell[static_cast<std::size_t>(i)])]++);
    binned_id_[slot] = i;
    for (int k = 0; k < D; ++k) binned_[k][slot] = rows[4 * i + k];
  }
}

/// Visits every cell that can hold a neighbour once, also where the box is only a few cells wide.
template <int D>
void VerletLists<D>::listAround(const double* rows, int i) {
  const double* x = rows + 4 * i;
  int low[3] = {0, 0, 0}, count[3] = {1, 1, 1};
  for (int k = 0; k < D; ++k) {
    const double edge = box_.length(k) / cells_[k];
    low[k] = static_cast<int>(std::floor((x[k] - reach_) / edge));
    count[k] = std::min(cells_[k], static_cast<int>(std::floor((x[k] + reach_) / edge)) - low[k] + 1);
  }
  const auto wrapped = [&](int k, int c) { return ((low[k] + c) % cells_[k] + cells_[k]) % cells_[k]; };
  for (int c = 0; c < count[2]; ++c) {
    for (int b = 0; b < count[1]; ++b) {
      const int line = (wrapped(2, c) * cells_[1] + wrapped(1, b)) * cells_[0];
      for (int a = 0; a < count[0]; ++a) {
        const auto cell = static_cast<std::size_t>(line + wrapped(0, a));
        testCell(x, i, start_[cell], start_[cell + 1]);
      }
    }
  }
}

template <int D>
void VerletLists<D>::testCell(const double* x, int i, int begin, int end) {
  for (int j = begin; j < end; j += Wide::width) {
    Wide r2(0.0);
    for (int k = 0; k < D; ++k) {
      const Wide d = Wide::load(&binned_[k][static_cast<std::size_t>(j)]) - Wide(x[k]);
      const Wide image = nearestInteger(d * Wide(1.0 / box_.length(k)));
      const Wide nearest = fusedMultiplyAdd(Wide(-box_.length(k)), image, d);
      r2 = fusedMultiplyAdd(nearest, nearest, r2);
    }
    const auto near = (r2 < Wide(reach_ * reach_)) & md::firstLanes(std::min(end - j, Wide::width));
    int found[Wide::width];
    const int count = compress(near, &binned_id_[static_cast<std::size_t>(j)], found);
    for (int k = 0; k < count; ++k) {
      if (found[k] != i) entry_.push_back(4 * found[k]);
    }
  }
}

template <int D>
bool VerletLists<D>::outdatedBy(int i, const double* x) const {
  double r2 = 0;
  for (int k = 0; k < D; ++k) {
    const double d = box_.minimumImage(x[k] - built_at_[4 * static_cast<std::size_t>(i) + static_cast<std::size_t>(k)], k);
    r2 += d * d;
  }
  return r2 > 0.25 * skin_ * skin_;
}

template class VerletLists<2>;
template class VerletLists<3>;

}  // namespace glassforge::swapmc
