#include "ml/nn/input_moments.hpp"

#include <algorithm>

namespace glassforge::ml::nn {

template <class Number>
void InputMoments::add(std::size_t first, Index rows, const Number* x, Index width) {
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < width; ++c) {
      const double value = static_cast<double>(x[r * width + c]);
      const std::size_t k = first + static_cast<std::size_t>(c);
      count_[k] += 1;
      sum_[k] += value;
      square_[k] += value * value;
    }
}

void InputMoments::pack(std::vector<double>& values) const {
  const auto mean = [&](std::size_t k) { return count_[k] > 0 ? sum_[k] / count_[k] : 0.0; };
  for (std::size_t k = 0; k < inputs(); ++k) values.push_back(mean(k));
  for (std::size_t k = 0; k < inputs(); ++k)
    values.push_back(count_[k] > 0 ? std::max(0.0, square_[k] / count_[k] - mean(k) * mean(k)) : 0.0);
}

template void InputMoments::add(std::size_t, Index, const float*, Index);
template void InputMoments::add(std::size_t, Index, const double*, Index);

}  // namespace glassforge::ml::nn
