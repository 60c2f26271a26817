#include "app/data_card.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "app/certificate_summary.hpp"
#include "app/label_store.hpp"
#include "app/published_set.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/campaign_file.hpp"
#include "io/dynamics_file.hpp"
#include "io/hdf5.hpp"
#include "io/label_file.hpp"
#include "io/sha256.hpp"
#include "io/text_file.hpp"
#include "md/potentials.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

/// "1-4, 7": numbers in ascending order as ranges.
std::string ranges(std::vector<std::int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  std::string text;
  for (std::size_t k = 0; k < numbers.size();) {
    std::size_t end = k;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[k]);
    if (end > k) text += fmt::format("-{}", numbers[end]);
    k = end + 1;
  }
  return text.empty() ? "none" : text;
}

std::string matrixRow(const Mixture& m, const char* name, const std::vector<double>& values) {
  std::string text;
  for (int a = 0; a < m.speciesCount(); ++a) {
    for (int b = a; b < m.speciesCount(); ++b) {
      text += fmt::format("{} {}{} {}", text.empty() ? "" : ",", m.species[static_cast<std::size_t>(a)],
                          m.species[static_cast<std::size_t>(b)],
                          values[static_cast<std::size_t>(a * m.speciesCount() + b)]);
    }
  }
  return fmt::format("- {} of the pairs:{}\n", name, text);
}

std::string systemSection(const DataCard& card) {
  const auto& c = card.campaign;
  const auto& m = c.system.mixture;
  std::string counts;
  for (std::size_t s = 0; s < m.species.size(); ++s) {
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", m.counts[s], m.species[s]);
  }
  return fmt::format(
             "## System\n\n"
             "- Model liquid: {}, {} dimensions, {} particles ({}), masses {}\n"
             "- Temperature: {}{}\n"
             "- Box: {}, periodic; number density {:.6f}\n"
             "- Potential: {}, cutoff {} sigma of each pair, smoothing `{}`\n",
             m.name, m.dimension, m.particles(), counts, fmt::join(m.masses, ", "), c.system.temperature,
             m.name == "KA2D" && c.system.temperature == 0.231
                 ? " (labelled 0.23 in file names, as in the published set)"
                 : "",
             fmt::join(m.box, " x "), m.density(), md::PairPotentials::formOf(m.smoothing), m.cutoff,
             m.smoothing.name()) +
         matrixRow(m, "epsilon", m.epsilon) + matrixRow(m, "sigma", m.sigma) +
         "- Units: reduced Lennard-Jones (sigma_AA, epsilon_AA, m, k_B = 1) in every file\n\n";
}

std::string filesSection(const DataCard& card) {
  const char* layout = "";
  const std::string where =
      card.wrapped ? "wrapped to [-L/2, L/2), so that displacements need the minimum image" : "unwrapped";
  std::string text;
  if (card.format == "glassbench") {
    text = fmt::format(
        "- Form: GlassBench trajectories, `T/part/N.._number_tcNN.npz`. `box` (0-d), `types` int64 from 1, "
        "`initial_positions` (N, D){}, `positions` (replicas, N, D); coordinates {}\n",
        card.wrapped ? "" : ", `initial_positions_inherent` (N, D) where there are inherent states", where);
  } else if (card.format == "botan") {
    layout =
        "- Form: BOTAN, `isoconfig_N.._number_tcNN.npz`. `types` int8 from 0, `initial_positions` (N, D) in Fortran "
        "order, wrapped to "
        "[0, L), `positions` (replicas, N, D) unwrapped from there; the box is not in the files\n";
  } else if (card.format == "glassbench-models") {
    layout =
        "- Form: GlassBench models, `T/part/N.._number.npz`. `types` int64 from 1, `initial_positions`, "
        "`initial_positions_inherent`, "
        "`initial_positions_cage` (N, D) where there are any, wrapped to [-L/2, L/2); `md_prop` and `bb_prop` (times, "
        "N); predictions "
        "by model name (times, particles of the first species); `times` and `box` only where they are not the "
        "published ones\n";
  } else {
    layout = "- Form: extended XYZ, unwrapped, propensities as columns, their times in the comment\n";
  }
  return fmt::format(
      "## Files\n\n{}{}- {} files of {} structures; `SHA256SUMS` has their checksums (`sha256sum -c SHA256SUMS`)\n\n",
      text, layout, card.files, card.campaign.system.structures);
}

