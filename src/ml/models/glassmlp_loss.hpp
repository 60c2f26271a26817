/// The loss of GlassMLP's second stage: absolute error, spatial correlation of mobility, variance (Jung, Biroli,
/// Berthier, PRL 130, 238202; docs/formulas_ml.md, "GlassMLP").
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

namespace glassforge::ml {

constexpr std::size_t shell_count = 3;

/// Work space of ShellCorrelation, to be used for one structure after another.
template <class Number>
struct ShellScratch {
  std::vector<Number> deviation;                           ///< u - mean u
  std::array<std::vector<Number>, shell_count> products;   ///< S_k deviation
  std::array<std::vector<Number>, shell_count> weights;    ///< a tile of one row of S_k
  std::vector<Number> mobility, slope, mobility_gradient;  ///< u, du/dy, dloss/du
};

/// C_k = sum_i du_i [sum_j g_k(r_ij) du_j / sum_j g_k(r_ij)] / sum_i du_i^2 with g_k(r) = exp(-(r - r_k)^2 / 2) over
/// the particles given, j = i included; that is du^T S_k du / du^T du, S_k = g_k(r_ij) (1/Z_i + 1/Z_j) / 2 being
/// symmetric. S_k is made anew in tiles of pairs each time, or kept by remember(): the same numbers, several times as
/// fast, in 6 n^2 bytes of single precision (64 MB for 3277 particles).
template <class Number>
class ShellCorrelation {
 public:
  /// positions (n, D) thermal, unwrapped or not; box (D); radii r_k.
  ShellCorrelation(std::span<const double> positions, std::span<const double> box,
                   const std::array<double, shell_count>& radii);

  std::size_t particles() const { return particles_; }
  /// Keeps S_k in memory from now on.
  void remember();
  std::size_t rememberedBytes() const { return remembered_.size() * sizeof(Number); }
  /// What remember() would take for n particles.
  static std::size_t bytesFor(std::size_t n) { return shell_count * sizeof(Number) * (n * (n - 1) / 2); }
  /// Radii that the published code uses in D dimensions: 2, 5, 8 in 2D, 2, 4, 6 in 3D.
  static std::array<double, shell_count> radiiOf(std::size_t dimension);

  /// C_k of u (n), and scratch.deviation and products for addGradient. All 0 where u is constant.
  std::array<double, shell_count> evaluate(std::span<const Number> u, ShellScratch<Number>& scratch) const;

  /// Adds sum_k factor_k dC_k/du to gradient (n); right after evaluate with the same scratch, whose C_k are given.
  void addGradient(const std::array<double, shell_count>& values, const std::array<double, shell_count>& factors,
                   const ShellScratch<Number>& scratch, std::span<Number> gradient) const;

 private:
  using Rows = std::array<std::vector<Number>, shell_count>;
  void pairWeights(std::size_t i, std::size_t first, std::size_t count, Rows& weights) const;
  void multiply(ShellScratch<Number>& scratch) const;
  /// visit(i, first, count, {S_k(i, first), ...}) for pairs i < j: tile by tile of j, i ascending within a tile.
  template <class Visit>
  void forRows(Rows& weights, const Visit& visit) const;

  std::size_t particles_ = 0;
  std::vector<std::vector<Number>> axes_;  // (D)(n)
  std::vector<Number> box_;
  std::array<Number, shell_count> radii_{};
  Rows inverse_;                    // 1 / Z_k
  std::vector<Number> remembered_;  // rows of S_k in the order of forRows
};

/// What mobility u a label stands for: u = y (bond breaking; 1 - y has the same C_k), or u = (tanh(20 (y - R0)) + 1)
/// / 2.
struct MobilityRule {
  bool threshold = false;
  double centre = 0;  ///< R0

  /// Of a label of that name in D dimensions: R0 = 0.44 in 3D, 0.40 in 2D for "displacement", u = y for others.
  static MobilityRule of(const std::string& label, std::size_t dimension);
};

/// The labels of one structure as the loss sees them.
template <class Number>
class GlassMlpLoss {
 public:
  /// `scale` is the standard deviation of the training labels, or 1 where they are constant. The shells must outlive
  /// it.
  GlassMlpLoss(const ShellCorrelation<Number>& shells, std::span<const Number> labels, double scale,
               const MobilityRule& rule, ShellScratch<Number>& scratch);

  std::span<const Number> labels() const { return labels_; }
  const std::array<double, shell_count>& correlations() const { return correlations_; }

  /// Mean absolute error over scale; adds to gradient unless it is empty. For a block of rows from `first` on.
  double firstStage(std::size_t first, std::span<const Number> p, std::span<Number> gradient) const;
  /// The first stage + 1/2 sum_k |C_k^true - C_k^pred| / |C_1^true - C_3^true| + |Var_pred - Var_true| / Var_true. The
  /// second term is left out where C_1^true = C_3^true (constant mobilities), the third where Var_true = 0.
  double secondStage(std::span<const Number> p, std::span<Number> gradient, ShellScratch<Number>& scratch) const;

 private:
  void setMobility(std::span<const Number> y, ShellScratch<Number>& scratch) const;
  double correlationTerm(std::span<const Number> p, std::span<Number> gradient, ShellScratch<Number>& scratch) const;

  const ShellCorrelation<Number>& shells_;
  std::vector<Number> labels_;
  double scale_ = 1, variance_ = 0;
  MobilityRule rule_;
  std::array<double, shell_count> correlations_{};
};

}  // namespace glassforge::ml
