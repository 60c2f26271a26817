#include "app/verify_against.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "app/evaluation_json.hpp"
#include "app/label_store.hpp"
#include "app/measure.hpp"
#include "app/published_set.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/npz.hpp"
#include "io/structure_files.hpp"
#include "io/unwrapped.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr double kSamePosition = 1e-3;  // published coordinates have six digits
constexpr int kAllDigits = 17;
constexpr std::size_t kTriedForDigits = 2000;

/// A structure that both sides have.
struct Common {
  StructureState ours;
  PublishedStructure published;
  io::GlassData theirs;  ///< of the first file
};

bool sameStart(const StructureState& ours, const Snapshot& theirs) {
  if (ours.thermal.species != theirs.species) return false;
  for (std::size_t k = 0; k < theirs.position.size(); ++k) {
    const double length = theirs.box[k % theirs.box.size()], dx = ours.thermal.position[k] - theirs.position[k];
    if (!(std::abs(dx - length * std::nearbyint(dx / length)) < kSamePosition)) return false;
  }
  return true;
}

std::vector<Common> commonStructures(const OpenedCampaign& opened, const std::vector<PublishedStructure>& published) {
  const CampaignFolder folder(opened.root, opened.campaign);
  std::vector<std::pair<const PublishedStructure*, io::GlassData>> theirs;
  for (const auto& p : published) {
    auto data = io::readGlassData(p.files.front().path, opened.campaign.system.mixture);
    data.end_positions = {};
    theirs.emplace_back(&p, std::move(data));
  }
  std::vector<Common> common;
  for (const auto& shard : folder.shards()) {
    for (auto& state : storedStates(folder, shard)) {
      const auto found = std::find_if(theirs.begin(), theirs.end(),
                                      [&](const auto& t) { return sameStart(state, t.second.snapshot); });
      if (found != theirs.end()) common.push_back({std::move(state), *found->first, found->second});
    }
  }
  require(!common.empty(),
          "{} and the published files have no structure in common: no two have the same types and initial positions "
          "(within {})",
          opened.root, kSamePosition);
  return common;
}

/// The fewest significant digits that say every coordinate; 17 where none fewer does.
int significantDigits(const Array<double>& x) {
  const std::size_t count = std::min(x.size(), kTriedForDigits);
  for (int digits = 4; digits < kAllDigits; ++digits) {
    const bool enough = std::all_of(x.values().begin(), x.values().begin() + static_cast<std::ptrdiff_t>(count),
                                    [&](double v) { return std::stod(fmt::format("{:.{}e}", v, digits - 1)) == v; });
    if (enough) return digits;
  }
  return kAllDigits;
}

/// Root mean square rounding error of coordinates with so many significant digits.
double roundingOf(const Array<double>& x, int digits) {
  double sum = 0;
  for (const double v : x.values()) {
    const double half = 0.5 * std::pow(10.0, std::floor(std::log10(std::max(std::abs(v), 1e-300))) + 1 - digits);
    sum += half * half / 3;
  }
  return std::sqrt(sum / static_cast<double>(x.size()));
}

std::string cellOf(const Array<double>& x, const std::vector<double>& box) {
  const auto [least, most] = std::minmax_element(x.values().begin(), x.values().end());
  if (*least >= 0 && io::liesInOneCell(x.values(), box)) return "wrapped to [0, L)";
  return io::liesInOneCell(x.values(), box) ? "wrapped to [-L/2, L/2)" : "unwrapped";
}

Explanation explainStructures(const std::vector<Common>& common, std::size_t published) {
  Json pairs = Json::array();
  for (const auto& c : common) pairs.push_back({c.ours.index, c.published.number});
  return {"structures",
          fmt::format("{} of the {} published structures are in the campaign", common.size(), published),
          {{"common", common.size()}, {"published", published}, {"pairs", pairs}}};
}

