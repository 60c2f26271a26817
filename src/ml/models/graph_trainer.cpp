#include "ml/models/graph_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "ml/nn/adam.hpp"

namespace glassforge::ml {

namespace {

constexpr double kept_share = 0.9;  // of the running statistics, at each pass

/// Copies the arrays of that layout into `values`.
void fill(const std::map<std::string, Array<double>>& given, const std::vector<ParameterArray>& layout,
          const std::string& model, std::span<float> values) {
  std::size_t at = 0;
  for (const ParameterArray& array : layout) {
    const auto found = given.find(array.name);
    require(found != given.end(), "train.{}.initial: the array \"{}\" is missing; the network needs {}", model,
            array.name, fmt::join(array.shape, " x "));
    require(found->second.shape() == array.shape, "train.{}.initial: \"{}\" is {} instead of {}", model, array.name,
            fmt::join(found->second.shape(), " x "), fmt::join(array.shape, " x "));
    for (const double value : found->second.values()) values[at++] = static_cast<float>(value);
  }
}

Checkpoint::Reals wide(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

std::vector<float> narrow(const Checkpoint::Reals& values) {
  std::vector<float> result(values.size());
  std::ranges::transform(values, result.begin(), [](double x) { return static_cast<float>(x); });
  return result;
}

Checkpoint::Reals asReals(const std::vector<GraphLook>& history) {
  Checkpoint::Reals numbers;
  for (const GraphLook& look : history)
    for (const double value : look.values()) numbers.push_back(value);
  return numbers;
}

std::vector<GraphLook> asHistory(const Checkpoint::Reals& numbers) {
  constexpr std::size_t width = GraphLook::columns.size();
  std::vector<GraphLook> history;
  for (std::size_t k = 0; k + width <= numbers.size(); k += width)
    history.push_back(GraphLook::of(std::span(numbers).subspan(k, width)));
  return history;
}

}  // namespace

std::array<double, 8> GraphLook::values() const {
  return {phase, passes, loss, validation.loss, validation.pearson, validation.pearson_pooled, validation.pearson_edges,
          rate};
}

GraphLook GraphLook::of(std::span<const double> v) {
  return {v[0], v[1], v[2], {v[3], v[4], v[5], v[6]}, v[7]};
}

void putTrained(Checkpoint& checkpoint, const std::string& prefix, const TrainedGraph& trained) {
  checkpoint.put(prefix + "parameters", wide(trained.parameters));
  checkpoint.put(prefix + "statistics", wide(trained.statistics));
  checkpoint.put(prefix + "history", asReals(trained.history));
  checkpoint.put(prefix + "pearson", trained.pearson);
  checkpoint.put(prefix + "passes", trained.passes);
}

TrainedGraph getTrained(const Checkpoint& checkpoint, const std::string& prefix) {
  return {narrow(checkpoint.reals(prefix + "parameters")), narrow(checkpoint.reals(prefix + "statistics")),
          asHistory(checkpoint.reals(prefix + "history")), checkpoint.real(prefix + "pearson"),
          checkpoint.integer(prefix + "passes")};
}

std::vector<std::int64_t> orderOfEpoch(std::vector<std::int64_t> structures, std::uint64_t seed, std::uint32_t network,
                                       std::int64_t epoch) {
  const RandomStream stream({seed, Purpose::graph_order, 0, network});
  for (std::size_t i = structures.size(); i > 1; --i) {  // Fisher and Yates 1938
    const double u = stream.uniforms(static_cast<std::uint64_t>(epoch), static_cast<std::uint32_t>(i))[0];
    std::swap(structures[i - 1], structures[static_cast<std::size_t>(u * static_cast<double>(i))]);
  }
  return structures;
}

GraphTrainer::GraphTrainer(GraphNetwork<float>& network, GraphData& data, Reducer& reducer, GraphTask task)
    : network_(network),
      data_(data),
      reducer_(reducer),
      task_(std::move(task)),
      statistics_count_(numbersIn(network.statisticsLayout())),
      parameters_(numbersIn(network.layout())),
      statistics_(statistics_count_),
      gradient_(parameters_.size()),
      optimiser_(makeOptimiser(task_.learning, network_.layout())) {
  require(!data_.view().train().empty(), "there are no training structures: raise [split] train");
  network_.initialise({task_.seed, Purpose::network_weights, 0, task_.network}, parameters_, statistics_);
  if (!task_.initial.empty()) fill(task_.initial, network_.layout(), task_.model, parameters_);
  if (!task_.learning.standardised) return;
  standardised_.emplace(network_, *data_.sample(data_.view().train().front()), parameters_, statistics_);
}

/// Before the first step, as a training that goes on has no need of it: every process by itself, on the same structure.
/// Parameters that were given stay.
void GraphTrainer::standardiseFirst() {
  if (!standardised_ || !task_.initial.empty()) return;
  standardised_->bringFirst(*data_.sample(data_.view().train().front()), parameters_, statistics_);
}

std::int64_t GraphTrainer::allPasses() const {
  return (task_.edge_targets ? task_.learning.pretrain_passes : 0) + task_.learning.passes;
}

GraphTrainer::Phase GraphTrainer::phase() const {
  const std::int64_t first = allPasses() - task_.learning.passes;
  if (passes_ < first) return {0, 0, first, {0, 1}};
  const double share = task_.edge_targets ? task_.learning.node_share : 1;
  return {1, first, allPasses(), {share, 1 - share}};
}

std::int64_t GraphTrainer::structureOf(std::int64_t pass) {
  const auto& structures = data_.view().train();
  const auto count = static_cast<std::int64_t>(structures.size());
  if (pass / count != epoch_) {
    epoch_ = pass / count;
    order_ = orderOfEpoch(structures, task_.seed, task_.network, epoch_);
  }
  return order_[static_cast<std::size_t>(pass % count)];
}

void GraphTrainer::averageStatistics(std::span<const double> of_pass) {
  const double kept = passes_ == 0 ? 0 : kept_share;  // those of the first pass are taken as they are
  for (std::size_t i = 0; i < of_pass.size(); ++i)
    statistics_[i] = static_cast<float>(kept * static_cast<double>(statistics_[i]) + (1 - kept) * of_pass[i]);
}

/// Sums gradients over the next passes, and takes their losses and statistics in the order of the passes.
void GraphTrainer::addSlots(const Phase& phase, std::int64_t count) {
  std::vector<std::int64_t> structures;
  for (std::int64_t k = 0; k < count; ++k) structures.push_back(structureOf(passes_ + k));
  const auto numbers =
      reducer_.sumSlots(structures.size(), gradient_, [&](std::size_t slot, std::span<float> gradient) {
        const auto sample = data_.sample(structures[slot]);
        const PassKey key{task_.seed, task_.network, static_cast<std::uint64_t>(passes_) + slot};
        std::vector<float> statistics(statistics_count_, 0.0F);
        std::vector<double> mine{network_.addGradient(parameters_, *sample, key, phase.weights, gradient, statistics)};
        mine.insert(mine.end(), statistics.begin(), statistics.end());
        if (standardised_) std::ranges::copy(network_.inputMoments(), std::back_inserter(mine));
        return mine;
      });
  for (const auto& of_slot : numbers) {
    loss_ += of_slot.front();
    averageStatistics(std::span(of_slot).subspan(1, statistics_count_));
    if (standardised_) standardised_->average(std::span(of_slot).subspan(1 + statistics_count_));
    ++passes_;
    ++passes_in_loss_;
  }
  require(std::isfinite(loss_), "model {}: the loss is not finite after {} passes; lower train.{}.rate, or set clip",
          task_.model, passes_, task_.model);
}

void GraphTrainer::improve(double rate, std::int64_t count) {
  const auto share = static_cast<float>(1.0 / static_cast<double>(count));
  const auto pull = static_cast<float>(2 * task_.learning.decay);
  for (std::size_t i = 0; i < gradient_.size(); ++i) gradient_[i] = gradient_[i] * share + pull * parameters_[i];
  if (standardised_) {
    standardised_->step(*optimiser_, rate, task_.learning.clip, gradient_, parameters_);
    return;
  }
  if (task_.learning.clip > 0) nn::clipNorm(std::span(gradient_), task_.learning.clip);
  optimiser_->step(parameters_, gradient_, rate);
}

FitProgress GraphTrainer::look(const Phase& phase, double rate) {
  const auto scores = scoreGraphs(network_, parameters_, statistics_, data_, data_.view().validation(),
                                  {task_.scored, phase.weights}, reducer_);
  const double loss = loss_ / static_cast<double>(passes_in_loss_);
  history_.push_back({static_cast<double>(phase.number), static_cast<double>(passes_), loss, scores, rate});
  loss_ = 0;
  passes_in_loss_ = 0;
  if (phase.number == 1 && std::isfinite(scores.pearson) && (!best_ || scores.pearson > best_->pearson))
    best_ = TrainedGraph{parameters_, statistics_, {}, scores.pearson, passes_};
  FitProgress progress;
  progress.model = task_.model;
  progress.label = task_.label;
  progress.time = task_.time;
  progress.network = task_.network;
  progress.phase = phase.number == 0 ? "pretraining" : "training";
  progress.passes = passes_;
  progress.of = allPasses();
  progress.loss = loss;
  progress.validation_loss = scores.loss;
  progress.pearson = scores.pearson;
  progress.pearson_pooled = scores.pearson_pooled;
  progress.pearson_edges = scores.pearson_edges;
  progress.rate = rate;
  return progress;
}

std::optional<FitProgress> GraphTrainer::step() {
  const Phase now = phase();
  if (passes_ == 0) standardiseFirst();
  if (passes_ == now.first) optimiser_ = makeOptimiser(task_.learning, network_.layout());
  const std::int64_t before = passes_, count = std::min(task_.learning.batch, now.last - passes_);
  const nn::RateSchedule schedule(task_.learning.schedule, task_.learning.rate, now.last - now.first);
  const double rate = schedule.rate(before - now.first, before - now.first + count);
  addSlots(now, count);
  improve(rate, count);
  const std::int64_t every = task_.learning.validate_every;
  const bool is_due = (passes_ - now.first) / every > (before - now.first) / every;
  if (!is_due && passes_ != now.last) return std::nullopt;
  return look(now, rate);
}

TrainedGraph GraphTrainer::result() const {
  TrainedGraph trained =
      best_ ? *best_ : TrainedGraph{parameters_, statistics_, {}, std::numeric_limits<double>::quiet_NaN(), passes_};
  trained.history = history_;
  return trained;
}

void GraphTrainer::save(Checkpoint& checkpoint, const std::string& prefix) const {
  checkpoint.put(prefix + "passes", passes_);
  checkpoint.put(prefix + "parameters", wide(parameters_));
  checkpoint.put(prefix + "statistics", wide(statistics_));
  optimiser_->save(checkpoint, prefix);
  if (standardised_) checkpoint.put(prefix + "moments", Checkpoint::Reals(standardised_->moments()));
  checkpoint.put(prefix + "loss", loss_);
  checkpoint.put(prefix + "passes_in_loss", passes_in_loss_);
  checkpoint.put(prefix + "history", asReals(history_));
  if (best_) putTrained(checkpoint, prefix + "best/", *best_);
}

void GraphTrainer::load(const Checkpoint& checkpoint, const std::string& prefix) {
  const std::size_t size = parameters_.size();
  passes_ = checkpoint.integer(prefix + "passes");
  parameters_ = narrow(checkpoint.reals(prefix + "parameters", size));
  statistics_ = narrow(checkpoint.reals(prefix + "statistics", statistics_count_));
  optimiser_->load(checkpoint, prefix);
  if (standardised_) standardised_->setMoments(checkpoint.reals(prefix + "moments", standardised_->moments().size()));
  loss_ = checkpoint.real(prefix + "loss");
  passes_in_loss_ = checkpoint.integer(prefix + "passes_in_loss");
  history_ = asHistory(checkpoint.reals(prefix + "history"));
  best_.reset();
  if (checkpoint.has(prefix + "best/passes")) best_ = getTrained(checkpoint, prefix + "best/");
}

}  // namespace glassforge::ml
