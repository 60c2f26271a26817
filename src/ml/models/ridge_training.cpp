#include "ml/models/ridge_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

using Structures = std::vector<std::int64_t>;

/// Shapes and access that both passes share.
struct Passes {
  const TrainingView& data;
  const std::string& set;
  std::size_t species_count, features, targets;
  Reducer& reducer;
};

/// Particles of each species in id order.
std::vector<std::vector<std::int32_t>> bySpecies(const std::vector<std::int32_t>& species, std::size_t count) {
  std::vector<std::vector<std::int32_t>> rows(count);
  for (std::size_t i = 0; i < species.size(); ++i) {
    const std::int32_t s = species[i];
    require(s >= 0 && static_cast<std::size_t>(s) < count, "particle {} has species {} of {}", i, s, count);
    rows[static_cast<std::size_t>(s)].push_back(static_cast<std::int32_t>(i));
  }
  return rows;
}

/// (K, N): the labels of the layout, time by time.
Array<double> targetTable(const StructureSample& sample, const std::vector<LabelField>& layout, std::size_t targets) {
  Array<double> table({targets, sample.species.size()});
  std::size_t k = 0;
  for (const LabelField& wanted : layout) {
    const LabelField& field = sample.label(wanted.name);
    require(field.times == wanted.times, "structure {}: the times of {} differ from those of the campaign",
            sample.structure, field.name);
    std::copy_n(field.mean.data(), field.mean.size(), table.row(k).data());
    k += wanted.times.size();
  }
  return table;
}

/// Sums over structures, one per species; `add(sums, sample, targets, rows, species)` adds a structure.
template <class Sums, class Add>
std::vector<Sums> sumOver(const Passes& p, const Structures& structures, const Add& add) {
  const auto layout = p.data.labelLayout();
  const std::size_t length = p.species_count * Sums::packedSize(p.features, p.targets);
  const auto total = p.reducer.sum(structures, length, [&](std::int64_t s) {
    const StructureSample sample = p.data.load(s, p.set);
    const Array<double> targets = targetTable(sample, layout, p.targets);
    const auto rows = bySpecies(sample.species, p.species_count);
    std::vector<double> block;
    block.reserve(length);
    for (std::size_t b = 0; b < p.species_count; ++b) {
      Sums sums(p.features, p.targets);
      add(sums, sample, targets, rows[b], b);
      sums.pack(block);
    }
    return block;
  });
  std::vector<Sums> result(p.species_count, Sums(p.features, p.targets));
  std::span<const double> rest(total);
  for (Sums& sums : result) rest = sums.unpack(rest);
  return result;
}

std::vector<NormalEquations> normalEquations(const Passes& p, const Structures& structures,
                                             const std::vector<SpeciesProblem>& origins) {
  return sumOver<NormalEquations>(
      p, structures,
      [&](NormalEquations& sums, const StructureSample& sample, const Array<double>& targets, const auto& rows,
          std::size_t b) {
        sums.accumulate(sample.features, targets, rows, origins[b].origin_x, origins[b].origin_y);
      });
}

std::vector<Structures> dealOut(const Structures& structures, std::size_t parts) {
  std::vector<Structures> folds(parts);
  for (std::size_t s = 0; s < structures.size(); ++s) folds[s % parts].push_back(structures[s]);
  return folds;
}

/// One solver with what it is tried on.
struct Trial {
  RidgeSolver solver;
  NormalEquations held_out;
};

std::vector<Trial> trialsOf(const SpeciesProblem& problem) {
  std::vector<Trial> trials;
  if (problem.validation.rows() > 0) {
    trials.push_back({RidgeSolver(problem.train()), problem.validation});
    return trials;
  }
  for (std::size_t f = 0; f < problem.train_parts.size(); ++f) {
    NormalEquations others(problem.origin_x.size(), problem.origin_y.size());
    for (std::size_t g = 0; g < problem.train_parts.size(); ++g)
      if (g != f) others.add(problem.train_parts[g]);
    if (others.rows() > 0 && problem.train_parts[f].rows() > 0)
      trials.push_back({RidgeSolver(others), problem.train_parts[f]});
  }
  return trials;
}

/// Moments of the held-out rows as a solver predicts them with a penalty per training particle.
Moments tryPenalty(const Trial& trial, std::size_t target, double relative) {
  const RidgeSolver& solver = trial.solver;
  std::vector<double> slope = solver.weights(target, relative * solver.rows());
  double intercept = solver.intercept(target);
  for (std::size_t a = 0; a < slope.size(); ++a) {
    slope[a] /= solver.scale()[a];
    intercept -= slope[a] * solver.shift()[a];
  }
  return trial.held_out.follow(slope, intercept, target);
}

}  // namespace

NormalEquations SpeciesProblem::train() const {
  NormalEquations all(origin_x.size(), origin_y.size());
  for (const NormalEquations& part : train_parts) all.add(part);
  return all;
}

std::vector<SpeciesProblem> gatherProblems(const TrainingView& data, const std::string& set, int species_count,
                                           std::size_t folds, Reducer& reducer) {
  require(!data.train().empty(), "there are no training structures: raise [split] train");
  require(!data.validation().empty() || data.train().size() >= 2,
          "a penalty needs a validation structure or two training structures: raise [split] validation or train");
  std::size_t targets = 0;
  for (const LabelField& field : data.labelLayout()) targets += field.times.size();
  const Passes p{data, set, static_cast<std::size_t>(species_count), data.featureCount(set), targets, reducer};
  const auto sums = sumOver<ColumnSums>(p, data.train(),
                                        [](ColumnSums& s, const StructureSample& sample, const Array<double>& table,
                                           const auto& rows, std::size_t) { s.accumulate(sample.features, table, rows); });
  std::vector<SpeciesProblem> problems(p.species_count);
  for (std::size_t b = 0; b < p.species_count; ++b) {
    problems[b].origin_x = sums[b].meanX();
    problems[b].origin_y = sums[b].meanY();
    problems[b].validation = NormalEquations(p.features, targets);
  }
  const std::size_t parts = data.validation().empty() ? std::min(folds, data.train().size()) : 1;
  for (const Structures& part : dealOut(data.train(), parts)) {
    auto equations = normalEquations(p, part, problems);
    for (std::size_t b = 0; b < p.species_count; ++b) problems[b].train_parts.push_back(std::move(equations[b]));
  }
  if (data.validation().empty()) return problems;
  auto equations = normalEquations(p, data.validation(), problems);
  for (std::size_t b = 0; b < p.species_count; ++b) problems[b].validation = std::move(equations[b]);
  return problems;
}

std::vector<PenaltyChoice> choosePenalties(const SpeciesProblem& problem, const std::vector<double>& grid) {
  const std::vector<Trial> trials = trialsOf(problem);
  std::vector<double> descending(grid);
  std::sort(descending.rbegin(), descending.rend());
  std::vector<PenaltyChoice> choices;
  for (std::size_t k = 0; k < problem.origin_y.size(); ++k) {
    PenaltyChoice best{descending.front(), std::numeric_limits<double>::quiet_NaN(), 1.0};
    for (const double relative : descending) {
      Moments pooled;
      for (const Trial& trial : trials) pooled = Moments::merge(pooled, tryPenalty(trial, k, relative));
      const double rho = pooled.pearson();
      if (rho > best.pearson || (std::isnan(best.pearson) && !std::isnan(rho)))
        best = {relative, rho, rho > 0 ? pooled.spy / pooled.spp : 1.0};
    }
    choices.push_back(best);
  }
  return choices;
}

}  // namespace glassforge::ml
