#include "iso/near_stiffness.hpp"

#include <utility>

namespace glassforge::iso {
namespace {

constexpr double kWeakest = 1e-3;  // smallest pivot of a diagonal block, as a share of the mean stiffness

/// Inverts a symmetric positive definite block in place by Gauss-Jordan; false where a pivot is not above `smallest`.
template <int D>
bool invert(std::array<double, static_cast<std::size_t>(D) * D>& block, double smallest) {
  const auto at = [&](int a, int b) -> double& { return block[static_cast<std::size_t>(a * D + b)]; };
  for (int p = 0; p < D; ++p) {
    if (!(at(p, p) > smallest)) return false;
    const double inverse = 1.0 / at(p, p);
    at(p, p) = 1;
    for (int b = 0; b < D; ++b) at(p, b) *= inverse;
    for (int a = 0; a < D; ++a) {
      if (a == p) continue;
      const double factor = std::exchange(at(a, p), 0.0);
      for (int b = 0; b < D; ++b) at(a, b) -= factor * at(p, b);
    }
  }
  return true;
}

/// Adds K n n^T + T 1 to a block, with s = sqrt(K) n where K > 0.
template <int D>
void addPair(std::array<double, static_cast<std::size_t>(D) * D>& block, const std::array<double, D>& n, double k,
             double turn) {
  for (std::size_t a = 0; a < D; ++a) {
    for (std::size_t b = 0; b < D; ++b) block[a * D + b] += k * n[a] * n[b] + (a == b ? turn : 0.0);
  }
}

}  // namespace

template <int D>
NearStiffness<D>::NearStiffness(const Mixture& mixture, const Box<D>& box, std::vector<int> species)
    : box_(box), tail_(md::makeTail(mixture.smoothing, mixture.cutoff)), table_(mixture), species_(std::move(species)) {
  const double reach = kNear * mixture.maxCutoff() / mixture.cutoff;
  for (int k = 0; k < D; ++k)
    cells_[static_cast<std::size_t>(k)] = std::max(1, static_cast<int>(box.length(k) / reach));
  const std::size_t n = species_.size();
  for (auto* list : {&order_, &cell_of_, &species_at_}) list->resize(n);
  for (auto* vector : {&x_, &work_, &swept_}) vector->resize(n * D);
  diagonal_.resize(n);
  inverse_.resize(n);
  cell_start_.resize(static_cast<std::size_t>(cells_[0]) * static_cast<std::size_t>(cells_[1]) *
                         static_cast<std::size_t>(cells_[2]) +
                     1);
}

template <int D>
void NearStiffness<D>::update(const Vector& x) {
  sortByCell(x);
  std::visit([&](const auto& tail) { couple(tail); }, tail_);
  invertDiagonal();
}

template <int D>
void NearStiffness<D>::sortByCell(const Vector& x) {
  const std::size_t n = species_.size();
  Vector wrapped(x);
  std::fill(cell_start_.begin(), cell_start_.end(), 0);
  for (std::size_t i = 0; i < n; ++i) {
    int cell = 0;
    for (int k = 0; k < D; ++k) {
      double& coordinate = wrapped[i * D + static_cast<std::size_t>(k)];
      box_.wrap(coordinate, k);
      const int along = cells_[static_cast<std::size_t>(k)];
      cell = cell * along + std::min(static_cast<int>(coordinate / box_.length(k) * along), along - 1);
    }
    cell_of_[i] = cell;
    ++cell_start_[static_cast<std::size_t>(cell) + 1];
  }
  for (std::size_t c = 1; c < cell_start_.size(); ++c) cell_start_[c] += cell_start_[c - 1];
  std::vector<int> next(cell_start_.begin(), cell_start_.end() - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(cell_of_[i])]++);
    order_[at] = static_cast<int>(i);
    species_at_[at] = species_[i];
    std::copy_n(&wrapped[i * D], D, &x_[at * D]);
  }
}

template <int D>
template <class TailType>
void NearStiffness<D>::couple(const TailType& tail) {
  const int n = static_cast<int>(species_.size());
  std::fill(diagonal_.begin(), diagonal_.end(), Block{});
  first_.assign(1, 0);
  coupling_.clear();
  for (int i = 0; i < n; ++i) {
    coupleRow(tail, i);
    first_.push_back(static_cast<int>(coupling_.size()));
  }
}

