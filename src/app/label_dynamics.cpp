#include "app/label_dynamics.hpp"

#include <cmath>
#include <filesystem>

#include "app/campaign_folder.hpp"
#include "app/evaluation_json.hpp"
#include "core/error.hpp"
#include "io/dynamics_file.hpp"
#include "io/label_file.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

/// Structures seen so far, whose times and species must agree.
class Observer {
 public:
  Observer(std::string source, const iso::ObservableSettings& settings)
      : source_(std::move(source)), settings_(settings) {}

  void readFile(const std::string& path) {
    names_ = io::readLabelHeader(path).species_names;
    for (const auto index : io::labelIndices(path)) see(io::readLabels(path, index, io::Replicas::without_frames));
  }

  DynamicsOfLabels finish() {
    require<FileError>(!seen_.empty(), "{}: there are no labels yet; run the campaign up to the stage label first",
                       source_);
    DynamicsOfLabels result;
    result.source = source_;
    result.species_names = names_;
    result.particles = seen_[0].particles;
    result.settings = settings_;
    result.found = iso::combineObservables(times_, seen_, dimension_);
    return result;
  }

 private:
  void see(const StructureLabels& labels) {
    require<FileError>(!labels.thermal.empty(),
                       "{}: structure {} has no thermal positions, by which its dimension would be known", source_,
                       labels.structure);
    if (seen_.empty()) {
      times_ = labels.times;
      dimension_ = static_cast<int>(labels.thermal.extent(1));
    }
    require<FileError>(times_ == labels.times,
                       "{}: structure {} has other label times than structure {}; run the campaign to its "
                       "end first",
                       source_, labels.structure, seen_.empty() ? 0 : seen_[0].structure);
    seen_.push_back(iso::observe(labels, dimension_, names_.size(), settings_));
  }

  std::string source_;
  iso::ObservableSettings settings_;
  std::vector<std::string> names_;
  std::vector<double> times_;
  int dimension_ = 3;
  std::vector<iso::StructureObservables> seen_;
};

std::vector<double> ofSpecies(const Array<double>& table, std::size_t s) {
  std::vector<double> column;
  for (std::size_t t = 0; t < table.extent(0); ++t) column.push_back(table(t, s));
  return column;
}

Json toJson(const DynamicsOfLabels& d, std::size_t s) {
  const auto& f = d.found;
  Json json{{"particles", d.particles[s]}};
  const auto put = [&](const std::string& name, const iso::ObservableTable& table) {
    json[name] = jsonNumbers(ofSpecies(table.value, s));
    json[name + "_error"] = jsonNumbers(ofSpecies(table.error, s));
  };
  put("f_s", f.scattering);
  put("displacement", f.propensity);
  put("msd", f.msd);
  put("non_gaussian", f.non_gaussian);
  put("overlap", f.overlap);
  put("chi4", f.chi4);
  json["rho_max"] = jsonNumbers(ofSpecies(f.ceiling, s));
  json["tau_alpha"] = jsonNumber(f.tau_alpha[s].value);
  json["tau_alpha_error"] = jsonNumber(f.tau_alpha[s].error);
  json["diffusion"] = jsonNumber(f.diffusion[s].value);
  json["diffusion_error"] = jsonNumber(f.diffusion[s].error);
  json["diffusion_time"] = jsonNumber(f.diffusion_time[s]);
  json["msd_exponent"] = jsonNumber(f.msd_exponent[s]);
  return json;
}

std::string describe(const DynamicsOfLabels& d, std::size_t s) {
  const auto& f = d.found;
  std::string text = fmt::format(
      "\n{} particles ({:.0f})\n  {:>10} {:>7} {:>7} {:>8} {:>8} {:>10} {:>9} {:>8} {:>7} {:>7} {:>8} {:>7} {:>8}\n",
      d.species_names[s], d.particles[s], "t", "F_s", "+-", "<R>", "+-", "MSD", "+-", "alpha_2", "overlap", "+-",
      "chi4", "+-", "rho_max");
  for (std::size_t t = 0; t < f.times.size(); ++t) {
    text += fmt::format(
        "  {:>10.5g} {:>7.4f} {:>7.4f} {:>8.5f} {:>8.5f} {:>10.5g} {:>9.2g} {:>8.3f} {:>7.4f} {:>7.4f} {:>8.3f} "
        "{:>7.3f} {:>8.4f}\n",
        f.times[t], f.scattering.value(t, s), f.scattering.error(t, s), f.propensity.value(t, s),
        f.propensity.error(t, s), f.msd.value(t, s), f.msd.error(t, s), f.non_gaussian.value(t, s),
        f.overlap.value(t, s), f.overlap.error(t, s), f.chi4.value(t, s), f.chi4.error(t, s), f.ceiling(t, s));
  }
  const Estimate tau = f.tau_alpha[s], diffusion = f.diffusion[s];
  text += std::isnan(tau.value) ? fmt::format("  tau_alpha is not between these times: F_s does not cross 1/e\n")
                                : fmt::format("  tau_alpha = {:.4g} +- {:.2g}  (F_s = 1/e)\n", tau.value, tau.error);
  text += std::isnan(diffusion.value)
              ? fmt::format("  not diffusive yet: MSD grows as t^{:.2f} at the end\n", f.msd_exponent[s])
              : fmt::format("  D = {:.4g} +- {:.2g}  (MSD / (2 D t) at t = {:.4g}, where MSD grows as t^{:.2f})\n",
                            diffusion.value, diffusion.error, f.diffusion_time[s], f.msd_exponent[s]);
  return text;
}

