#include "app/export_layout.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "app/state_store.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr std::string_view kPublished = "published structure ";

std::vector<std::int64_t> joined(std::vector<std::int64_t> a, const std::vector<std::int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  return a;
}

}  // namespace

std::optional<std::int64_t> publishedNumber(const std::string& origin) {
  if (!origin.starts_with(kPublished)) return std::nullopt;
  std::int64_t number = 0;
  const char* begin = origin.data() + kPublished.size();
  const auto [last, error] = std::from_chars(begin, origin.data() + origin.size(), number);
  if (error != std::errc() || last == begin) return std::nullopt;
  return number;
}

ExportLayout::ExportLayout(const Campaign& campaign, const CampaignFolder& folder)
    : temperature_(campaign.system.temperature),
      particles_(campaign.system.mixture.particles()),
      has_split_(folder.storedSplit().has_value() || campaign.split.train + campaign.split.test > 0) {
  if (has_split_) split_ = folder.split();
  for (std::int64_t s = 0; s < campaign.system.structures; ++s)
    places_.push_back({s, s + 1, has_split_ ? "unused" : ""});
  std::int64_t next = 1;
  const auto number = [&](const std::vector<std::int64_t>& part, const char* name) {
    for (const auto s : part) {
      places_.at(static_cast<std::size_t>(s)).part = name;
      places_[static_cast<std::size_t>(s)].number = next++;
    }
  };
  number(joined(split_.train, split_.validation), "train");
  number(split_.test, "test");
  for (auto& place : places_) {
    if (place.part == "unused") place.number = next++;
  }
  std::set<std::int64_t> numbers;
  for (const auto& shard : folder.shards()) {
    for (const auto& state : storedStates(folder, shard)) {
      auto& place = places_.at(static_cast<std::size_t>(state.index));
      place.number = publishedNumber(state.origin).value_or(place.number);
    }
  }
  for (const auto& place : places_) {
    require<FileError>(numbers.insert(place.number).second, "structures of {} have the published number {} twice",
                       folder.root(), place.number);
  }
}

std::string ExportLayout::subfolder(std::int64_t structure) const {
  const auto& part = place(structure).part;
  return fmt::format("T{:.2f}{}{}", temperature_, part.empty() ? "" : "/", part);
}

std::string ExportLayout::stem(std::int64_t structure) const {
  return fmt::format("N{}T{:.2f}_{}", particles_, temperature_, place(structure).number);
}

}  // namespace glassforge::app
