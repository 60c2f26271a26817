/// Limited-memory BFGS directions (Nocedal, Math. Comp. 35, 773 (1980)) on top of any approximate inverse Hessian.
#pragma once

#include <utility>

#include "iso/vector_sums.hpp"

namespace glassforge::iso {

/// The last few steps and the changes of gradient they made, in a ring: nothing is allocated after the constructor.
class StepHistory {
 public:
  StepHistory(std::size_t coordinates, std::size_t capacity)
      : pairs_(capacity, Pair{Vector(coordinates), Vector(coordinates)}), share_(capacity) {}

  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  /// Takes the step from (x, force) to (x_new, force_new). Where curvature along it is not positive, all is forgotten.
  void add(const Vector& x, const Vector& force, const Vector& x_new, const Vector& force_new) {
    if (size_ == pairs_.size()) {
      first_ = (first_ + 1) % pairs_.size();
      --size_;
    }
    Pair& next = pair(size_);
    double *s = next.step.data(), *y = next.change.data();
    const double *from = x.data(), *to = x_new.data(), *f = force.data(), *g = force_new.data();
    next.product = laneSums<1>(x.size(), [=]<class Real>(std::size_t i, Real* term) {
      const Real moved = load<Real>(to + i) - load<Real>(from + i), changed = load<Real>(f + i) - load<Real>(g + i);
      std::memcpy(s + i, &moved, sizeof(Real));
      std::memcpy(y + i, &changed, sizeof(Real));
      term[0] = moved * changed;
    })[0];
    size_ = next.product > 0 ? size_ + 1 : 0;
  }

  /// The two-loop recursion: q becomes the direction of descent for force q; `solve(q)` applies the approximate inverse
  /// Hessian that the history corrects. Each pass over q updates it and takes the product that the next one needs.
  template <class Solve>
  void direct(Vector& q, Solve&& solve) {
    if (size_ == 0) return solve(q);
    double along = dot(pair(size_ - 1).step, q);
    for (std::size_t k = size_; k-- > 0;) {
      share_[k] = along / pair(k).product;
      along = addAndDot(q, -share_[k], pair(k).change, pair(k > 0 ? k - 1 : 0).step);
    }
    solve(q);
    along = dot(pair(0).change, q);
    for (std::size_t k = 0; k < size_; ++k) {
      const double c = share_[k] - along / pair(k).product;
      along = addAndDot(q, c, pair(k).step, pair(k + 1 < size_ ? k + 1 : k).change);
    }
  }

 private:
  struct Pair {
    Vector step, change;
    double product = 0;
  };

  Pair& pair(std::size_t k) { return pairs_[(first_ + k) % pairs_.size()]; }
  const Pair& pair(std::size_t k) const { return pairs_[(first_ + k) % pairs_.size()]; }

  std::vector<Pair> pairs_;
  std::vector<double> share_;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace glassforge::iso
