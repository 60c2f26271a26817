// What a newcomer would look at first: the gradient is right, and the network is a model by its name that learns.
#include <gtest/gtest.h>

#include "ml/linalg/moments.hpp"
#include "ml/models/model.hpp"
#include "radial_sum.hpp"
#include "unit/ml/graph_support.hpp"

namespace glassforge::ml {
namespace {

TEST(OwnNetwork, HasTheGradientOfItsLoss) {
  const testing::GasSource source(1);
  const auto& structure = source.samples.front();
  GraphSample sample = makeGraphSample(structure, radialSumTraits(), 2);
  sample.node_targets = structure.label("displacement").mean;
  const GraphNetworkRequest request{"radial_sum", {"A", "B"}, 3, 3, {}};
  const auto network = makeGraphNetwork<double>(request);
  std::vector<double> w(3 * 16 + 3), gradient(w.size(), 0.0), unused(w.size());
  network->initialise({1, Purpose::network_weights, 0, 0}, w, {});
  network->addGradient(w, sample, {}, {}, gradient, {});
  for (std::size_t i = 0; i < w.size(); i += 5) {
    const double kept = w[i], h = 1e-5;
    w[i] = kept + h;
    const double above = network->addGradient(w, sample, {}, {}, unused, {});
    w[i] = kept - h;
    const double below = network->addGradient(w, sample, {}, {}, unused, {});
    w[i] = kept;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * h), 1e-7);
  }
}

TEST(OwnNetwork, IsAModelByItsName) {
  const testing::GasSource source(9, 200);
  const TrainingView view(source, {{0, 1, 2, 3, 4, 5}, {6, 7}, {8}});
  ModelRequest request{"radial_sum", {"A", "B"}, 3, {}};
  request.settings.graphs["radial_sum"] = {.batch = 2, .passes = 600, .validate_every = 100, .rate = 0.01};
  const auto model = makeModel(request);
  SerialReducer reducer;
  model->fit(view, reducer);
  const auto& test = source.samples[8];
  const auto predicted = model->predict(test, "displacement");
  const auto of_a = particlesOf(test, 0);
  std::vector<double> p, y;
  for (const std::int32_t i : of_a) {
    p.push_back(predicted(1, static_cast<std::size_t>(i)));
    y.push_back(test.label("displacement").mean(1, static_cast<std::size_t>(i)));
  }
  EXPECT_GT(Moments::of(p, y).pearson(), 0.5);
}

}  // namespace
}  // namespace glassforge::ml