Explanation explainConventions(const Common& first, const OpenedCampaign& opened) {
  const io::NpzReader file(first.published.files.front().path);
  const auto types = file.read("types");
  const auto numbers = types.integers().values();
  const auto base = *std::min_element(numbers.begin(), numbers.end());
  const auto start = file.read("initial_positions");
  const std::string order = start.fortran ? "Fortran" : "C";
  const std::string cell = cellOf(first.theirs.start, first.theirs.snapshot.box);
  const std::string ends = file.has("positions") ? cellOf(file.reals("positions"), first.theirs.snapshot.box) : "";
  const bool has_box = file.has("box");
  std::string text = fmt::format(
      "species count from {} in the files ({}), from 0 here; initial positions are {} and in {} order there, wrapped "
      "to [0, L) with image "
      "counters here{}; {}",
      base, types.type, cell, order, ends.empty() ? "" : fmt::format("; end positions are {}", ends),
      has_box ? "the box is in the files"
              : fmt::format("the box is not in the files, {} is taken from the campaign",
                            fmt::join(opened.campaign.system.mixture.box, " x ")));
  if (ends.starts_with("wrapped"))
    text += "; displacements of more than half a box cannot be told from the wrapped end positions";
  return {"coordinates",
          text,
          {{"species_base", base},
           {"types", types.type},
           {"initial_positions", cell},
           {"order", order},
           {"end_positions", ends},
           {"box_in_file", has_box}}};
}

/// What the coordinates' digits do to energies, and what is seen of it.
Explanation explainRounding(const std::vector<Common>& common, const OpenedCampaign& opened) {
  const auto& c = opened.campaign;
  const auto& x = common.front().theirs.start;
  const int digits = significantDigits(x);
  double apart = 0, change = 0, expected = 0;
  for (const auto& pair : common) {
    apart = std::max(
        apart, largestDistance(pair.ours.thermal.position, pair.theirs.snapshot.position, pair.theirs.snapshot.box));
    const auto m = measure(c.system.mixture, pair.theirs.snapshot, c.system.temperature, c.engine.skin);
    change = std::max(change, std::abs(m.energy_per_particle - pair.ours.energy));
    const double sigma = digits < kAllDigits ? roundingOf(pair.theirs.start, digits) : 0;
    expected = std::max(
        expected, m.rms_force * sigma * std::sqrt(static_cast<double>(x.size())) / static_cast<double>(x.extent(0)));
  }
  const std::string written = digits < kAllDigits
                                  ? fmt::format("published coordinates have {} significant digits", digits)
                                  : std::string("published coordinates have all digits of a double");
  return {
      "rounding",
      fmt::format(
          "{}; positions differ by up to {:.2g}, energies of the thermal configurations by up to {:.2g} a particle{}",
          written, apart, change,
          digits < kAllDigits
              ? fmt::format(" (rounding of exact coordinates would change them by about {:.2g})", expected)
              : ""),
      {{"significant_digits", digits},
       {"largest_distance", apart},
       {"largest_energy_difference", change},
       {"expected_energy_difference", expected}}};
}

/// Means over common structures with one way of ending the potential.
struct SmoothingMeans {
  double energy = 0, pressure = 0, inherent_energy = 0, inherent_rms_force = 0;
};

SmoothingMeans meansWith(const std::vector<Common>& common, Mixture mixture, const Smoothing& smoothing,
                         const Campaign& c) {
  mixture.smoothing = smoothing;
  SmoothingMeans mean;
  const auto n = static_cast<double>(common.size());
  for (const auto& pair : common) {
    const auto thermal = measure(mixture, pair.theirs.snapshot, c.system.temperature, c.engine.skin);
    mean.energy += thermal.energy_per_particle / n;
    mean.pressure += thermal.pressure / n;
    if (pair.theirs.inherent.empty()) continue;
    Snapshot inherent = pair.theirs.snapshot;
    inherent.position = pair.theirs.inherent.values();
    inherent.image.assign(inherent.position.size(), 0);
    const auto m = measure(mixture, inherent, 0, c.engine.skin);
    mean.inherent_energy += m.energy_per_particle / n;
    mean.inherent_rms_force += m.rms_force / n;
  }
  return mean;
}