/// Replicas over all structures, and how many were stopped.
struct Replicas {
  std::int64_t structures = 0, all = 0, stopped = 0;
  std::vector<double> times;
  std::vector<std::int64_t> steps;
  io::LabelHeader header;
};

Replicas countReplicas(const CampaignFolder& folder) {
  Replicas n;
  for (const auto& shard : folder.shards()) {
    if (!exists(folder.labels(shard))) continue;
    n.header = io::readLabelHeader(folder.labels(shard));
    for (const auto index : io::labelIndices(folder.labels(shard))) {
      const auto labels = io::readLabels(folder.labels(shard), index);
      ++n.structures;
      n.times = labels.times;
      n.steps = labels.steps;
      for (const auto& status : labels.replicas.status) {
        ++n.all;
        n.stopped += status != "done";
      }
    }
  }
  return n;
}

std::string labelSection(const DataCard& card) {
  const Replicas n = countReplicas(card.folder);
  if (n.structures == 0) return "## Labels\n\nNone.\n\n";
  const auto& c = card.campaign;
  const bool imported = n.header.dynamics == "imported";
  std::string text = fmt::format("## Labels\n\n- {} structures, {} replicas{}\n", n.structures, n.all,
                                 n.stopped > 0 ? fmt::format(", {} of them stopped and left out", n.stopped) : "");
  text += imported ? "- Dynamics: as published; end frames or propensities were imported\n"
                   : fmt::format("- Dynamics: {} from Maxwell-Boltzmann velocities at the temperature, time step {}\n",
                                 n.header.dynamics, n.header.dt);
  text += fmt::format("- Times: {}\n- Steps: {}\n", fmt::join(n.times, ", "), fmt::join(n.steps, ", "));
  text += "- Displacement propensity: mean over replicas of |r_i(t) - r_i(0)|, unsquared, of unwrapped coordinates\n";
  if (c.labels.bond_breaking) {
    text += fmt::format(
        "- Bond-breaking propensity: mean over replicas of the share of the neighbours within {} sigma at t = 0 that "
        "are within {} "
        "sigma at t\n",
        n.header.bond_inner, n.header.bond_outer);
  }
  if (c.labels.overlap) {
    text += fmt::format("- Overlap (in the campaign's own files): share of replicas with a displacement below {}\n",
                        c.labels.overlap_distance);
  }
  if (c.labels.pairs) {
    text += fmt::format(
        "- Pair targets (in the campaign's own files): mean change of the distances of pairs within {} at t = 0\n",
        c.labels.pair_cutoff);
  }
  if (exists(card.folder.dynamics())) {
    const auto dynamics = io::readDynamics(card.folder.dynamics());
    text += fmt::format("- tau_alpha (F_s(2 pi, t) = 1/e, first species): {:.6g} +- {:.2g}\n", dynamics.tau_alpha,
                        dynamics.tau_alpha_error);
  }
  return text + "\n";
}

std::string protocolSection(const DataCard& card) {
  const auto& c = card.campaign;
  const std::string start = c.system.files.empty()
                                ? fmt::format("equilibrated by `{}` from random starts", c.equilibrate.method)
                                : fmt::format("imported from {} files", c.system.files.size());
  return fmt::format(
      "## Protocol\n\n"
      "- Structures: {}\n"
      "- Inherent states: L-BFGS to a largest force component of {}\n"
      "- Seed of all random numbers: {} (Philox, keyed by purpose, structure and replica)\n"
      "- The campaign file below states the rest; `glassforge run` with it makes the same data\n\n",
      start, c.quench.tolerance, c.seed);
}

