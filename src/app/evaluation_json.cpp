#include "app/evaluation_json.hpp"

#include <cmath>

namespace glassforge::app {

using Json = nlohmann::json;

Json jsonNumber(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json jsonNumbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(jsonNumber(value));
  return list;
}

Json toJson(const ml::EvaluationResult& r) {
  return {{"model", r.model},
          {"label", r.label},
          {"species", r.species},
          {"time", r.time},
          {"pearson_pooled", jsonNumber(r.pearson_pooled)},
          {"error", jsonNumber(r.error)},
          {"pearson_per_structure", jsonNumber(r.pearson_per_structure)},
          {"r2", jsonNumber(r.r2)},
          {"ceiling", jsonNumber(r.ceiling)}};
}

Json toJson(const ml::Comparison& c) {
  return {{"model", c.model},     {"baseline", c.baseline},
          {"label", c.label},     {"species", c.species},
          {"time", c.time},       {"difference", jsonNumber(c.difference)},
          {"error", jsonNumber(c.error)}};
}

}  // namespace glassforge::app
