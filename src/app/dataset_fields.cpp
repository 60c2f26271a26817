#include "app/dataset_fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glassforge::app {
namespace {

using Reals = std::vector<double>;
using Integers = std::vector<std::int32_t>;
using Axes = std::vector<std::string>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Standard error of a mean over replicas: sqrt(variance / replicas done).
Reals errorOf(const Array<double>& variance, const DatasetRecord& record) {
  Reals error(variance.values());
  const auto done = static_cast<double>(record.replicasDone());
  for (auto& e : error) e = done > 0 ? std::sqrt(e / done) : kNone;
  return error;
}

DatasetField real(std::string name, Axes axes, std::function<Reals(const DatasetRecord&)> values) {
  return {std::move(name), std::move(axes), std::move(values), {}};
}

DatasetField integer(std::string name, Axes axes, std::function<Integers(const DatasetRecord&)> values) {
  return {std::move(name), std::move(axes), {}, std::move(values)};
}

/// 1: the certificate passed, 0: it did not, -1: there is none.
std::int32_t certified(const StructureState& state) {
  if (state.checks.empty()) return -1;
  return std::all_of(state.checks.begin(), state.checks.end(), [](const Check& check) { return check.passed; }) ? 1 : 0;
}

std::vector<DatasetField> stateFields() {
  using R = const DatasetRecord&;
  const Axes one{"structures"}, positions{"structures", "particles", "dimensions"};
  return {
      real("box", {"structures", "dimensions"}, [](R r) { return r.state.thermal.box; }),
      integer("species", {"structures", "particles"}, [](R r) { return r.state.thermal.species; }),
      real("positions/thermal", positions, [](R r) { return r.state.thermal.unwrapped(); }),
      real("positions/inherent", positions, [](R r) { return r.state.quenched ? r.state.inherent.position : Reals(); }),
      real("positions/cage", positions, [](R r) { return r.state.cage.position; }),
      real("energies/thermal", one, [](R r) { return Reals{r.state.energy}; }),
      real("energies/inherent", one,
           [](R r) { return r.state.quenched ? Reals{r.state.inherent.energy_per_particle} : Reals(); }),
      real("pressure", one, [](R r) { return Reals{r.state.pressure}; }),
      real("temperature", one, [](R r) { return Reals{r.state.temperature}; }),
      integer("certified", one, [](R r) { return Integers{certified(r.state)}; })};
}

std::vector<DatasetField> labelFields() {
  using R = const DatasetRecord&;
  const Axes labels{"structures", "times", "particles"}, ceilings{"structures", "times", "species"},
      pairs{"pairs", "times"};
  return {integer("labels/replicas", {"structures"},
                  [](R r) { return Integers{static_cast<std::int32_t>(r.replicasDone())}; }),
          real("labels/displacement", labels, [](R r) { return r.labels.displacement.values(); }),
          real("labels/displacement_variance", labels, [](R r) { return r.labels.displacement_variance.values(); }),
          real("labels/displacement_error", labels, [](R r) { return errorOf(r.labels.displacement_variance, r); }),
          real("labels/displacement_ceiling", ceilings, [](R r) { return r.labels.displacement_ceiling.values(); }),
          real("labels/bond_breaking", labels, [](R r) { return r.labels.bond_breaking.values(); }),
          real("labels/bond_breaking_variance", labels, [](R r) { return r.labels.bond_breaking_variance.values(); }),
          real("labels/bond_breaking_error", labels, [](R r) { return errorOf(r.labels.bond_breaking_variance, r); }),
          real("labels/bond_breaking_ceiling", ceilings, [](R r) { return r.labels.bond_breaking_ceiling.values(); }),
          real("labels/overlap", labels, [](R r) { return r.labels.overlap.values(); })};
}

/// (T, E) as (E, T), so that the pairs of a structure stand together.
Reals byPair(const Array<double>& values) {
  Reals turned(values.size());
  if (values.empty()) return turned;
  const std::size_t times = values.extent(0), pairs = values.extent(1);
  for (std::size_t e = 0; e < pairs; ++e) {
    for (std::size_t t = 0; t < times; ++t) turned[e * times + t] = values(t, e);
  }
  return turned;
}

std::vector<DatasetField> pairFields() {
  using R = const DatasetRecord&;
  return {integer("labels/pairs/edges", {"pairs", "ends"}, [](R r) { return r.labels.pairs.edges.values(); }),
          real("labels/pairs/change", {"pairs", "times"}, [](R r) { return byPair(r.labels.pairs.change); }),
          real("labels/pairs/variance", {"pairs", "times"}, [](R r) { return byPair(r.labels.pairs.variance); })};
}

}  // namespace

std::int64_t DatasetRecord::replicasDone() const {
  return std::count(labels.replicas.status.begin(), labels.replicas.status.end(), "done");
}

bool DatasetField::isThere(const DatasetRecord& record) const {
  return real ? !real(record).empty() : !integer(record).empty();
}

const std::vector<DatasetField>& datasetFields() {
  static const std::vector<DatasetField> all = [] {
    auto fields = stateFields();
    for (const auto& more : {labelFields(), pairFields()}) fields.insert(fields.end(), more.begin(), more.end());
    return fields;
  }();
  return all;
}

std::map<std::string, std::size_t> datasetExtents(const DatasetRecord& record, std::size_t species) {
  return {{"times", record.labels.times.size()},
          {"particles", record.state.thermal.particles()},
          {"dimensions", static_cast<std::size_t>(record.state.thermal.dimension)},
          {"species", species},
          {"ends", 2}};
}

}  // namespace glassforge::app
