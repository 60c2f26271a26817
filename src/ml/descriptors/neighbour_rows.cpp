#include "ml/descriptors/neighbour_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/box.hpp"
#include "core/error.hpp"

namespace glassforge::ml {

namespace {

template <int D, bool directed>
class RowSearch {
 public:
  RowSearch(const NeighbourSpace& space, double range) : space_(space), box_(lengthsOf(space)), range_(range) {
    particles_ = static_cast<std::int32_t>(space.species.size());
    sortIntoCells();
  }

  void run(const std::function<void(const NeighbourRow&)>& visit) {
    for (std::size_t cell = 0; cell < members_.size(); ++cell) {
      if (members_[cell].empty()) continue;
      collectCandidates(cell);
      for (const std::int32_t i : members_[cell]) visit(rowOf(i));
    }
  }

 private:
  static std::array<double, D> lengthsOf(const NeighbourSpace& space) {
    std::array<double, D> lengths;
    for (int k = 0; k < D; ++k) lengths[static_cast<std::size_t>(k)] = space.box[static_cast<std::size_t>(k)];
    return lengths;
  }

  /// Cells no smaller than the range along each axis; one where fewer than three would fit.
  void sortIntoCells() {
    std::size_t total = 1;
    for (int k = 0; k < D; ++k) {
      const auto fit = static_cast<int>(std::floor(box_.length(k) / range_));
      cells_[k] = fit < 3 ? 1 : std::min(fit, 64);
      total *= static_cast<std::size_t>(cells_[k]);
      wrapped_[k].resize(static_cast<std::size_t>(particles_));
    }
    members_.resize(total);
    for (std::int32_t i = 0; i < particles_; ++i) {
      std::size_t cell = 0;
      for (int k = 0; k < D; ++k) {
        double x = space_.position[static_cast<std::size_t>(i) * D + static_cast<std::size_t>(k)];
        box_.wrap(x, k);
        wrapped_[k][static_cast<std::size_t>(i)] = x;
        const int at = std::min(cells_[k] - 1, static_cast<int>(x / box_.length(k) * cells_[k]));
        cell = cell * static_cast<std::size_t>(cells_[k]) + static_cast<std::size_t>(at);
      }
      members_[cell].push_back(i);
    }
  }

  /// Particles of a cell and of those around it, by species and then id, with their coordinates side by side.
  void collectCandidates(std::size_t cell) {
    candidates_.clear();
    appendAround(cell, 0, 0, 1);
    std::ranges::sort(candidates_, {}, [this](std::int32_t j) { return std::pair(speciesOf(j), j); });
    for (int k = 0; k < D; ++k) {
      coordinate_[k].resize(candidates_.size());
      for (std::size_t c = 0; c < candidates_.size(); ++c)
        coordinate_[k][c] = wrapped_[k][static_cast<std::size_t>(candidates_[c])];
    }
    squares_.resize(candidates_.size());
    ids_.resize(candidates_.size());
    distance_.resize(candidates_.size());
  }

  /// Walks the axes from the last (fastest in the cell number) to the first.
  void appendAround(std::size_t remaining, int depth, std::size_t offset, std::size_t stride) {
    if (depth == D) {
      const auto& found = members_[offset];
      candidates_.insert(candidates_.end(), found.begin(), found.end());
      return;
    }
    const auto count = static_cast<std::size_t>(cells_[D - 1 - depth]);
    const std::size_t here = remaining % count;
    const std::size_t neighbours = count == 1 ? 1 : 3;
    for (std::size_t n = 0; n < neighbours; ++n)
      appendAround(remaining / count, depth + 1, offset + (here + n + count - neighbours / 2) % count * stride,
                   stride * count);
  }

  NeighbourRow rowOf(std::int32_t centre) {
    if constexpr (directed) {
      separate(centre);
    } else {
      measure(centre);
    }
    const std::size_t kept = keepWithinRange();
    findGroups(kept);
    NeighbourRow row{centre, {ids_.data(), kept}, {distance_.data(), kept}, begin_, {}};
    if constexpr (directed)
      for (std::size_t k = 0; k < D; ++k) row.offset[k] = {offset_[k].data(), kept};
    return row;
  }

