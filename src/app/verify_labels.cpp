// Invariants of labels: what follows from the values of single replicas and from kept frames, derived again.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "app/verify.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "iso/bonds.hpp"
#include "iso/launch.hpp"

namespace glassforge::app {
namespace {

const std::string kReduced = "means and variances are those of the replicas, bit for bit";

/// One structure under verification.
struct Subject {
  VerifyContext& context;
  const io::LabelHeader& header;
  const StructureLabels& labels;
  const StructureState* state;  ///< nullptr where it is missing
  std::string name;
  bool imported;

  void check(const std::string& invariant, bool holds, const std::string& what) const {
    context.result.check(invariant, holds, [&] { return name + ": " + what; });
  }
};

/// NaN is the same as NaN.
bool sameBits(const Array<double>& a, const Array<double>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// How many differ, and the first of them, in words.
std::string differenceOf(const Array<double>& stored, const Array<double>& found) {
  if (stored.shape() != found.shape()) return "shapes differ";
  std::size_t count = 0, first = 0;
  for (std::size_t k = stored.size(); k-- > 0;) {
    if (std::memcmp(stored.data() + k, found.data() + k, sizeof(double)) == 0) continue;
    ++count;
    first = k;
  }
  return fmt::format("{} values differ, the first at {}: {:.17g} is stored, {:.17g} derived", count, first,
                     stored.values()[first], found.values()[first]);
}

void verifyReduction(const Subject& s, const char* label, const Array<double>& rows, const Array<double>& mean,
                     const Array<double>& variance) {
  if (rows.empty()) return;
  Array<double> m, v;
  iso::reduceReplicas(rows, s.labels.replicas.status, m, v);
  const bool mean_same = sameBits(m, mean), variance_same = sameBits(v, variance);
  s.check(kReduced, mean_same, fmt::format("{}: {}", label, mean_same ? "" : differenceOf(mean, m)));
  s.check(kReduced, variance_same,
          fmt::format("{}_variance: {}", label, variance_same ? "" : differenceOf(variance, v)));
}

/// Values of replicas that are done, all within [low, high].
void verifyRange(const Subject& s, const char* invariant, const Array<double>& rows, double low, double high) {
  if (rows.empty()) return;
  std::size_t outside = 0;
  for (std::size_t t = 0; t < rows.extent(0); ++t) {
    for (std::size_t r = 0; r < rows.extent(1); ++r) {
      if (s.labels.replicas.status[r] != "done") continue;
      for (const double x : rows.row(t, r)) outside += !(x >= low && x <= high);
    }
  }
  s.check(invariant, outside == 0, fmt::format("{} values of replicas are not", outside));
}

void verifyMeanRange(const Subject& s, const char* invariant, const Array<double>& mean, double low, double high) {
  std::size_t outside = 0;
  for (const double x : mean.values()) outside += !(std::isnan(x) || (x >= low && x <= high));
  s.check(invariant, outside == 0, fmt::format("{} means are not", outside));
}

/// Replicas that share all their values are one run written twice.
void verifyDistinct(const Subject& s) {
  const auto& replicas = s.labels.replicas;
  const auto& rows = !replicas.displacement.empty() ? replicas.displacement : replicas.bond_breaking;
  if (rows.empty() || replicas.displacement.empty()) return;
  std::map<std::string, std::size_t> seen;
  std::string same;
  for (std::size_t r = 0; r < rows.extent(1); ++r) {
    if (replicas.status[r] != "done") continue;
    std::string bytes;
    for (std::size_t t = 0; t < rows.extent(0); ++t) {
      const auto row = rows.row(t, r);
      bytes.append(reinterpret_cast<const char*>(row.data()), row.size_bytes());
    }
    const auto [there, fresh] = seen.emplace(std::move(bytes), r);
    if (!fresh)
      same +=
          fmt::format("{}replicas {} and {} have the same displacements", same.empty() ? "" : "; ", there->second, r);
  }
  s.check("replicas are pairwise distinct", same.empty(), same);
}

void verifyTimes(const Subject& s) {
  const auto& labels = s.labels;
  const double dt = s.imported ? s.context.campaign.replicas.dt : s.header.dt;
  std::string wrong;
  for (std::size_t t = 0; t < labels.times.size(); ++t) {
    const double time = static_cast<double>(labels.steps[t]) * dt;
    const bool right =
        s.imported ? std::abs(time - labels.times[t]) <= 0.05 * labels.times[t] : time == labels.times[t];
    if (!right)
      wrong += fmt::format("{}step {} of {} is t = {:.17g}, stored is {:.17g}", wrong.empty() ? "" : "; ",
                           labels.steps[t], dt, time, labels.times[t]);
  }
  s.check("label times are those of their steps", wrong.empty(), wrong);
  const bool ascending =
      std::is_sorted(labels.steps.begin(), labels.steps.end(), std::less_equal<>()) && labels.steps.front() > 0;
  s.check("label times ascend", ascending, fmt::format("steps {}", fmt::join(labels.steps, ", ")));
  if (s.imported || !s.context.campaign.replicas.times.tau_alpha.empty()) return;
  const auto asked = io::stepLadder(s.context.campaign).steps();
  s.check("label times are those of the campaign", asked == labels.steps,
          fmt::format("steps {} are stored, the campaign asks for {}", fmt::join(labels.steps, ", "),
                      fmt::join(asked, ", ")));
}

/// Largest difference of coordinates; infinite where the sizes differ.
double farthest(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    largest = std::max(largest, std::isnan(a[k] - b[k]) ? HUGE_VAL : std::abs(a[k] - b[k]));
  return largest;
}

void verifyPositions(const Subject& s) {
  if (s.state == nullptr) return s.check("every label has its state", false, "labels without a state");
  const auto& thermal = s.state->thermal;
  s.check("labels have the species of their states", s.labels.species == thermal.species, "species differ");
  // imported positions keep the digits of their file, from which wrapping takes the last bit
  const double allowed = s.imported ? 1e-12 * (1 + *std::max_element(thermal.box.begin(), thermal.box.end())) : 0;
  const double apart = farthest(s.labels.thermal.values(), thermal.unwrapped());
  s.check("labels start from the positions of their states", s.labels.thermal.empty() || apart <= allowed,
          fmt::format("positions/thermal is up to {:.3g} away from the state", apart));
  if (s.imported || s.labels.inherent.empty() || !s.state->quenched) return;
  const double inherent = farthest(s.labels.inherent.values(), s.state->inherent.position);
  s.check("labels have the inherent positions of their states", inherent == 0,
          fmt::format("positions/inherent is up to {:.3g} away from the state", inherent));
}

/// Displacements and remaining bonds of one replica at one time, from its kept frame.
void verifyFrame(const Subject& s, const iso::Bonds& bonds, std::size_t t, std::size_t r, std::size_t& displaced,
                 std::size_t& broken) {
  const auto& replicas = s.labels.replicas;
  const auto row = replicas.frames.row(t, r);
  const std::vector<double> x(row.begin(), row.end()), start = s.state->thermal.unwrapped();
  const std::size_t d = s.state->thermal.box.size(), n = s.labels.species.size();
  for (std::size_t i = 0; i < n && !replicas.displacement.empty(); ++i) {
    double d2 = 0;
    for (std::size_t k = 0; k < d; ++k) d2 += (x[i * d + k] - start[i * d + k]) * (x[i * d + k] - start[i * d + k]);
    displaced += !(std::abs(std::sqrt(d2) - replicas.displacement(t, r, i)) <= 1e-12 * (1 + std::sqrt(d2)));
  }
  if (replicas.bond_breaking.empty()) return;
  std::vector<double> share(n);
  iso::remainingBonds(bonds, s.state->thermal.box, x, share.data());
  for (std::size_t i = 0; i < n; ++i) broken += !(std::abs(share[i] - replicas.bond_breaking(t, r, i)) <= 1e-12);
}

void verifyFrames(const Subject& s) {
  const auto& replicas = s.labels.replicas;
  if (replicas.frames.empty() || s.state == nullptr) return;
  const auto bonds =
      iso::findBonds(s.context.campaign.system.mixture, s.state->thermal, s.header.bond_inner, s.header.bond_outer);
  std::size_t displaced = 0, broken = 0;
  for (std::size_t t = 0; t < replicas.frames.extent(0); ++t) {
    for (std::size_t r = 0; r < replicas.frames.extent(1); ++r) {
      if (replicas.status[r] == "done") verifyFrame(s, bonds, t, r, displaced, broken);
    }
  }
  s.check("displacements follow from the kept frames", displaced == 0, fmt::format("{} do not", displaced));
  s.check("remaining bonds follow from the kept frames", broken == 0, fmt::format("{} do not", broken));
}

void verifyReplicaCount(const Subject& s) {
  const auto& status = s.labels.replicas.status;
  if (s.imported) return;
  const auto count = static_cast<std::int64_t>(status.size());
  s.check("structures have the replicas that the campaign asks for", count >= s.context.campaign.replicas.count,
          fmt::format("{} of {}", count, s.context.campaign.replicas.count));
  const auto stopped = count - std::count(status.begin(), status.end(), "done");
  if (stopped > 0)
    s.context.result.note(fmt::format("{}: {} replicas were stopped and are left out of its labels", s.name, stopped));
}

}  // namespace

void verifyLabels(VerifyContext& context, const io::LabelHeader& header, const StructureLabels& labels,
                  const StructureState* state) {
  const Subject s{context, header, labels, state, structureLabel(labels.structure), header.dynamics == "imported"};
  const double far = std::numeric_limits<double>::max();
  verifyTimes(s);
  verifyPositions(s);
  verifyReplicaCount(s);
  verifyReduction(s, "displacement", labels.replicas.displacement, labels.displacement, labels.displacement_variance);
  verifyReduction(s, "bond_breaking", labels.replicas.bond_breaking, labels.bond_breaking,
                  labels.bond_breaking_variance);
  verifyRange(s, "displacements are not negative", labels.replicas.displacement, 0, far);
  verifyMeanRange(s, "displacements are not negative", labels.displacement, 0, far);
  verifyRange(s, "remaining bonds are between 0 and 1", labels.replicas.bond_breaking, 0, 1);
  verifyMeanRange(s, "remaining bonds are between 0 and 1", labels.bond_breaking, 0, 1);
  if (!labels.overlap.empty()) verifyMeanRange(s, "overlaps are between 0 and 1", labels.overlap, 0, 1);
  verifyDistinct(s);
  verifyFrames(s);
}

}  // namespace glassforge::app
