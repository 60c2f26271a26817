#include "ml/descriptors/softness_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ml/descriptors/exponential.hpp"
#include "ml/descriptors/lanes.hpp"
#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t block = 256;  // distances or pairs at a time, so that their buffers stay in the first cache

/// The neighbours of a particle, itself not among them. Offsets are r_j - r_i, the third is 0 in 2D.
struct Neighbours {
  std::array<std::vector<double>, 3> offset;
  std::vector<double> distance;
  std::vector<std::size_t> begin;  // (K + 1), as in a NeighbourRow

  /// Those of a directed row with r < range.
  void take(const NeighbourRow& row, double range) {
    for (auto& component : offset) component.clear();
    distance.clear();
    begin.assign(1, 0);
    for (std::size_t b = 0; b + 1 < row.begin.size(); ++b) {
      for (std::size_t n = row.begin[b]; n < row.begin[b + 1]; ++n) {
        if (row.ids[n] == row.centre || row.distance[n] >= range) continue;
        for (std::size_t k = 0; k < 3; ++k) offset[k].push_back(row.offset[k].empty() ? 0.0 : row.offset[k][n]);
        distance.push_back(row.distance[n]);
      }
      begin.push_back(distance.size());
    }
  }
};

class RadialKernel {
 public:
  /// out[m] = sum over the distances of exp(-(r - mu_m)^2 / width^2).
  void sums(std::span<const double> distance, double* out) {
    constexpr double rate = -1 / (SoftnessFunctions::width * SoftnessFunctions::width);
    std::fill_n(out, radii_.size(), 0.0);
    for (std::size_t first = 0; first < distance.size(); first += block) {
      const std::size_t count = std::min(block, distance.size() - first);
      const std::size_t padded = wholeLanes(count);
      std::copy_n(distance.data() + first, count, distance_.begin());
      for (std::size_t m = 0; m < radii_.size(); ++m) {
        for (std::size_t n = 0; n < padded; ++n) {
          const double d = distance_[n] - radii_[m];
          weight_[n] = expNonPositive(rate * d * d);
        }
        std::fill(weight_.begin() + count, weight_.begin() + padded, 0.0);
        Lanes sum{};
        addLanes(weight_.data(), padded, sum);
        out[m] += total(sum);
      }
    }
  }

 private:
  std::vector<double> radii_ = SoftnessFunctions::radii();
  std::array<double, block> distance_{}, weight_{};
};

/// Collects pairs of neighbours of one pair of species until a block is full, then adds it to all the functions.
class AngularKernel {
 public:
  AngularKernel() {
    for (const AngularParameters& p : SoftnessFunctions::angularTable())
      if (xi_.empty() || xi_.back() != p.xi) xi_.push_back(p.xi);
  }

  /// Pairs with j from [first, last) and k from [other_first, other_last), each pair once where both are the same.
  void sums(const Neighbours& near, std::size_t b, std::size_t c, double* out) {
    sum_.fill(Lanes{});
    count_ = 0;
    for (std::size_t j = near.begin[b]; j < near.begin[b + 1]; ++j)
      for (std::size_t k = b == c ? j + 1 : near.begin[c]; k < near.begin[c + 1];) {
        const std::size_t taken = std::min(block - count_, near.begin[c + 1] - k);
        append(near, j, k, taken);
        k += taken;
        if (count_ == block) flush();
      }
    if (count_ > 0) flush();
    for (std::size_t f = 0; f < sum_.size(); ++f) out[f] = total(sum_[f]);
  }

 private:
  /// cos theta_jik from the dot product; r_jk^2 from the offsets.
  void append(const Neighbours& near, std::size_t j, std::size_t k, std::size_t taken) {
    const double x = near.offset[0][j], y = near.offset[1][j], z = near.offset[2][j], r = near.distance[j];
    const double *u = near.offset[0].data() + k, *v = near.offset[1].data() + k, *w = near.offset[2].data() + k;
    const double* s = near.distance.data() + k;
    double *squares = squares_.data() + count_, *cosine = cosine_.data() + count_;
    for (std::size_t n = 0; n < taken; ++n) {
      const double dx = u[n] - x, dy = v[n] - y, dz = w[n] - z, product = r * s[n];
      squares[n] = r * r + s[n] * s[n] + dx * dx + dy * dy + dz * dz;
      cosine[n] = product > 0 ? (x * u[n] + y * v[n] + z * w[n]) / product : 0.0;
    }
    count_ += taken;
  }

