/// Real angular functions of bond directions: spherical harmonics in 3D, circular ones in 2D.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace glassforge::ml {

/// Bonds whose angular functions are made at a time.
inline constexpr std::size_t bond_block = 64;

/// The functions R_c of all degrees l = 0..l_max, scaled so that the squares of one degree add up to 1.
///   3D: R_l0 = sqrt(4 pi / (2l+1)) Y_l0, and for m = 1..l  sqrt(2) sqrt(4 pi / (2l+1)) times Re and Im of Y_lm, up to
///       the sign (-1)^m; so sum_c |sum_j w_j R_c(j)|^2 = 4 pi / (2l+1) sum_m |sum_j w_j Y_lm(j)|^2.
///   2D: cos(l theta), sin(l theta); the sum of squares is |sum_j w_j exp(i l theta_j)|^2.
/// By recurrence in l upwards, which is stable, of Schmidt's semi-normalised Legendre functions without their power of
/// sin(theta), times (x + i y)^m: no angles, no singular poles.
class Harmonics {
 public:
  /// InputError unless D is 2 or 3 and l_max >= 0.
  Harmonics(int dimension, int l_max);

  int lMax() const { return l_max_; }
  /// Functions of degree l are [first(l), first(l + 1)).
  std::size_t first(int l) const;
  std::size_t components() const { return first(l_max_ + 1); }

  /// Writes component c of bond n to rows[c * bond_block + n]; unit holds D pointers to `count` <= bond_block numbers.
  void evaluate(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const;

 private:
  using Block = std::array<double, bond_block>;

  void circular(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const;
  void spherical(const std::array<const double*, 3>& unit, std::size_t count, double* rows) const;
  /// All degrees of one order m, whose (x + i y)^m is at hand.
  void order(int m, const double* z, const Block& re, const Block& im, std::size_t count, double* rows) const;

  int dimension_, l_max_;
  /// S_l = ahead z S_{l-1} - back S_{l-2} of each (m, l), l > m; S_m of each m in `diagonal_`.
  std::vector<double> ahead_, back_, diagonal_;
};

}  // namespace glassforge::ml