/// The ways of ending the Lennard-Jones potential, and the campaign's own potential where it is another.
std::vector<Smoothing> candidates(const Mixture& mixture) {
  std::vector<Smoothing> all{Smoothing::none, Smoothing::shift, Smoothing::force_shift, Smoothing::quartic};
  if (std::find(all.begin(), all.end(), mixture.smoothing) == all.end()) all.push_back(mixture.smoothing);
  return all;
}

Explanation explainPotential(const std::vector<Common>& common, const OpenedCampaign& opened) {
  const auto& c = opened.campaign;
  const bool inherent =
      std::all_of(common.begin(), common.end(), [](const auto& p) { return !p.theirs.inherent.empty(); });
  Json numbers = Json::object();
  std::map<std::string, SmoothingMeans> means;
  std::string table, best;
  for (const auto& smoothing : candidates(c.system.mixture)) {
    const std::string name(smoothing.name());
    const auto m = means[name] = meansWith(common, c.system.mixture, smoothing, c);
    numbers[name] = {{"energy_per_particle", m.energy}, {"pressure", m.pressure}};
    table += fmt::format("{}{} {:.6f} (P {:.4f}", table.empty() ? "" : ", ", name, m.energy, m.pressure);
    if (inherent) {
      numbers[name]["inherent_energy_per_particle"] = m.inherent_energy;
      numbers[name]["inherent_rms_force"] = m.inherent_rms_force;
      table += fmt::format(", e_IS {:.6f}, rms force there {:.4g}", m.inherent_energy, m.inherent_rms_force);
      if (best.empty() || m.inherent_rms_force < means[best].inherent_rms_force) best = name;
    }
    table += ")";
  }
  const std::string ours(c.system.mixture.smoothing.name());
  std::string text = fmt::format(
      "the campaign ends the potential by {}; energies a particle of the published configurations: {}", ours, table);
  if (inherent) {
    numbers["published_inherent_fits"] = best;
    // shift changes no force, so it cannot be told from plain truncation
    const bool same = best == ours || (means[best].inherent_rms_force == means[ours].inherent_rms_force);
    text += fmt::format("; the published inherent states are nearest to a minimum of {}, {}", best,
                        same ? "as it should be" : fmt::format("so they were not made with {}", ours));
  } else {
    text += "; without inherent positions in the files one configuration does not tell which of them it was made with";
  }
  return {"potential", text, numbers};
}

/// Differences of one label between two records of the same structures, over one species.
struct Difference {
  double largest = 0, squares = 0, noise = 0;
  std::size_t count = 0;
};

const StructureLabels* find(const LabelSet& set, std::int64_t structure) {
  const auto found = std::find_if(set.structures.begin(), set.structures.end(),
                                  [&](const auto& s) { return s.structure == structure; });
  return found == set.structures.end() ? nullptr : &*found;
}

std::size_t timeOf(const StructureLabels& labels, double time) {
  return static_cast<std::size_t>(std::find(labels.times.begin(), labels.times.end(), time) - labels.times.begin());
}

double noiseOf(const Array<double>& variance, const StructureLabels& labels, std::size_t t, std::size_t i) {
  const auto replicas = std::count(labels.replicas.status.begin(), labels.replicas.status.end(), "done");
  return variance.empty() || replicas < 2 ? std::nan("") : variance(t, i) / static_cast<double>(replicas);
}

Difference differenceOf(const LabelComparison& result, const LabelSet& a, const LabelSet& b, std::size_t time,
                        int species) {
  Difference d;
  for (const auto& [ia, ib] : result.pairs) {
    const auto *x = find(a, ia), *y = find(b, ib);
    const auto tx = timeOf(*x, result.times_a[time]), ty = timeOf(*y, result.times_b[time]);
    for (std::size_t i = 0; i < x->species.size(); ++i) {
      if (x->species[i] != species) continue;
      const double dx = x->displacement(tx, i) - y->displacement(ty, i);
      d.largest = std::max(d.largest, std::abs(dx));
      d.squares += dx * dx;
      d.noise += noiseOf(x->displacement_variance, *x, tx, i) + noiseOf(y->displacement_variance, *y, ty, i);
      ++d.count;
    }
  }
  return d;
}

