#include "io/glass_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/error.hpp"
#include "io/npz.hpp"
#include "io/unwrapped.hpp"

namespace glassforge::io {
namespace {

std::vector<std::int64_t> countsFrom(const std::vector<std::int64_t>& types, std::int64_t base, std::size_t species) {
  std::vector<std::int64_t> counts(species, 0);
  for (const auto type : types) {
    if (type >= base && type < base + static_cast<std::int64_t>(species))
      ++counts[static_cast<std::size_t>(type - base)];
  }
  return counts;
}

std::string describeTypes(const std::vector<std::int64_t>& types) {
  std::map<std::int64_t, std::int64_t> histogram;
  for (const auto type : types) ++histogram[type];
  std::string text;
  for (const auto& [type, count] : histogram) {
    if (text.size() > 200) return text + " ...";
    text += fmt::format("{}{} of type {}", text.empty() ? "" : ", ", count, type);
  }
  return text;
}

/// The number that the first species has in the file: 0 or 1.
std::int64_t speciesBase(const NpzReader& file, const std::vector<std::int64_t>& types, const Mixture& mixture,
                         Counts counts) {
  const auto species = static_cast<std::size_t>(mixture.speciesCount());
  for (const std::int64_t base : {0, 1}) {
    if (countsFrom(types, base, species) == mixture.counts) return base;
  }
  require<FileError>(counts == Counts::any, "{}: {}; mixture {} has {} of {}", file.where("types"),
                     describeTypes(types), mixture.name, fmt::join(mixture.counts, ", "),
                     fmt::join(mixture.species, ", "));
  const auto [least, most] = std::minmax_element(types.begin(), types.end());
  const std::int64_t base = *least == 0 ? 0 : 1;
  require<FileError>(*least >= 0 && *most - base < mixture.speciesCount(), "{}: {}; mixture {} has the {} species {}",
                     file.where("types"), describeTypes(types), mixture.name, species,
                     fmt::join(mixture.species, ", "));
  return base;
}

}  // namespace

std::vector<std::int32_t> readSpecies(const NpzReader& file, const Mixture& mixture, Counts counts) {
  const auto types = file.integers("types");
  require<FileError>(types.rank() == 1 && !types.empty(), "{}: shape ({}); one number per particle is expected",
                     file.where("types"), fmt::join(types.shape(), ", "));
  const auto base = speciesBase(file, types.values(), mixture, counts);
  std::vector<std::int32_t> species;
  for (const auto type : types.values()) species.push_back(static_cast<std::int32_t>(type - base));
  return species;
}

namespace {

std::vector<double> readBox(const NpzReader& file, const Mixture& mixture) {
  if (!file.has("box")) return mixture.box;
  const auto box = file.reals("box");
  const auto d = static_cast<std::size_t>(mixture.dimension);
  require<FileError>(box.size() == 1 || box.size() == d, "{}: {} lengths; 1 or {} are expected", file.where("box"),
                     box.size(), d);
  return box.size() == 1 ? std::vector<double>(d, box.values().front()) : box.values();
}

}  // namespace

Array<double> readFinite(const NpzReader& file, const std::string& name, const std::vector<std::size_t>& shape) {
  auto values = file.reals(name);
  bool fits = values.rank() == shape.size() && !values.empty();
  for (std::size_t k = 0; fits && k < shape.size(); ++k) fits = shape[k] == 0 || values.extent(k) == shape[k];
  require<FileError>(fits, "{}: shape ({}) does not fit {} (0: any)", file.where(name), fmt::join(values.shape(), ", "),
                     fmt::format("({})", fmt::join(shape, ", ")));
  const auto bad =
      std::find_if(values.values().begin(), values.values().end(), [](double x) { return !std::isfinite(x); });
  require<FileError>(bad == values.values().end(), "{}: value {} is {}", file.where(name),
                     bad - values.values().begin(), bad == values.values().end() ? 0.0 : *bad);
  return values;
}

namespace {

Array<double> readNear(const NpzReader& file, const std::string& name, const Snapshot& snapshot,
                       const std::vector<double>& start) {
  if (!file.has(name)) return {};
  auto x = readFinite(file, name, {snapshot.particles(), static_cast<std::size_t>(snapshot.dimension)});
  x.values() = nearestCopies(x.values(), start, snapshot.box);
  return x;
}

Array<double> readEnds(const NpzReader& file, const Snapshot& snapshot, const std::vector<double>& start) {
  if (!file.has("positions")) return {};
  auto x = readFinite(file, "positions", {0, snapshot.particles(), static_cast<std::size_t>(snapshot.dimension)});
  if (liesInOneCell(x.values(), snapshot.box)) x.values() = nearestCopies(x.values(), start, snapshot.box);
  return x;
}

/// Takes "<mark>digits" off the end of a name, where it stands there.
std::optional<std::int64_t> takeNumber(std::string& name, std::string_view mark) {
  const auto at = name.rfind(mark);
  if (at == std::string::npos) return std::nullopt;
  const auto digits = std::string_view(name).substr(at + mark.size());
  std::int64_t number = 0;
  const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits.size() > 9 || error != std::errc() || last != digits.data() + digits.size() ||
      number < 0) {
    return std::nullopt;
  }
  name.resize(at);
  return number;
}

void requireCube(const Snapshot& snapshot, const std::string& path) {
  for (const double length : snapshot.box) {
    require<FileError>(length == snapshot.box.front(),
                       "{}: the box {} is not a square or cube, and a GlassBench file holds one "
                       "length",
                       path, fmt::join(snapshot.box, " x "));
  }
}

std::vector<std::size_t> shapeOf(const Snapshot& s) {
  return {s.particles(), static_cast<std::size_t>(s.dimension)};
}

template <class T>
Array<T> typesFrom(const std::vector<std::int32_t>& species, int base) {
  Array<T> types({species.size()});
  for (std::size_t i = 0; i < species.size(); ++i) types(i) = static_cast<T>(species[i] + base);
  return types;
}

NpyArray centredArray(const Array<double>& x, const std::vector<double>& box) {
  return NpyArray::of(Array<double>(x.shape(), centred(x.values(), box)));
}

/// The wrong model is the likeliest mistake, and this the first sign of it.
void requireDimension(const NpzReader& file, const Mixture& mixture) {
  const auto shape = file.read("initial_positions").shape;
  require<FileError>(shape.size() == 2 && shape[1] == static_cast<std::size_t>(mixture.dimension),
                     "{}: shape ({}); model {} is in {} dimensions", file.where("initial_positions"),
                     fmt::join(shape, ", "), mixture.name, mixture.dimension);
}

}  // namespace

