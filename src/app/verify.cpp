#include "app/verify.hpp"

#include <algorithm>

#include "app/state_store.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

/// How many structures were looked at.
struct Seen {
  std::int64_t states = 0, labels = 0;
};

void verifyShard(VerifyContext& context, const Shard& shard, Seen& seen) {
  const auto& folder = context.folder;
  std::vector<StructureState> states;
  if (context.readable(folder.states(shard))) states = storedStates(folder, shard);
  for (const auto& state : states) verifyState(context, state);
  seen.states += static_cast<std::int64_t>(states.size());
  const std::string path = folder.labels(shard);
  if (!context.readable(path)) return;
  const auto header = io::readLabelHeader(path);
  for (const auto index : io::labelIndices(path)) {
    const auto found = std::find_if(states.begin(), states.end(), [&](const auto& s) { return s.index == index; });
    verifyLabels(context, header, io::readLabels(path, index), found == states.end() ? nullptr : &*found);
    ++seen.labels;
  }
}

/// Does `work`; an error of a file is a violation, and verifying goes on with the next.
void attempt(VerifyContext& context, const std::function<void()>& work) {
  std::string why;
  try {
    work();
  } catch (const FileError& error) {
    why = error.what();
  }
  if (!why.empty()) context.result.check(kFilesAreWhole, false, [&] { return why; });
}

void noteMissing(Verification& result, const char* what, std::int64_t there, std::int64_t all) {
  if (there < all)
    result.note(fmt::format("{} of {} of {} structures are there; the others were not verified", what, there, all));
}

}  // namespace

void Verification::check(const std::string& invariant, bool holds, const std::function<std::string()>& where) {
  auto found = std::find_if(invariants_.begin(), invariants_.end(), [&](const auto& i) { return i.name == invariant; });
  if (found == invariants_.end()) found = invariants_.insert(invariants_.end(), {invariant, 0, {}});
  ++found->checked;
  if (!holds) found->violations.push_back(where());
}

bool Verification::holds() const {
  return std::all_of(invariants_.begin(), invariants_.end(), [](const auto& i) { return i.violations.empty(); });
}

Verification verifyCampaign(const OpenedCampaign& opened, const par::Communicator& comm, const par::StopGuard& guard,
                            bool require_certificate) {
  Verification result;
  const CampaignFolder folder(opened.root, opened.campaign);
  VerifyContext context{opened.campaign, folder, comm, result, {}, require_certificate};
  attempt(context, [&] { verifyFiles(context); });
  Seen seen;
  for (const auto& shard : folder.shards()) {
    guard.check();
    attempt(context, [&] { verifyShard(context, shard, seen); });
  }
  attempt(context, [&] { verifyLearning(context); });
  noteMissing(result, "states", seen.states, opened.campaign.system.structures);
  noteMissing(result, "labels", seen.labels, opened.campaign.system.structures);
  return result;
}

}  // namespace glassforge::app