  /// Squares of the distances of all candidates.
  void measure(std::int32_t centre) {
    std::array<double, D> x;
    for (int k = 0; k < D; ++k) x[static_cast<std::size_t>(k)] = wrapped_[k][static_cast<std::size_t>(centre)];
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      double square = 0;
      for (int k = 0; k < D; ++k) {
        const double dx = box_.minimumImage(coordinate_[k][c] - x[static_cast<std::size_t>(k)], k);
        square += dx * dx;
      }
      squares_[c] = square;
    }
  }

  /// The same, and the offsets of all candidates.
  void separate(std::int32_t centre) {
    const std::size_t count = candidates_.size();
    for (int k = 0; k < D; ++k) {
      offset_[k].resize(count);
      const double x = wrapped_[k][static_cast<std::size_t>(centre)];
      for (std::size_t c = 0; c < count; ++c) offset_[k][c] = box_.minimumImage(coordinate_[k][c] - x, k);
    }
    for (std::size_t c = 0; c < count; ++c) {
      double square = 0;
      for (int k = 0; k < D; ++k) square += offset_[k][c] * offset_[k][c];
      squares_[c] = square;
    }
  }

  /// Moves those within range to the front and returns their number.
  std::size_t keepWithinRange() {
    std::size_t kept = 0;
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      ids_[kept] = candidates_[c];
      distance_[kept] = squares_[c];
      if constexpr (directed)
        for (int k = 0; k < D; ++k) offset_[k][kept] = offset_[k][c];
      kept += squares_[c] < range_ * range_;
    }
    for (std::size_t n = 0; n < kept; ++n) distance_[n] = std::sqrt(distance_[n]);
    return kept;
  }

  void findGroups(std::size_t kept) {
    begin_.assign(static_cast<std::size_t>(space_.species_count) + 1, 0);
    for (std::size_t n = 0; n < kept; ++n) ++begin_[static_cast<std::size_t>(speciesOf(ids_[n])) + 1];
    for (std::size_t b = 1; b < begin_.size(); ++b) begin_[b] += begin_[b - 1];
  }

  std::int32_t speciesOf(std::int32_t j) const { return space_.species[static_cast<std::size_t>(j)]; }

  NeighbourSpace space_;
  Box<D> box_;
  double range_;
  std::int32_t particles_ = 0;
  int cells_[D];
  std::vector<double> wrapped_[D];                  // positions in [0, L)
  std::vector<std::vector<std::int32_t>> members_;  // of each cell, ids ascending
  std::vector<std::int32_t> candidates_, ids_;
  std::vector<double> coordinate_[D], squares_, distance_;
  std::vector<double> offset_[D];  // where rows are directed
  std::vector<std::size_t> begin_;
};

template <bool directed>
void search(const NeighbourSpace& space, double range, const std::function<void(const NeighbourRow&)>& visit) {
  require(space.dimension == 2 || space.dimension == 3, "dimension {} is neither 2 nor 3", space.dimension);
  const auto axes = static_cast<std::size_t>(space.dimension);
  require(space.box.size() == axes && space.position.size() == axes * space.species.size(),
          "{} coordinates and {} box lengths do not fit {} particles in {} dimensions", space.position.size(),
          space.box.size(), space.species.size(), space.dimension);
  const double largest = *std::ranges::min_element(space.box) / 2;
  require(range > 0 && range <= largest, "the range {} of a neighbour search must lie in (0, {}], half the box", range,
          largest);
  if (space.dimension == 2) {
    RowSearch<2, directed>(space, range).run(visit);
  } else {
    RowSearch<3, directed>(space, range).run(visit);
  }
}

}  // namespace

void forEachRow(const NeighbourSpace& space, double range, const std::function<void(const NeighbourRow&)>& visit) {
  search<false>(space, range, visit);
}

void forEachDirectedRow(const NeighbourSpace& space, double range,
                        const std::function<void(const NeighbourRow&)>& visit) {
  search<true>(space, range, visit);
}

double rangeWithin(std::span<const double> box, double wanted) {
  return std::min(wanted, *std::ranges::min_element(box) / 2);
}

}  // namespace glassforge::ml
