/// From the features of a particle to its labels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ml/models/graph_network.hpp"
#include "ml/nn/channels.hpp"

namespace glassforge::ml {

/// Of each species its own network: v -> silu(v K1 / sqrt(32) + b1) -> K2 / sqrt(16) + b2. v: what does not change with
/// rotations, the 8 channels of degree 0 and, of each channel of degree l = 1..3, sum_m h_m^2 / (2 l + 1).
template <class Number>
class Se3Decoder {
 public:
  using Features = nn::ChannelTable<Number>;

  Se3Decoder(std::vector<std::string> species_names, std::size_t targets);

  /// Per species K1 (32, 16), b1 (16), K2 (16, K), b2 (K).
  std::vector<ParameterArray> layout() const;
  std::size_t parameters() const { return species_names_.size() * perSpecies(); }

  /// (N, K) of features (N, kComponents).
  std::vector<Number> forward(std::span<const Number> parameters, std::span<const std::int32_t> species,
                              const Features& features) const;
  /// Given the gradient (N, K): adds that by the parameters, writes that by the features.
  void backward(std::span<const Number> parameters, std::span<const std::int32_t> species, const Features& features,
                std::span<const Number> gradient, std::span<Number> parameter_gradient,
                Features& feature_gradient) const;

 private:
  std::size_t perSpecies() const;

  std::vector<std::string> species_names_;
  std::size_t targets_;
};

}  // namespace glassforge::ml
