/// The training and validation particles of one species, held in memory for all networks of that species.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/models/glassmlp_loss.hpp"
#include "ml/models/structure_data.hpp"
#include "ml/nn/batch.hpp"

namespace glassforge::ml {

/// The particles of a species in one structure.
struct SpeciesBatch {
  std::int64_t structure = 0;
  nn::Table<float> features;                        ///< (n, F) standardised; 0 in dropped columns
  nn::Table<float> labels;                          ///< (K, n): all labels at all times, label by label
  std::unique_ptr<ShellCorrelation<float>> shells;  ///< of their thermal positions
};

struct SpeciesData {
  std::vector<SpeciesBatch> train,
      validation;                   ///< in the order of the structures; those without such particles left out
  std::vector<double> mean, scale;  ///< (F) over the training particles; scale 1 where a column is dropped
  std::vector<bool> kept;           ///< (F) standard deviation at least 1e-5 (reference 4.4)

  std::size_t keptColumns() const;
  /// Population standard deviation of target k over the training particles; 1 where it is constant.
  double labelScale(std::size_t target) const;
};

/// (n, F) rows of the particles of a species, standardised with (F) mean and scale.
nn::Table<double> standardisedRows(const Array<double>& features, const std::vector<std::int32_t>& particles,
                                   const std::vector<double>& mean, const std::vector<double>& scale);

/// The data of each of the given species, with the pair weights of the loss for as many structures as fit into 1 GiB
/// (64 MB for 3277 particles); they are made anew in every epoch for the others. Every structure is loaded once. Takes
/// 4 (F + K + D + 3) bytes a particle: 3.1 MB for 3277 particles of 231 columns. InputError where samples lack thermal
/// positions.
std::vector<SpeciesData> loadSpeciesData(const TrainingView& data, const std::string& set,
                                         const std::vector<int>& species);

}  // namespace glassforge::ml
