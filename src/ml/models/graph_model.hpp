/// A network on graphs as a model: one network for each label and time, or one for all at once, each the mean of
/// several that differ in their seed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ml/models/graph_trainer.hpp"
#include "ml/models/model.hpp"

namespace glassforge::ml {

/// Which network it is.
struct GraphNetworkKind {
  GraphNetworkTraits traits;
  std::function<std::unique_ptr<GraphNetwork<float>>(const GraphNetworkRequest&)> make;
};

/// Its record (docs/formats.md, "Networks on graphs"): "<label>/t<k>/seed<n>/<array>", or "all/seed<n>/<array>" where
/// one network learns all at once; labels and times that were there, and which of them were learnt, beside.
class GraphModel final : public Model {
 public:
  GraphModel(GraphNetworkKind kind, const ModelRequest& request);

  const std::string& name() const override { return request_.name; }
  const std::string& descriptorSet() const override { return kind_.traits.descriptor_set; }
  Positions positions() const override { return positions_; }
  bool predictsLabels() const override { return true; }
  double pairCutoff() const override;
  void fit(const TrainingView& data, Reducer& reducer) override;
  /// Networks are trained one after the other by all processes together.
  void fitWatched(const TrainingView& data, Reducer& reducer, FitMonitor& monitor) override;
  /// NaN for species that are not learnt, and for labels and times that are not; InputError for labels that the
  /// training data did not have.
  Array<double> predict(const StructureSample& sample, const std::string& label) const override;
  /// All times of the label in the training data, learnt or not.
  std::vector<double> times(const std::string& label) const override;
  ModelRecord save() const override;
  void load(const ModelRecord& record) override;

  /// Targets that one network learns together, and its trained networks.
  struct Fit {
    std::vector<GraphTarget> targets;
    std::vector<TrainedGraph> networks;
  };
  const std::vector<Fit>& fits() const { return fits_; }

 private:
  bool learns(std::size_t species) const;
  std::unique_ptr<GraphNetwork<float>> makeNetwork(std::size_t targets) const;
  std::string groupOf(const Fit& fit) const;
  std::vector<Fit> plan(const std::vector<LabelField>& layout) const;
  GraphTask taskOf(const Fit& fit, std::size_t network) const;
  TrainedGraph readNetwork(const ModelRecord& record, const std::string& group, std::size_t targets) const;
  void writeNetwork(ModelRecord& record, const std::string& group, const TrainedGraph& trained,
                    std::size_t targets) const;
  Array<double> predictTargets(const GraphSample& graph, const Fit& fit) const;

  GraphNetworkKind kind_;
  ModelRequest request_;
  GraphLearning learning_;
  Positions positions_;
  std::map<std::string, std::vector<double>> times_;  ///< of every label of the training data
  std::vector<Fit> fits_;
};

}  // namespace glassforge::ml
