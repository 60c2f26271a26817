// Checkpoints of a Monte Carlo chain.
#include <algorithm>

#include "core/error.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::swapmc {

template <int D>
void MonteCarlo<D>::save(Checkpoint& checkpoint, const std::string& prefix) const {
  Checkpoint::Reals position, built_at;
  Checkpoint::Integers members, counts;
  for (std::size_t i = 0; i < start_.particles(); ++i) {
    for (std::size_t k = 0; k < D; ++k) {
      position.push_back(row_(i, k));
      built_at.push_back(lists_.builtAt()[4 * i + k]);
    }
  }
  for (const auto& family : members_) members.insert(members.end(), family.begin(), family.end());
  for (const auto& move : moves_) counts.insert(counts.end(), {move.attempted, move.accepted});
  checkpoint.put(prefix + "/position", std::move(position));
  checkpoint.put(prefix + "/built_at", std::move(built_at));
  checkpoint.put(prefix + "/image", Checkpoint::Integers(image_.begin(), image_.end()));
  checkpoint.put(prefix + "/species", Checkpoint::Integers(start_.species.begin(), start_.species.end()));
  checkpoint.put(prefix + "/members", std::move(members));
  checkpoint.put(prefix + "/counts", std::move(counts));
  checkpoint.put(prefix + "/attempts", attempts_);
  checkpoint.put(prefix + "/ledger", Checkpoint::Reals{energy_, options_.displacement, options_.temperature});
}

/// Which member stands at which place decides what a random number picks, so the order of the members is kept.
template <int D>
void MonteCarlo<D>::restore(const Checkpoint& checkpoint, const std::string& prefix) {
  const std::size_t n = start_.particles();
  const auto& position = checkpoint.reals(prefix + "/position", n * D);
  const auto& built_at = checkpoint.reals(prefix + "/built_at", n * D);
  const auto& image = checkpoint.integers(prefix + "/image", n * D);
  const auto& species = checkpoint.integers(prefix + "/species", n);
  const auto& members = checkpoint.integers(prefix + "/members", n);
  const auto& counts = checkpoint.integers(prefix + "/counts", 2 * moves_.size());
  const auto& ledger = checkpoint.reals(prefix + "/ledger", 3);
  for (auto& family : members_) family.clear();
  for (std::size_t m = 0; m < n; ++m) {
    const auto i = static_cast<std::size_t>(members[m]);
    require<FileError>(i < n, "the checkpoint names particle {} of {}", i, n);
    auto& family = members_.at(static_cast<std::size_t>(species[i]));
    place_[i] = static_cast<int>(family.size());
    family.push_back(static_cast<int>(i));
  }
  const auto place = [&](const Checkpoint::Reals& x) {
    for (std::size_t i = 0; i < n; ++i) {
      start_.species[i] = static_cast<std::int32_t>(species[i]);
      for (std::size_t k = 0; k < D; ++k) row_(i, k) = x[i * D + k];
      row_(i, 3) = speciesCode(start_.species[i]);
    }
  };
  place(built_at);
  rebuild();
  place(position);
  std::copy(image.begin(), image.end(), image_.begin());
  for (std::size_t m = 0; m < moves_.size(); ++m) {
    moves_[m].attempted = counts[2 * m];
    moves_[m].accepted = counts[2 * m + 1];
  }
  attempts_ = checkpoint.integer(prefix + "/attempts");
  energy_ = ledger[0];
  options_.displacement = ledger[1];
  options_.temperature = ledger[2];
}

template void MonteCarlo<2>::save(Checkpoint&, const std::string&) const;
template void MonteCarlo<3>::save(Checkpoint&, const std::string&) const;
template void MonteCarlo<2>::restore(const Checkpoint&, const std::string&);
template void MonteCarlo<3>::restore(const Checkpoint&, const std::string&);

}  // namespace glassforge::swapmc
