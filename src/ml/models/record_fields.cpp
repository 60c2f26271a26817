#include "ml/models/record_fields.hpp"

#include "core/error.hpp"

namespace glassforge::ml {

Array<double> asColumn(const std::vector<double>& values) {
  return Array<double>({values.size()}, values);
}

std::string fitGroup(const std::string& label, const std::string& species, std::size_t time) {
  return label + "/" + species + "/t" + std::to_string(time);
}

const Array<double>& readArray(const ModelRecord& record, const std::string& key) {
  const auto it = record.arrays.find(key);
  require<FileError>(it != record.arrays.end(), "model {}: array \"{}\" is missing", record.model, key);
  return it->second;
}

const Array<double>& readArray(const ModelRecord& record, const std::string& key,
                               const std::vector<std::size_t>& shape) {
  const Array<double>& array = readArray(record, key);
  require<FileError>(array.shape() == shape, "model {}: array \"{}\" has the shape ({}) instead of ({})", record.model,
                     key, fmt::join(array.shape(), ", "), fmt::join(shape, ", "));
  return array;
}

std::vector<double> readColumn(const ModelRecord& record, const std::string& key, std::size_t length) {
  return readArray(record, key, {length}).values();
}

double readNumber(const ModelRecord& record, const std::string& key) {
  const auto it = record.attributes.find(key);
  const double* value = it == record.attributes.end() ? nullptr : std::get_if<double>(&it->second);
  require<FileError>(value != nullptr, "model {}: number \"{}\" is missing", record.model, key);
  return *value;
}

}  // namespace glassforge::ml
