#include "io/particle_table.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/text_lines.hpp"
#include "io/unwrapped.hpp"

namespace glassforge::io {
namespace {

void sortById(std::vector<ParticleRow>& rows, const std::string& where) {
  if (!rows.front().id) return;
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return *a.id < *b.id; });
  const auto twice = std::adjacent_find(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return *a.id == *b.id; });
  require<FileError>(twice == rows.end(), "{}: id {} stands there twice", where, twice == rows.end() ? 0 : *twice->id);
}

std::vector<std::int32_t> speciesOf(const std::vector<ParticleRow>& rows, const Mixture& mixture, const std::string& where) {
  const auto& names = mixture.species;
  const bool has_zero = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.species == "0"; });
  std::vector<std::int32_t> species;
  for (const auto& row : rows) {
    std::int64_t number = 0;
    if (const auto name = std::find(names.begin(), names.end(), row.species); name != names.end()) {
      number = name - names.begin();
    } else if (parseInteger(row.species, number)) {
      number -= has_zero ? 0 : 1;
    } else {
      number = -1;
    }
    require<FileError>(number >= 0 && number < mixture.speciesCount(),
                       "{}: species '{}' is not one of mixture {}: {} (or 1 to {})", where, row.species, mixture.name,
                       fmt::join(names, ", "), names.size());
    species.push_back(static_cast<std::int32_t>(number));
  }
  return species;
}

}  // namespace

Snapshot snapshotFrom(std::vector<ParticleRow> rows, const std::vector<double>& box, const Mixture& mixture,
                      const std::string& where) {
  require<FileError>(!rows.empty(), "{}: no particles", where);
  sortById(rows, where);
  Snapshot s;
  s.dimension = mixture.dimension;
  s.box = box;
  s.species = speciesOf(rows, mixture, where);
  std::vector<double> coordinates;
  std::vector<std::int32_t> images;
  for (const auto& row : rows) {
    coordinates.insert(coordinates.end(), row.position.begin(), row.position.end());
    images.insert(images.end(), row.image.begin(), row.image.end());
    s.velocity.insert(s.velocity.end(), row.velocity.begin(), row.velocity.end());
  }
  setUnwrapped(s, std::move(coordinates), where);
  for (std::size_t i = 0; i < images.size(); ++i) s.image[i] += images[i];
  return s;
}

}  // namespace glassforge::io
