/// A model of labels: fit on training and validation structures, predict, save, load; and all models by name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/array.hpp"
#include "core/fit_monitor.hpp"
#include "core/learning_settings.hpp"
#include "core/model_record.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"

namespace glassforge::ml {

class Model {
 public:
  virtual ~Model() = default;

  /// As [train] models calls it.
  virtual const std::string& name() const = 0;
  /// The descriptor set it reads; empty: none.
  virtual const std::string& descriptorSet() const = 0;
  /// The positions it looks at by itself, beside those that its descriptor set has looked at.
  virtual Positions positions() const { return Positions::thermal; }
  /// False for a bare descriptor, whose values have neither the unit nor the sign of a label: its r2 is not a number.
  virtual bool predictsLabels() const = 0;
  /// Up to which distance it learns how pairs of particles part; 0: it does not.
  virtual double pairCutoff() const { return 0; }

  /// Learns every label, time and species of the view. Collective over the reducer's processes; all end up with the
  /// same bits.
  virtual void fit(const TrainingView& data, Reducer& reducer) = 0;
  /// The same for a fit that takes long: it tells the monitor how far it is, can be stopped by it, and goes on from its
  /// checkpoint. Where a fit is short the monitor has nothing to do.
  virtual void fitWatched(const TrainingView& data, Reducer& reducer, FitMonitor& /*monitor*/) { fit(data, reducer); }
  /// (T, N) predictions of one label at the times of that label; NaN for species and times not learnt.
  /// InputError where the label is unknown.
  virtual Array<double> predict(const StructureSample& sample, const std::string& label) const = 0;
  /// Times of a label that predictions are of; empty for a bare descriptor, which serves any time.
  virtual std::vector<double> times(const std::string& label) const = 0;

  virtual ModelRecord save() const = 0;
  /// FileError where the record is not of this model or is damaged.
  virtual void load(const ModelRecord& record) = 0;
};

/// What a model is made for.
struct ModelRequest {
  std::string name;
  std::vector<std::string> species_names;  ///< (K)
  int dimension = 3;
  LearningSettings settings;
  std::map<std::string, Array<double>> initial{};  ///< first parameters of a network, by name; may be empty
};

/// `ridge_<set>`, a model by its own name, or a hand-made descriptor by its name; InputError with the known names
/// otherwise.
std::unique_ptr<Model> makeModel(const ModelRequest& request);
std::vector<std::string> modelNames();

}  // namespace glassforge::ml
