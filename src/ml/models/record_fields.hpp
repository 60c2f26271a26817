/// Arrays and numbers of a model record, checked as they are read.
#pragma once

#include <string>
#include <vector>

#include "core/model_record.hpp"

namespace glassforge::ml {

/// "displacement/A/t0": where what was learnt of a label, species and time stands.
std::string fitGroup(const std::string& label, const std::string& species, std::size_t time);

/// A vector as the array of a record.
Array<double> asColumn(const std::vector<double>& values);
/// The array of that key; FileError where it is missing.
const Array<double>& readArray(const ModelRecord& record, const std::string& key);
/// The same; FileError where it is of another shape.
const Array<double>& readArray(const ModelRecord& record, const std::string& key,
                               const std::vector<std::size_t>& shape);
/// The same of one axis.
std::vector<double> readColumn(const ModelRecord& record, const std::string& key, std::size_t length);
/// FileError where there is no such number.
double readNumber(const ModelRecord& record, const std::string& key);

}  // namespace glassforge::ml
