/// What must hold in the files of a campaign, derived again from the files alone.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "core/labels.hpp"
#include "core/structure.hpp"
#include "io/label_file.hpp"
#include "par/communicator.hpp"
#include "par/stop_guard.hpp"

namespace glassforge::app {

/// The name of the invariant that a damaged file violates, wherever it is found out.
constexpr const char* kFilesAreWhole = "files are whole: manifest, checksums, this campaign";

/// One invariant: how often it was tried, and where it does not hold.
struct Invariant {
  std::string name;  ///< in words: "replicas are pairwise distinct"
  std::int64_t checked = 0;
  std::vector<std::string> violations;  ///< where, and by how much
};

class Verification {
 public:
  /// Counts one trial; where it does not hold, `where()` says where and by how much.
  void check(const std::string& invariant, bool holds, const std::function<std::string()>& where);
  /// Something to know that violates nothing: a stage that has not run yet.
  void note(std::string text) { notes_.push_back(std::move(text)); }

  const std::vector<Invariant>& invariants() const { return invariants_; }
  const std::vector<std::string>& notes() const { return notes_; }
  bool holds() const;

 private:
  std::vector<Invariant> invariants_;  ///< in the order of their first trial
  std::vector<std::string> notes_;
};

/// What is verified, and where findings go.
struct VerifyContext {
  const Campaign& campaign;
  const CampaignFolder& folder;
  const par::Communicator& comm;
  Verification& result;
  std::set<std::string> unreadable;  ///< files that are passed over once this is known
  bool require_certificate = false;

  bool readable(const std::string& path) const { return exists(path) && unreadable.count(path) == 0; }
};

/// Manifests, checksums, parents, split, certificates.
void verifyFiles(VerifyContext& context);
/// Features, models and scores against what they were made from.
void verifyLearning(VerifyContext& context);
/// One structure: box, species, energies, pressure, forces.
void verifyState(VerifyContext& context, const StructureState& state);
/// The labels of one structure against its replicas and its state.
void verifyLabels(VerifyContext& context, const io::LabelHeader& header, const StructureLabels& labels,
                  const StructureState* state);

/// All of it. A file that cannot be read is a violation; what hangs on it is passed over.
Verification verifyCampaign(const OpenedCampaign& opened, const par::Communicator& comm, const par::StopGuard& guard,
                            bool require_certificate);

}  // namespace glassforge::app
