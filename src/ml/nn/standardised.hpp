/// Parameters of layers as if their inputs had mean 0 and variance 1 (docs/formulas_ml.md, "Standardised steps").
#pragma once

#include <span>
#include <vector>

namespace glassforge::ml::nn {

/// A kernel (rows, columns), row after row, and its bias (rows), at their places among all parameters. Columns come in
/// parts of `part` each, what is left over in a last one.
struct StandardisedKernel {
  std::size_t kernel = 0, bias = 0, rows = 0, columns = 0, part = 0;
};

/// W x + c = V (x - m) / s + b: the parameters W and c of a layer by those, V and b, of the same layer with
/// standardised inputs. m: the means of inputs; s: the root of the mean variance in a part. At first m = 0 and s = 1.
class Standardised {
 public:
  explicit Standardised(const std::vector<StandardisedKernel>& kernels);

  /// m and s of means (columns) and variances (columns) of one kernel after the other. InputError where these are too
  /// few or too many.
  void take(std::span<const double> moments);
  /// Goes that share of the way: s in its logarithm and by a factor of at most 4, m in units of s.
  void approach(std::span<const double> moments, double share);

  /// The gradient by V and b of one by W and c.
  template <class Number>
  void gradient(std::span<Number> values) const;
  /// W and c of V and b. The same for a change of them, as m and s stay.
  template <class Number>
  void parameters(std::span<Number> values) const;

 private:
  struct Inputs {
    std::vector<double> mean, scale;  // (columns)
  };
  std::vector<Inputs> inputsOf(std::span<const double> moments) const;

  std::vector<StandardisedKernel> kernels_;
  std::vector<Inputs> inputs_;  // (kernels)
};

}  // namespace glassforge::ml::nn
