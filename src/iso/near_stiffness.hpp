/// A cheap stand-in for the inverse Hessian of the potential energy, made of the pairs that touch.
#pragma once

#include <array>
#include <vector>

#include "core/box.hpp"
#include "iso/vector_sums.hpp"
#include "md/pair_potential.hpp"

namespace glassforge::iso {

/// H = B - C - C^T: B the D x D blocks on the diagonal, C those of pairs, K n n^T + T 1 with T = V'(r) / r and
/// K = V''(r) - T, over pairs nearer than kNear sigma; pairs with K < 0 count in B alone. What is applied is the
/// inverse of the symmetric Gauss-Seidel form M = (B - C) B^-1 (B - C^T), positive definite since B is made so, even
/// where H is not.
template <int D>
class NearStiffness {
 public:
  static constexpr double kNear = 1.25;  ///< about where V'' changes sign; 1.5 saves no evaluation

  NearStiffness(const Mixture& mixture, const Box<D>& box, std::vector<int> species);

  /// Takes the stiffness at x, (N, D) in file order.
  void update(const Vector& x);
  /// q becomes M^-1 q, in file order.
  void solve(Vector& q);

 private:
  using Block = std::array<double, static_cast<std::size_t>(D) * D>;
  /// Block K n n^T + T 1 of a pair, with the earlier particle of the order.
  struct Coupling {
    int other;
    std::array<double, D> stretch;  ///< sqrt(K) n
    double turn;                    ///< T
  };

  void sortByCell(const Vector& x);
  template <class TailType>
  void couple(const TailType& tail);
  template <class TailType>
  void coupleRow(const TailType& tail, int i);
  template <class TailType>
  void couplePair(const TailType& tail, int i, int j);
  void invertDiagonal();
  static void addCoupled(const Coupling& c, const double* from, double* to);
  static void timesBlock(const Block& m, const double* from, double* to);

  Box<D> box_;
  md::Tail tail_;
  md::PairTable table_;
  std::vector<int> species_;
  std::array<int, 3> cells_{1, 1, 1};
  // in the order of cells, then of the file: neighbours lie close in memory and sweeps follow space
  std::vector<int> order_, cell_of_, cell_start_, species_at_;
  Vector x_, work_, swept_;
  std::vector<int> first_;  ///< (N + 1) couplings of each particle
  std::vector<Coupling> coupling_;
  std::vector<Block> diagonal_, inverse_;
};

extern template class NearStiffness<2>;
extern template class NearStiffness<3>;

}  // namespace glassforge::iso
