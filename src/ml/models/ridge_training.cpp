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
  const std::vector<int>& species;  ///< those learnt; sums are in their order
  std::size_t features, targets;
  Reducer& reducer;
};

/// Sums over structures, one per learnt species; `add(sums, sample, targets, rows, b)` adds a structure to the b-th.
template <class Sums, class Add>
std::vector<Sums> sumOver(const Passes& p, const Structures& structures, const Add& add) {
  const auto layout = p.data.labelLayout();
  const std::size_t length = p.species.size() * Sums::packedSize(p.features, p.targets);
  const auto total = p.reducer.sum(structures, length, [&](std::int64_t s) {
    const StructureSample sample = p.data.load(s, p.set);
    const Array<double> targets = labelTable(sample, layout);
    std::vector<double> block;
    block.reserve(length);
    for (std::size_t b = 0; b < p.species.size(); ++b) {
      Sums sums(p.features, p.targets);
      add(sums, sample, targets, particlesOf(sample, p.species[b]), b);
      sums.pack(block);
    }
    return block;
  });
  std::vector<Sums> result(p.species.size(), Sums(p.features, p.targets));
  std::span<const double> rest(total);
  for (Sums& sums : result) rest = sums.unpack(rest);
  return result;
}

std::vector<NormalEquations> normalEquations(const Passes& p, const Structures& structures,
                                             const std::vector<SpeciesProblem>& origins) {
  return sumOver<NormalEquations>(p, structures,
                                  [&](NormalEquations& sums, const StructureSample& sample,
                                      const Array<double>& targets, const auto& rows, std::size_t b) {
                                    sums.accumulate(sample.features, targets, rows, origins[b].origin_x,
                                                    origins[b].origin_y);
                                  });
}

std::vector<Structures> dealOut(const Structures& structures, std::size_t parts) {
  std::vector<Structures> folds(parts);
  for (std::size_t s = 0; s < structures.size(); ++s) folds[s % parts].push_back(structures[s]);
  return folds;
}

/// Moments of the held-out rows as a solver predicts them: (P, K) for each penalty per training particle and target.
std::vector<Moments> tryPenalties(const RidgeSolver& solver, const NormalEquations& held_out,
                                  const std::vector<double>& grid) {
  std::vector<double> penalties(grid), intercepts;
  for (double& penalty : penalties) penalty *= solver.rows();
  const Array<double> slopes = solver.slopes(penalties);
  std::vector<std::size_t> targets;
  for (std::size_t m = 0; m < slopes.extent(0); ++m) {
    targets.push_back(m % held_out.targets());
    intercepts.push_back(solver.intercept(targets.back()));
    const auto slope = slopes.row(m);
    for (std::size_t a = 0; a < slope.size(); ++a) intercepts.back() -= slope[a] * solver.shift()[a];
  }
  return held_out.follow(slopes, intercepts, targets);
}

/// The same pooled over the folds of the training structures, each predicted from the others.
std::vector<Moments> tryOnFolds(const SpeciesProblem& problem, const std::vector<double>& grid) {
  std::vector<Moments> pooled(grid.size() * problem.origin_y.size());
  for (std::size_t f = 0; f < problem.train_parts.size(); ++f) {
    NormalEquations others(problem.origin_x.size(), problem.origin_y.size());
    for (std::size_t g = 0; g < problem.train_parts.size(); ++g)
      if (g != f) others.add(problem.train_parts[g]);
    if (others.rows() == 0 || problem.train_parts[f].rows() == 0) continue;
    const auto found = tryPenalties(RidgeSolver(others), problem.train_parts[f], grid);
    for (std::size_t m = 0; m < pooled.size(); ++m) pooled[m] = Moments::merge(pooled[m], found[m]);
  }
  return pooled;
}

}  // namespace

NormalEquations SpeciesProblem::train() const {
  NormalEquations all(origin_x.size(), origin_y.size());
  for (const NormalEquations& part : train_parts) all.add(part);
  return all;
}

std::vector<SpeciesProblem> gatherProblems(const TrainingView& data, const std::string& set,
                                           const std::vector<int>& species, std::size_t folds, Reducer& reducer) {
  require(!data.train().empty(), "there are no training structures: raise [split] train");
  require(!data.validation().empty() || data.train().size() >= 2,
          "a penalty needs a validation structure or two training structures: raise [split] validation or train");
  std::size_t targets = 0;
  for (const LabelField& field : data.labelLayout()) targets += field.times.size();
  const Passes p{data, set, species, data.featureCount(set), targets, reducer};
  const auto sums =
      sumOver<ColumnSums>(p, data.train(),
                          [](ColumnSums& s, const StructureSample& sample, const Array<double>& table, const auto& rows,
                             std::size_t) { s.accumulate(sample.features, table, rows); });
  std::vector<SpeciesProblem> problems(p.species.size());
  for (std::size_t b = 0; b < p.species.size(); ++b) {
    problems[b].origin_x = sums[b].meanX();
    problems[b].origin_y = sums[b].meanY();
    problems[b].validation = NormalEquations(p.features, targets);
  }
  const std::size_t parts = data.validation().empty() ? std::min(folds, data.train().size()) : 1;
  for (const Structures& part : dealOut(data.train(), parts)) {
    auto equations = normalEquations(p, part, problems);
    for (std::size_t b = 0; b < p.species.size(); ++b) problems[b].train_parts.push_back(std::move(equations[b]));
  }
  if (data.validation().empty()) return problems;
  auto equations = normalEquations(p, data.validation(), problems);
  for (std::size_t b = 0; b < p.species.size(); ++b) problems[b].validation = std::move(equations[b]);
  return problems;
}

std::vector<PenaltyChoice> choosePenalties(const SpeciesProblem& problem, const RidgeSolver& solver,
                                           const std::vector<double>& grid) {
  std::vector<double> descending(grid);
  std::sort(descending.rbegin(), descending.rend());
  const std::vector<Moments> moments = problem.validation.rows() > 0
                                           ? tryPenalties(solver, problem.validation, descending)
                                           : tryOnFolds(problem, descending);
  const std::size_t targets = problem.origin_y.size();
  std::vector<PenaltyChoice> choices;
  for (std::size_t k = 0; k < targets; ++k) {
    PenaltyChoice best{descending.front(), std::numeric_limits<double>::quiet_NaN(), 1.0};
    for (std::size_t p = 0; p < descending.size(); ++p) {
      const Moments& pooled = moments[p * targets + k];
      const double rho = pooled.pearson();
      if (rho > best.pearson || (std::isnan(best.pearson) && !std::isnan(rho)))
        best = {descending[p], rho, rho > 0 ? pooled.spy / pooled.spp : 1.0};
    }
    choices.push_back(best);
  }
  return choices;
}

}  // namespace glassforge::ml