Explanation explainLabel(const LabelComparison& result, const LabelSet& a, const LabelSet& b, const std::string& name,
                         std::size_t t) {
  const auto& s = result.displacement.at(name);
  const auto species =
      std::find(result.species_names.begin(), result.species_names.end(), name) - result.species_names.begin();
  const Difference d = differenceOf(result, a, b, t, static_cast<int>(species));
  const double rms = std::sqrt(d.squares / static_cast<double>(d.count)),
               noise = std::sqrt(d.noise / static_cast<double>(d.count));
  std::string verdict = "the noise of the files is not known";
  if (rms < 1e-12) {
    verdict = "they are the same";
  } else if (std::isfinite(noise)) {
    verdict = rms < 1.1 * noise ? "noise of the replicas explains it" : "more than the noise of the replicas";
  }
  return {"labels",
          fmt::format("displacement of {} at t = {:.6g}: Pearson {:.4f}{}, mean here / there {:.4f}, largest "
                      "difference {:.3g}, rms {:.3g}{}: {}",
                      name, result.times_a[t], s.pearson[t],
                      std::isfinite(s.ceiling[t]) ? fmt::format(" (noise allows {:.4f})", s.ceiling[t]) : "",
                      s.mean_a[t] / s.mean_b[t], d.largest, rms,
                      std::isfinite(noise) ? fmt::format(", of which noise {:.3g}", noise) : "", verdict),
          {{"species", name},
           {"time", result.times_a[t]},
           {"pearson", jsonNumber(s.pearson[t])},
           {"ceiling", jsonNumber(s.ceiling[t])},
           {"mean_ratio", jsonNumber(s.mean_a[t] / s.mean_b[t])},
           {"largest_difference", d.largest},
           {"rms_difference", jsonNumber(rms)},
           {"expected_rms_difference", jsonNumber(noise)},
           {"verdict", verdict}}};
}

void explainLabels(const OpenedCampaign& opened, const std::vector<std::string>& files, const LabelHints& hints,
                   std::vector<Explanation>& found) {
  const CampaignFolder folder(opened.root, opened.campaign);
  if (!exists(folder.labels(folder.shards().front()))) {
    found.push_back({"labels", "the campaign has no labels yet", Json::object()});
    return;
  }
  const auto [a, b] = readLabelSets(opened.root, files, hints);
  const LabelComparison result = compareLabels(a, b, hints.times);
  for (const auto& name : result.species_names) {
    if (!result.displacement.contains(name)) continue;
    for (std::size_t t = 0; t < result.times_a.size(); ++t) found.push_back(explainLabel(result, a, b, name, t));
  }
}

bool hasLabels(const std::string& path) {
  const io::NpzReader file(path);
  return file.has("positions") || file.has("md_prop");
}

}  // namespace

std::vector<Explanation> explainDifferences(const OpenedCampaign& opened, const std::vector<std::string>& files,
                                            const LabelHints& hints) {
  std::vector<std::string> paths;
  for (const auto& entry : files) {
    for (auto& path : io::expandStructureFiles(fs::absolute(entry).string(), "")) paths.push_back(std::move(path));
  }
  const auto published = groupFiles(paths, opened.campaign.system.temperature);
  const auto common = commonStructures(opened, published);
  std::vector<Explanation> found{explainStructures(common, published.size()),
                                 explainConventions(common.front(), opened), explainRounding(common, opened),
                                 explainPotential(common, opened)};
  if (hasLabels(paths.front())) explainLabels(opened, files, hints, found);
  return found;
}

}  // namespace glassforge::app
