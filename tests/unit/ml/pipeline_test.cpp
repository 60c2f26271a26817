/// Descriptors, models and scores together, on made-up structures whose labels follow from their energies.
#include <gtest/gtest.h>

#include <algorithm>

#include "ml/benchmark/evaluate.hpp"
#include "ml/descriptors/descriptor.hpp"
#include "unit/ml/support.hpp"

namespace glassforge::ml {
namespace {

using testing::Draws;
using testing::randomInput;

/// Random structures described by any set; label = 2 E coarse-grained at L = 1 over all, plus noise.
class EnergySource final : public StructureSource {
 public:
  EnergySource(std::size_t structures, double noise) {
    for (std::size_t s = 0; s < structures; ++s) {
      inputs_.push_back(randomInput(2, 200, 13.0, 3, 700 + s));
      const FeatureSet energy = describe(inputs_.back(), "energy");
      const auto column = std::ranges::find(energy.names, "E_L1_all") - energy.names.begin();
      Draws draw(800 + s);
      LabelField field{"displacement", {1.0}, Array<double>({1, 200}), Array<double>({1, 200}, 5 * noise * noise), 5};
      for (std::size_t i = 0; i < 200; ++i) field.mean(0, i) = 2 * energy.values(i, column) + noise * draw.normal();
      labels_.push_back(field);
    }
  }
  std::size_t featureCount(const std::string& set) const override {
    return makeDescriptor(set, inputs_[0].species_names, 2)->columns().size();
  }
  std::vector<LabelField> labelLayout() const override { return {LabelField{"displacement", {1.0}, {}, {}, 0}}; }
  StructureSample load(std::int64_t structure, const std::string& set) const override {
    const auto s = static_cast<std::size_t>(structure);
    return {structure,   inputs_[s].box, inputs_[s].thermal, inputs_[s].species, describe(inputs_[s], set).values,
            {labels_[s]}};
  }

 private:
  static FeatureSet describe(const DescriptorInput& input, const std::string& set) {
    return makeDescriptor(set, input.species_names, 2)->describe(input);
  }
  std::vector<DescriptorInput> inputs_;
  std::vector<LabelField> labels_;
};

TEST(Pipeline, EnergyLabelsAreLearntFromEnergyAndNotFromDensity) {
  const std::vector<std::string> species{"A", "B", "C"};
  const EnergySource source(16, 0.08);
  const Split split{{0, 1, 2, 3, 4, 5, 6, 7}, {8, 9}, {10, 11, 12, 13, 14, 15}};
  SerialReducer reducer;
  std::vector<std::unique_ptr<Model>> models;
  std::vector<const Model*> pointers;
  for (const std::string name : {"DEN", "EPOT", "ridge_density", "ridge_energy", "ridge_structure"}) {
    models.push_back(makeModel({name, species, 2, {}}));
    models.back()->fit(TrainingView(source, split), reducer);
    const ModelRecord record = models.back()->save();
    models.back() = makeModel({name, species, 2, {}});
    models.back()->load(record);
    pointers.push_back(models.back().get());
  }
  EvaluateOptions options;
  options.species_names = species;
  options.baselines = {"ridge_density"};
  const Evaluation e = evaluate(pointers, source, split.test, reducer, options);
  ASSERT_EQ(e.results.size(), 5u);
  const auto score = [&](std::size_t m) { return e.results[m].pearson_pooled; };
  EXPECT_LT(std::abs(score(2)), 0.25);
  EXPECT_GT(score(3), 0.9 * e.results[3].ceiling);
  EXPECT_LT(score(3), e.results[3].ceiling + 3 * e.results[3].error);
  EXPECT_GT(score(4), 0.9 * e.results[4].ceiling);
  EXPECT_GT(score(1), 0.1);
  EXPECT_LT(score(1), score(3));
  ASSERT_EQ(e.comparisons.size(), 4u);
  EXPECT_EQ(e.comparisons[2].model, "ridge_energy");
  EXPECT_GT(e.comparisons[2].difference, 5 * e.comparisons[2].error);
}

}  // namespace
}  // namespace glassforge::ml