/// Couples particle i to those before it, cell by cell around its own.
template <int D>
template <class TailType>
void NearStiffness<D>::coupleRow(const TailType& tail, int i) {
  int at[3] = {0, 0, 0}, from[3] = {0, 0, 0}, to[3] = {0, 0, 0};
  int cell = cell_of_[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])];
  for (int k = D; k-- > 0;) {
    const int along = cells_[static_cast<std::size_t>(k)];
    at[k] = cell % along;
    cell /= along;
    from[k] = along > 2 ? -1 : 0;  // where there are fewer than three cells, each is visited once
    to[k] = along > 1 ? 1 : 0;
  }
  const auto around = [&](int k, int shift) {
    const int along = cells_[static_cast<std::size_t>(k)];
    return (at[k] + shift + along) % along;
  };
  for (int a = from[0]; a <= to[0]; ++a) {
    for (int b = from[1]; b <= to[1]; ++b) {
      for (int c = from[2]; c <= to[2]; ++c) {
        const auto there =
            static_cast<std::size_t>((around(0, a) * cells_[1] + around(1, b)) * cells_[2] + around(2, c));
        const int end = std::min(cell_start_[there + 1], i);
        for (int j = cell_start_[there]; j < end; ++j) couplePair(tail, i, j);
      }
    }
  }
}

template <int D>
template <class TailType>
void NearStiffness<D>::couplePair(const TailType& tail, int i, int j) {
  const auto row = static_cast<std::size_t>(i), other = static_cast<std::size_t>(j);
  std::array<double, D> n;
  double r2 = 0;
  for (std::size_t k = 0; k < D; ++k) {
    n[k] = box_.minimumImage(x_[row * D + k] - x_[other * D + k], static_cast<int>(k));
    r2 += n[k] * n[k];
  }
  const int a = species_at_[row], b = species_at_[other];
  if (r2 * table_.inverse_sigma2[a][b] >= kNear * kNear) return;
  const auto pair = md::evaluatePair(tail, table_, a, b, r2);
  const double turn = -pair.force_over_r, stretch = pair.second_derivative - turn;
  for (double& component : n) component /= std::sqrt(r2);
  addPair<D>(diagonal_[row], n, stretch, turn);
  addPair<D>(diagonal_[other], n, stretch, turn);
  if (stretch < 0) return;
  for (double& component : n) component *= std::sqrt(stretch);
  coupling_.push_back({j, n, turn});
}

/// Blocks too weak to invert, of loose particles, become as stiff as the mean.
template <int D>
void NearStiffness<D>::invertDiagonal() {
  double mean = 0;
  for (const Block& block : diagonal_) {
    for (std::size_t a = 0; a < D; ++a) mean += block[a * (D + 1)];
  }
  mean /= static_cast<double>(D) * static_cast<double>(diagonal_.size());
  if (!(mean > 0)) mean = 1;
  for (std::size_t i = 0; i < diagonal_.size(); ++i) {
    inverse_[i] = diagonal_[i];
    if (invert<D>(inverse_[i], kWeakest * mean)) continue;
    diagonal_[i] = inverse_[i] = Block{};
    for (std::size_t a = 0; a < D; ++a) {
      diagonal_[i][a * (D + 1)] = mean;
      inverse_[i][a * (D + 1)] = 1 / mean;
    }
  }
}

template <int D>
void NearStiffness<D>::addCoupled(const Coupling& c, const double* from, double* to) {
  double along = 0;
  for (std::size_t k = 0; k < D; ++k) along += c.stretch[k] * from[k];
  for (std::size_t k = 0; k < D; ++k) to[k] += along * c.stretch[k] + c.turn * from[k];
}

template <int D>
void NearStiffness<D>::timesBlock(const Block& m, const double* from, double* to) {
  for (std::size_t a = 0; a < D; ++a) {
    double sum = 0;
    for (std::size_t b = 0; b < D; ++b) sum += m[a * D + b] * from[b];
    to[a] = sum;
  }
}

template <int D>
void NearStiffness<D>::solve(Vector& q) {
  const std::size_t n = order_.size();
  double row[D];
  for (std::size_t i = 0; i < n; ++i) {
    std::copy_n(&q[static_cast<std::size_t>(order_[i]) * D], D, row);
    for (int c = first_[i]; c < first_[i + 1]; ++c) {
      const Coupling& pair = coupling_[static_cast<std::size_t>(c)];
      addCoupled(pair, &work_[static_cast<std::size_t>(pair.other) * D], row);
    }
    timesBlock(inverse_[i], row, &work_[i * D]);
  }
  std::fill(swept_.begin(), swept_.end(), 0.0);
  for (std::size_t i = n; i-- > 0;) {
    timesBlock(inverse_[i], &swept_[i * D], row);
    for (std::size_t k = 0; k < D; ++k) row[k] += work_[i * D + k];
    for (int c = first_[i]; c < first_[i + 1]; ++c) {
      const Coupling& pair = coupling_[static_cast<std::size_t>(c)];
      addCoupled(pair, row, &swept_[static_cast<std::size_t>(pair.other) * D]);
    }
    std::copy_n(row, D, &q[static_cast<std::size_t>(order_[i]) * D]);
  }
}

template class NearStiffness<2>;
template class NearStiffness<3>;

}  // namespace glassforge::iso
