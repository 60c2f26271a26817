#include "ml/descriptors/bond_order.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace glassforge::ml {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

struct BondOrder::Buffers {
  RowMajor functions;    // (components, bond_block)
  Eigen::MatrixXd sums;  // (components, S)
};

BondOrder::BondOrder(int dimension, int l_max, std::size_t sets)
    : harmonics_(dimension, l_max), sets_(sets), buffers_(std::make_unique<Buffers>()) {
  Eigen::setCpuCacheSizes(32 * 1024, 512 * 1024, 4 * 1024 * 1024);  // block sizes, and so bits, not the machine's
  const auto components = static_cast<Eigen::Index>(harmonics_.components());
  buffers_->functions.resize(components, static_cast<Eigen::Index>(bond_block));
  buffers_->sums.resize(components, static_cast<Eigen::Index>(sets));
  invariants_.resize(sets * static_cast<std::size_t>(l_max + 1));
}

BondOrder::~BondOrder() = default;

std::span<const double> BondOrder::compute(const Bonds& bonds, std::span<const double> weights) {
  auto& [functions, sums] = *buffers_;
  sums.setZero();
  const auto sets = static_cast<Eigen::Index>(sets_);
  const Eigen::OuterStride<> stride(static_cast<Eigen::Index>(bonds.size()));
  for (std::size_t first = 0; first < bonds.size(); first += bond_block) {
    const std::size_t count = std::min(bond_block, bonds.size() - first);
    harmonics_.evaluate({bonds.unit(0).data() + first, bonds.unit(1).data() + first, bonds.unit(2).data() + first},
                        count, functions.data());
    const auto depth = static_cast<Eigen::Index>(count);
    const Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>> block(weights.data() + first, depth, sets, stride);
    sums.noalias() += functions.leftCols(depth) * block;
  }
  const int degrees = harmonics_.lMax() + 1;
  double* out = invariants_.data();
  for (Eigen::Index s = 0; s < sets; ++s) {
    const double z = sums(0, s), scale = z < least_bond_weight ? 0.0 : 1 / z;
    for (int l = 0; l < degrees; ++l) {
      double square = 0;
      for (std::size_t c = harmonics_.first(l); c < harmonics_.first(l + 1); ++c)
        square += sums(static_cast<Eigen::Index>(c), s) * sums(static_cast<Eigen::Index>(c), s);
      *out++ = scale * std::sqrt(square);
    }
  }
  return invariants_;
}

}  // namespace glassforge::ml
