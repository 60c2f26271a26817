/// The sums over structures a ridge model is trained from, and the choice of its penalty.
#pragma once

#include <string>
#include <vector>

#include "ml/linalg/normal_equations.hpp"
#include "ml/linalg/ridge_solver.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

/// Everything about one species that training needs. Targets are all labels at all times, label by label.
struct SpeciesProblem {
  std::vector<double> origin_x, origin_y;    ///< means over the training particles, from which the moments are counted
  std::vector<NormalEquations> train_parts;  ///< one, or one per fold where there is nothing to validate on
  NormalEquations validation;                ///< no rows where there is nothing to validate on

  NormalEquations train() const;
};

/// The problem of each of the given species, in that order, from two passes over the structures. InputError where there
/// are too few structures to choose a penalty from. Collective.
std::vector<SpeciesProblem> gatherProblems(const TrainingView& data, const std::string& set,
                                           const std::vector<int>& species, std::size_t folds, Reducer& reducer);

struct PenaltyChoice {
  double relative = 0;  ///< per training particle
  double pearson = 0;   ///< pooled over what was held out; NaN where it is not defined for any penalty
  double gain = 1;      ///< regression coefficient of the held-out labels on the predictions; 1 where pearson <= 0
};

/// For each target the penalty with the largest pooled Pearson on the validation structures, or, where there are none,
/// on each fold of the training structures predicted from the other folds. The larger penalty where two are equal.
/// Pearson does not see a common factor, so the penalty it likes best may shrink predictions to nothing; `gain` undoes
/// that. `solver` is that of all the training structures.
std::vector<PenaltyChoice> choosePenalties(const SpeciesProblem& problem, const RidgeSolver& solver,
                                           const std::vector<double>& grid);

}  // namespace glassforge::ml
