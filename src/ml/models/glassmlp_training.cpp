#include "ml/models/glassmlp_training.hpp"

#include <algorithm>
#include <limits>

#include "ml/linalg/moments.hpp"

namespace glassforge::ml {

namespace {

using nn::Activation;
using nn::Index;

constexpr Index block_rows = 256;  // particles at a time: their features stay in the second cache for the gradient

/// The batch block by block: visit(first row, rows of features).
template <class Visit>
void forBlocks(const SpeciesBatch& batch, const Visit& visit) {
  for (Index first = 0; first < batch.features.rows(); first += block_rows) {
    const Index rows = std::min(block_rows, batch.features.rows() - first);
    visit(static_cast<std::size_t>(first),
          nn::ConstBatch<float>(batch.features.data() + first * batch.features.cols(), rows, batch.features.cols()));
  }
}

}  // namespace

std::vector<nn::DenseShape> glassMlpShapes(std::size_t columns) {
  return nn::denseShapes(static_cast<Index>(columns),
                         {{2, Activation::elu}, {10, Activation::elu}, {10, Activation::elu}, {1, Activation::linear}});
}

GlassMlpTrainer::GlassMlpTrainer(const SpeciesData& data, const NetworkTask& task)
    : data_(data),
      task_(task),
      network_(glassMlpShapes(data.mean.size()), block_rows),
      scale_(data.labelScale(task.target)),
      train_(lossesOf(data.train)),
      validation_(lossesOf(data.validation)) {
  network_.initialise(task.key, static_cast<Index>(std::max<std::size_t>(1, data.keptColumns())));
  auto kernel = network_.parameters();
  for (std::size_t w = 0; w < 2 * data.kept.size(); ++w)
    if (!data.kept[w % data.kept.size()]) kernel[w] = 0;
}

GlassMlpTrainer::Losses GlassMlpTrainer::lossesOf(const std::vector<SpeciesBatch>& batches) {
  Losses losses;
  for (const SpeciesBatch& batch : batches) {
    const auto particles = static_cast<std::size_t>(batch.labels.cols());
    const std::span<const float> labels(batch.labels.data() + task_.target * particles, particles);
    losses.emplace_back(*batch.shells, labels, scale_, task_.mobility, scratch_);
    prediction_.resize(std::max(prediction_.size(), particles));
    slope_.resize(prediction_.size());
  }
  return losses;
}

void GlassMlpTrainer::predict(const SpeciesBatch& batch) {
  forBlocks(batch, [&](std::size_t first, const nn::ConstBatch<float>& rows) {
    const auto p = network_.forward(rows);
    std::copy_n(p.data(), p.size(), prediction_.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

/// The first stage takes the loss apart by rows, so that a block is read once for prediction and gradient. The second
/// needs all predictions of the structure first.
double GlassMlpTrainer::addGradient(Stage stage, const SpeciesBatch& batch, const GlassMlpLoss<float>& loss) {
  const auto particles = static_cast<std::size_t>(batch.features.rows());
  const std::span<float> slope(slope_.data(), particles);
  std::ranges::fill(slope, 0.0f);
  double value = 0;
  if (stage == Stage::second) {
    predict(batch);
    value = loss.secondStage(std::span<const float>(prediction_.data(), particles), slope, scratch_);
  }
  forBlocks(batch, [&](std::size_t first, const nn::ConstBatch<float>& rows) {
    const auto p = network_.forward(rows);
    const auto count = static_cast<std::size_t>(p.size());
    const auto of_block = slope.subspan(first, count);
    if (stage == Stage::first) value += loss.firstStage(first, std::span<const float>(p.data(), count), of_block);
    network_.backward(nn::ConstBatch<float>(of_block.data(), p.rows(), 1));
  });
  return value;
}

double GlassMlpTrainer::epoch(Stage stage, nn::Adam<float>& optimiser) {
  double sum = 0;
  for (std::size_t s = 0; s < train_.size(); ++s) {
    network_.clearGradient();
    sum += addGradient(stage, data_.train[s], train_[s]);
    optimiser.step(network_.parameters(), network_.gradient());
  }
  ++epochs_run_;
  return sum / static_cast<double>(train_.size());
}

double GlassMlpTrainer::validationLoss(Stage stage) {
  double sum = 0, rows = 0;
  for (std::size_t s = 0; s < validation_.size(); ++s) {
    predict(data_.validation[s]);
    const std::size_t particles = validation_[s].labels().size();
    const std::span<const float> p(prediction_.data(), particles);
    const double weight = static_cast<double>(particles);
    sum += weight *
           (stage == Stage::first ? validation_[s].firstStage(0, p, {}) : validation_[s].secondStage(p, {}, scratch_));
    rows += weight;
  }
  return rows > 0 ? sum / rows : 0;
}

void GlassMlpTrainer::part(Stage stage, double rate, std::int64_t epochs, bool stop_early) {
  nn::AdamSettings settings;
  settings.rate = rate;
  nn::Adam<float> optimiser(network_.parameters().size(), settings);
  const auto parameters = network_.parameters();
  std::vector<float> best(parameters.begin(), parameters.end());
  double lowest = std::numeric_limits<double>::infinity();
  std::int64_t since = 0;
  for (std::int64_t e = 0; e < epochs && since < patience; ++e) {
    epoch(stage, optimiser);
    if (!stop_early) continue;
    const double loss = validationLoss(stage);
    ++since;
    if (loss < lowest) {
      lowest = loss;
      since = 0;
      std::ranges::copy(parameters, best.begin());
    }
  }
  if (stop_early && epochs > 0) std::ranges::copy(best, parameters.begin());
}

double GlassMlpTrainer::validationPearson() {
  Moments pooled;
  for (std::size_t s = 0; s < validation_.size(); ++s) {
    predict(data_.validation[s]);
    const auto labels = validation_[s].labels();
    const std::vector<double> y(labels.begin(), labels.end());
    const std::vector<double> p(prediction_.begin(), prediction_.begin() + static_cast<std::ptrdiff_t>(y.size()));
    pooled = Moments::merge(pooled, Moments::of(p, y));
  }
  return pooled.pearson();
}

TrainedNetwork GlassMlpTrainer::run() {
  const bool stop_early = !validation_.empty();
  for (std::size_t n = 0; n < rates.size(); ++n)
    part(n < 2 ? Stage::first : Stage::second, rates[n], task_.epochs[n], n % 2 == 1 && stop_early);
  const auto parameters = network_.parameters();
  TrainedNetwork trained{{parameters.begin(), parameters.end()}, validationPearson(), 0, epochs_run_};
  trained.validation_loss = stop_early ? validationLoss(Stage::second) : std::numeric_limits<double>::quiet_NaN();
  return trained;
}

}  // namespace glassforge::ml