std::string describePublished(const PublishedDynamics& p) {
  std::string text = fmt::format("\npublished for {} at T = {}: tau_alpha {:g}", p.model, p.temperature, p.tau_alpha);
  if (!p.chi4.empty()) text += "; chi4 of A ";
  for (std::size_t k = 0; k < p.chi4.size(); ++k) {
    text += fmt::format("{}{:g} at t = {:g}", k > 0 ? ", " : "", p.chi4[k].second, p.chi4[k].first);
  }
  return text + "\n";
}

}  // namespace

DynamicsOfLabels dynamicsOfLabels(const std::string& campaign_or_file, const iso::ObservableSettings& settings) {
  Observer observer(campaign_or_file, settings);
  const auto extension = std::filesystem::path(campaign_or_file).extension();
  if (extension == ".h5" || extension == ".hdf5") {
    require<FileError>(exists(campaign_or_file), "{}: there is no such file", campaign_or_file);
    observer.readFile(campaign_or_file);
    return observer.finish();
  }
  const OpenedCampaign opened = openCampaign(campaign_or_file);
  const CampaignFolder folder(opened.root, opened.campaign);
  for (const auto& shard : folder.shards()) {
    if (exists(folder.labels(shard))) observer.readFile(folder.labels(shard));
  }
  DynamicsOfLabels result = observer.finish();
  const auto& system = opened.campaign.system;
  result.system = fmt::format("{}, T = {}, smoothing {}", system.mixture.name, system.temperature,
                              system.mixture.smoothing.name());
  result.published = publishedDynamics(system.model, system.temperature);
  if (exists(folder.dynamics())) {
    const auto record = io::readDynamics(folder.dynamics());
    result.stage_tau_alpha = Estimate{record.tau_alpha, record.tau_alpha_error};
  }
  return result;
}

Json toJson(const DynamicsOfLabels& d) {
  Json json{{"source", d.source},
            {"system", d.system},
            {"structures", d.found.structures},
            {"replicas", d.found.replicas},
            {"q", d.settings.q},
            {"overlap_distance", d.settings.overlap_distance},
            {"threshold", d.settings.threshold},
            {"times", d.found.times},
            {"species_names", d.species_names}};
  for (std::size_t s = 0; s < d.species_names.size(); ++s) json["species"][d.species_names[s]] = toJson(d, s);
  if (d.stage_tau_alpha) {
    json["dynamics_stage"] = {{"tau_alpha", jsonNumber(d.stage_tau_alpha->value)},
                              {"tau_alpha_error", jsonNumber(d.stage_tau_alpha->error)}};
  }
  if (d.published) {
    json["published"] = {{"model", d.published->model},
                         {"temperature", d.published->temperature},
                         {"tau_alpha", d.published->tau_alpha},
                         {"chi4", d.published->chi4}};
  }
  return json;
}

std::string describe(const DynamicsOfLabels& d) {
  std::string text = fmt::format(
      "{}{}\n{} structures x {} replicas; errors are over structures; q = {:.6g}, overlap within {:g}, "
      "chi4 of the share with <R> below {:g}\n",
      d.source, d.system.empty() ? "" : " (" + d.system + ")", d.found.structures, d.found.replicas, d.settings.q,
      d.settings.overlap_distance, d.settings.threshold);
  for (std::size_t s = 0; s < d.species_names.size(); ++s) text += describe(d, s);
  if (d.stage_tau_alpha) {
    text += fmt::format("\nshort runs before the launch: tau_alpha = {:.4g} +- {:.2g} at q = 2 pi\n",
                        d.stage_tau_alpha->value, d.stage_tau_alpha->error);
  }
  return d.published ? text + describePublished(*d.published) : text;
}

}  // namespace glassforge::app
