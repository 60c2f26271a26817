/// Training of one GlassMLP network in two stages (docs/formulas_ml.md, "GlassMLP").
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "ml/models/glassmlp_data.hpp"
#include "ml/nn/adam.hpp"
#include "ml/nn/network.hpp"

namespace glassforge::ml {

/// Dense(2, ELU) - Dense(10, ELU) - Dense(10, ELU) - Dense(1, linear).
std::vector<nn::DenseShape> glassMlpShapes(std::size_t columns);

/// What one network is to learn.
struct NetworkTask {
  std::size_t target = 0;  ///< row of SpeciesBatch::labels
  MobilityRule mobility;
  StreamKey key;  ///< of its first weights
  std::array<std::int64_t, 4> epochs{};
};

struct TrainedNetwork {
  std::vector<double> parameters;  ///< as nn::Network holds them; the weights of dropped columns are 0
  double validation_pearson = 0;   ///< pooled over the validation structures; NaN without them or for constant labels
  double validation_loss = 0;      ///< of the second stage, averaged over the validation particles; NaN without
  std::int64_t epochs = 0;         ///< that were run
};

class GlassMlpTrainer {
 public:
  static constexpr std::int64_t patience = 15;
  static constexpr std::array<double, 4> rates{5e-4, 2e-4, 4e-5, 2e-5};

  GlassMlpTrainer(const SpeciesData& data, const NetworkTask& task);

  /// All four parts. The optimiser starts anew in each. Part 2 of either stage ends when the validation loss has not
  /// fallen for `patience` epochs, and goes back to the weights that had the lowest; without validation structures it
  /// runs to its end.
  TrainedNetwork run();

  enum class Stage { first, second };
  /// One step of the optimiser on each training structure in turn; the mean loss.
  double epoch(Stage stage, nn::Adam<float>& optimiser);
  /// Mean over the validation particles; 0 without them.
  double validationLoss(Stage stage);

 private:
  using Losses = std::vector<GlassMlpLoss<float>>;
  Losses lossesOf(const std::vector<SpeciesBatch>& batches);
  void part(Stage stage, double rate, std::int64_t epochs, bool stop_early);
  void predict(const SpeciesBatch& batch);
  double addGradient(Stage stage, const SpeciesBatch& batch, const GlassMlpLoss<float>& loss);
  double validationPearson();

  const SpeciesData& data_;
  NetworkTask task_;
  nn::Network<float> network_;
  ShellScratch<float> scratch_;
  std::vector<float> prediction_, slope_;  // of a structure: p, dloss/dp
  double scale_ = 1;
  Losses train_, validation_;
  std::int64_t epochs_run_ = 0;
};

}  // namespace glassforge::ml