  void flush() {
    const std::size_t padded = wholeLanes(count_);
    for (std::size_t n = 0; n < padded; ++n) {
      plus_[0][n] = 1 + cosine_[n];
      plus_[1][n] = plus_[0][n] * plus_[0][n];
      plus_[2][n] = plus_[1][n] * plus_[1][n];
      const double eighth = plus_[2][n] * plus_[2][n];
      plus_[3][n] = eighth * eighth;
      minus_[0][n] = 1 - cosine_[n];
      minus_[1][n] = minus_[0][n] * minus_[0][n];
    }
    const auto& table = SoftnessFunctions::angularTable();
    std::size_t f = 0;
    for (const double xi : xi_) {
      const double rate = -1 / (xi * xi);
      for (std::size_t n = 0; n < padded; ++n) weight_[n] = expNonPositive(rate * squares_[n]);
      std::fill(weight_.begin() + count_, weight_.begin() + padded, 0.0);
      for (; f < table.size() && table[f].xi == xi; ++f) addProduct(weight_.data(), power(table[f]), padded, sum_[f]);
    }
    count_ = 0;
  }

  const double* power(const AngularParameters& p) const {
    if (p.lambda < 0) return minus_[p.zeta == 1 ? 0 : 1].data();
    return plus_[p.zeta == 1 ? 0 : p.zeta == 2 ? 1 : p.zeta == 4 ? 2 : 3].data();
  }

  using Buffer = std::array<double, block>;
  std::vector<double> xi_;
  Buffer squares_{}, cosine_{}, weight_{};
  std::array<Buffer, 4> plus_{};   // (1 + cos)^1, 2, 4, 16
  std::array<Buffer, 2> minus_{};  // (1 - cos)^1, 2
  std::array<Lanes, 22> sum_{};
  std::size_t count_ = 0;
};

}  // namespace

std::vector<double> SoftnessFunctions::radii() {
  std::vector<double> radii;
  for (std::size_t m = 1; m <= radii_count; ++m) radii.push_back(0.1 * static_cast<double>(m));
  return radii;
}

const std::array<AngularParameters, 22>& SoftnessFunctions::angularTable() {
  static constexpr std::array<AngularParameters, 22> table{
      {{14.638, 1, -1}, {14.638, 1, 1}, {14.638, 2, -1}, {14.638, 2, 1}, {2.554, 1, -1}, {2.554, 1, 1},
       {2.554, 2, -1},  {2.554, 2, 1},  {1.648, 1, 1},   {1.648, 2, 1},  {1.204, 1, 1},  {1.204, 2, 1},
       {1.204, 4, 1},   {1.204, 16, 1}, {0.933, 1, 1},   {0.933, 2, 1},  {0.933, 4, 1},  {0.933, 16, 1},
       {0.695, 1, 1},   {0.695, 2, 1},  {0.695, 4, 1},   {0.695, 16, 1}}};
  return table;
}

SoftnessFunctions::SoftnessFunctions(const DescriptorRequest& request)
    : Descriptor(request.name), positions_(request.positions) {
  const auto& species = request.species_names;
  for (const std::string& b : species)
    for (const double mu : radii()) columns_.add(fmt::format("G_mu{:.1f}_{}", mu, b), "1", mu);
  for (std::size_t b = 0; b < species.size(); ++b)
    for (std::size_t c = b; c < species.size(); ++c)
      for (const AngularParameters& p : angularTable())
        columns_.add(fmt::format("psi_xi{}_zeta{}_lambda{}_{}{}", p.xi, p.zeta, p.lambda, species[b], species[c]), "1",
                     p.xi);
}

Array<double> SoftnessFunctions::compute(const DescriptorInput& input) const {
  const NeighbourSpace space = input.space(positions_);
  const auto species = static_cast<std::size_t>(input.speciesCount());
  Neighbours near;
  RadialKernel radial;
  AngularKernel angular;
  Array<double> values({input.particles(), columns_.size()});
  forEachDirectedRow(space, rangeWithin(input.box, radial_range), [&](const NeighbourRow& row) {
    double* out = values.row(row.centre).data();
    near.take(row, radial_range);
    for (std::size_t b = 0; b < species; ++b, out += radii_count)
      radial.sums({near.distance.data() + near.begin[b], near.begin[b + 1] - near.begin[b]}, out);
    near.take(row, angular_range);
    for (std::size_t b = 0; b < species; ++b)
      for (std::size_t c = b; c < species; ++c, out += angularTable().size()) angular.sums(near, b, c, out);
  });
  return values;
}

}  // namespace glassforge::ml