std::string splitSection(const DataCard& card) {
  std::map<std::string, std::vector<std::int64_t>> parts;
  std::string map;
  for (const auto& place : card.layout.places()) {
    parts[place.part].push_back(place.number);
    map += fmt::format("{}{}", map.empty() ? "" : ", ", place.number);
  }
  std::string text = "## Split\n\n";
  if (!card.layout.hasSplit()) text += "None is stated.\n\n";
  for (const auto& [part, numbers] : parts) {
    if (part.empty()) continue;
    text += fmt::format("- {}: {} structures, numbers {}\n", part, numbers.size(), ranges(numbers));
  }
  if (card.layout.hasSplit()) {
    std::vector<std::int64_t> validation;
    for (const auto s : card.layout.split().validation) validation.push_back(card.layout.place(s).number);
    text += fmt::format("- of the training structures, for validation: {}\n", ranges(validation));
  }
  return text + fmt::format("\nNumbers in file names of structures 0, 1, ... of the campaign: {}\n\n", map);
}

std::string provenanceSection(const DataCard& card) {
  std::string text = fmt::format("## Provenance\n\n- Made by glassforge {}, instruction set {}\n- Campaign hash: {}\n",
                                 version::code, version::instruction_set, io::campaignHash(card.campaign));
  for (const auto& shard : card.folder.shards()) {
    for (const auto& path : {card.folder.states(shard), card.folder.labels(shard)}) {
      if (!exists(path)) continue;
      text +=
          fmt::format("- {}: version {}, content {}\n", fs::path(path).lexically_relative(card.folder.root()).string(),
                      io::readManifest(path).code_version, io::contentHash(path));
    }
  }
  return text + "\n";
}

std::string licenceSection(const DataCard& card) {
  return fmt::format(
      "## Licence\n\nData: {}, as chosen by whoever exported them{}. The program that made them is under "
      "BSD-3-Clause.\n\n",
      card.licence,
      card.campaign.system.files.empty()
          ? ""
          : "; structures and labels that were imported stay under the licence of their source");
}

std::string citationSection(const DataCard& card) {
  std::string text =
      "## How to cite\n\n"
      "- This dataset, by where you found it and its checksums\n"
      "- glassforge (CITATION.cff in its repository)\n";
  const std::string& model = card.campaign.system.model;
  if (model == "KA") text += "- The model: W. Kob and H. C. Andersen, Phys. Rev. E 51, 4626 (1995)\n";
  if (model == "KA2D") text += "- The model: G. Jung, G. Biroli and L. Berthier, Phys. Rev. Lett. 130, 238202 (2023)\n";
  if (card.format == "botan") text += "- The form: H. Shiba et al., J. Chem. Phys. 158, 084503 (2023)\n";
  if (card.format.starts_with("glassbench")) {
    text +=
        "- The form: G. Jung et al., Roadmap on machine learning glassy dynamics, Nat. Rev. Phys. 7, 91 (2025), "
        "doi:10.5281/zenodo.10118191\n";
  }
  return text + "\n";
}

/// Paths below `folder`, sorted by their bytes.
std::vector<std::string> filesBelow(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void writeDataCard(const std::string& out, const DataCard& card) {
  const auto& c = card.campaign;
  std::string text = fmt::format(
      "# {}\n\nStructures of the glass-forming liquid {} at T = {} and isoconfigurational labels of their "
      "particles.\n\n",
      c.name, c.system.mixture.name, c.system.temperature);
  text += systemSection(card) + filesSection(card) + labelSection(card) + protocolSection(card);
  text += "## Certificate\n\n" + certificateText(card.folder) + "\n";
  text += splitSection(card) + provenanceSection(card) + licenceSection(card) + citationSection(card);
  text += "## Campaign file\n\n```toml\n" + io::toToml(c) + "```\n";
  io::writeText(out + "/DATACARD.md", text);
}

void writeChecksums(const std::string& out) {
  std::string text;
  for (const auto& name : filesBelow(out)) {
    io::Sha256 hash;
    hash.update(io::readText(out + "/" + name));
    text += fmt::format("{}  {}\n", hash.hex(), name);
  }
  io::writeText(out + "/SHA256SUMS", text);
}

}  // namespace glassforge::app