GlassData readGlassData(const std::string& path, const Mixture& mixture, Counts counts) {
  const NpzReader file(path);
  requireDimension(file, mixture);
  GlassData data;
  auto& s = data.snapshot;
  s.dimension = mixture.dimension;
  s.box = readBox(file, mixture);
  s.species = readSpecies(file, mixture, counts);
  auto start = readFinite(file, "initial_positions", shapeOf(s));
  setUnwrapped(s, start.values(), file.where("initial_positions"));
  data.start = start;
  data.inherent = readNear(file, "initial_positions_inherent", s, start.values());
  data.cage = readNear(file, "initial_positions_cage", s, start.values());
  data.end_positions = readEnds(file, s, start.values());
  if (file.has("md_prop")) data.displacement = readFinite(file, "md_prop", {0, s.particles()});
  if (file.has("bb_prop")) data.bond_breaking = readFinite(file, "bb_prop", {0, s.particles()});
  return data;
}

GlassName parseGlassName(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  if (name.ends_with(".npz")) name.resize(name.size() - 4);
  GlassName result;
  if (const auto code = takeNumber(name, "_tc")) result.time_code = static_cast<int>(*code);
  result.number = takeNumber(name, "_");
  const auto t = name.rfind('T');
  if (t == std::string::npos) return result;
  double temperature = 0;
  const char* end = name.data() + name.size();
  const auto [last, error] = std::from_chars(name.data() + t + 1, end, temperature);
  if (error == std::errc() && last == end) result.temperature = temperature;
  return result;
}

void writeBotan(const std::string& path, const GlassData& data) {
  const auto& s = data.snapshot;
  NpzWriter writer;
  writer.add("types", NpyArray::of(typesFrom<std::int8_t>(s.species, 0)));
  writer.add("initial_positions", NpyArray::of(Array<double>(shapeOf(s), s.position), true));
  if (!data.end_positions.empty()) {
    auto ends = data.end_positions;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto image = s.image.empty() ? 0 : s.image[i % s.image.size()];
      ends.values()[i] -= image * s.box[i % s.box.size()];
    }
    writer.add("positions", NpyArray::of(ends));
  }
  writer.commit(path);
}

void writeGlassBench(const std::string& path, const GlassData& data, TrajectoryForm form) {
  const auto& s = data.snapshot;
  requireCube(s, path);
  const bool wrapped = form == TrajectoryForm::wrapped;
  const auto coordinates = [&](const Array<double>& x) { return wrapped ? centredArray(x, s.box) : NpyArray::of(x); };
  NpzWriter writer;
  writer.add("box", NpyArray::of(s.box.front()));
  writer.add("types", NpyArray::of(typesFrom<std::int64_t>(s.species, 1)));
  writer.add("initial_positions",
             coordinates(data.start.empty() ? Array<double>(shapeOf(s), s.unwrapped()) : data.start));
  if (!data.inherent.empty() && !wrapped) writer.add("initial_positions_inherent", NpyArray::of(data.inherent));
  if (!data.end_positions.empty()) writer.add("positions", coordinates(data.end_positions));
  writer.commit(path);
}

void writeGlassModels(const std::string& path, const GlassModels& data) {
  NpzWriter writer;
  writer.add("types", NpyArray::of(typesFrom<std::int64_t>(data.species, 1)));
  writer.add("initial_positions", centredArray(data.thermal, data.box));
  if (!data.inherent.empty()) writer.add("initial_positions_inherent", centredArray(data.inherent, data.box));
  if (!data.cage.empty()) writer.add("initial_positions_cage", centredArray(data.cage, data.box));
  writer.add("md_prop", NpyArray::of(data.displacement));
  if (!data.bond_breaking.empty()) writer.add("bb_prop", NpyArray::of(data.bond_breaking));
  for (const auto& [model, values] : data.predictions) writer.add(model, NpyArray::of(values));
  if (!data.times.empty()) writer.add("times", NpyArray::of(Array<double>({data.times.size()}, data.times)));
  if (data.unusual_box) writer.add("box", NpyArray::of(Array<double>({data.box.size()}, data.box)));
  writer.commit(path);
}

std::string botanFileName(std::size_t particles, double temperature, std::int64_t number, int time_code) {
  return fmt::format("isoconfig_N{}T{:.2f}_{}_tc{:02d}.npz", particles, temperature, number, time_code);
}

std::string glassBenchFileName(std::size_t particles, double temperature, std::int64_t number, int time_code) {
  return fmt::format("N{}T{:.2f}_{}_tc{:02d}.npz", particles, temperature, number, time_code);
}

}  // namespace glassforge::io
