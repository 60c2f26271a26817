#include "ml/models/glassmlp_record.hpp"

#include "ml/models/record_fields.hpp"

namespace glassforge::ml {

namespace {

std::string layerGroup(const std::string& group, std::size_t layer) {
  return group + "/layer" + std::to_string(layer);
}

/// (columns, rows) of (rows, columns).
Array<double> transposed(std::span<const double> table, std::size_t rows, std::size_t columns) {
  Array<double> result({columns, rows});
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) result(c, r) = table[r * columns + c];
  return result;
}

}  // namespace

void writeNetwork(ModelRecord& record, const std::string& group, const TrainedNetwork& network, std::size_t columns) {
  std::span<const double> rest(network.parameters);
  std::size_t layer = 0;
  for (const nn::DenseShape& shape : glassMlpShapes(columns)) {
    const auto inputs = static_cast<std::size_t>(shape.inputs), outputs = static_cast<std::size_t>(shape.outputs);
    const std::string place = layerGroup(group, layer++);
    record.arrays[place + "/kernel"] = transposed(rest.first(inputs * outputs), outputs, inputs);
    const auto bias = rest.subspan(inputs * outputs, outputs);
    record.arrays[place + "/bias"] = Array<double>({outputs}, std::vector<double>(bias.begin(), bias.end()));
    rest = rest.subspan(shape.parameters());
  }
  record.attributes[group + "/validation_pearson"] = network.validation_pearson;
  record.attributes[group + "/validation_loss"] = network.validation_loss;
  record.attributes[group + "/epochs"] = static_cast<double>(network.epochs);
}

TrainedNetwork readNetwork(const ModelRecord& record, const std::string& group, std::size_t columns) {
  TrainedNetwork network;
  std::size_t layer = 0;
  for (const nn::DenseShape& shape : glassMlpShapes(columns)) {
    const auto inputs = static_cast<std::size_t>(shape.inputs), outputs = static_cast<std::size_t>(shape.outputs);
    const std::string place = layerGroup(group, layer++);
    const Array<double>& kernel = readArray(record, place + "/kernel", {inputs, outputs});
    const std::vector<double> bias = readColumn(record, place + "/bias", outputs);
    const Array<double> weights = transposed(kernel.values(), inputs, outputs);
    network.parameters.insert(network.parameters.end(), weights.values().begin(), weights.values().end());
    network.parameters.insert(network.parameters.end(), bias.begin(), bias.end());
  }
  network.validation_pearson = readNumber(record, group + "/validation_pearson");
  network.validation_loss = readNumber(record, group + "/validation_loss");
  network.epochs = static_cast<std::int64_t>(readNumber(record, group + "/epochs"));
  return network;
}

}  // namespace glassforge::ml
