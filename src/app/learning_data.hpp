/// Campaign files as the learning room sees them, and sums over structures by MPI.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/stage_times.hpp"
#include "ml/models/model.hpp"
#include "ml/models/reducer.hpp"
#include "ml/models/structure_data.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// Features and labels of a campaign by structure, read when asked for.
class CampaignSource final : public ml::StructureSource {
 public:
  /// `times` is told what reading takes; it may be null.
  explicit CampaignSource(const CampaignFolder& folder, StageTimes* times = nullptr) : folder_(folder), times_(times) {}

  std::size_t featureCount(const std::string& set) const override;
  std::vector<ml::LabelField> labelLayout() const override;
  ml::StructureSample load(std::int64_t structure, const std::string& set) const override;
  /// As the states have them.
  std::vector<double> positions(std::int64_t structure, ml::Positions kind) const override;
  ml::PairField pairs(std::int64_t structure) const override;
  /// Without features.
  ml::StructureSample labels(std::int64_t structure) const;

 private:
  const CampaignFolder& folder_;
  StageTimes* times_;
};

/// Structure k of a list belongs to rank k mod size; blocks are gathered and handed out in the order of the list.
class MpiReducer final : public ml::Reducer {
 public:
  explicit MpiReducer(const par::Communicator& comm) : comm_(comm) {}
  std::vector<std::vector<double>> gather(const std::vector<std::int64_t>& structures,
                                          const ml::BlockMaker& make) override;
  /// Neighbouring slots belong to one rank (ml::SlotSum).
  std::vector<std::vector<double>> sumSlots(std::size_t slots, std::span<float> total,
                                            const ml::SlotMaker& make) override;

 private:
  const par::Communicator& comm_;
};

/// The models of [train], not fitted yet.
std::vector<std::unique_ptr<ml::Model>> makeModels(const Campaign& campaign);

/// One of them, to be fitted: with the first parameters that [train.<name>] initial names, FileError where that file
/// cannot be read.
std::unique_ptr<ml::Model> modelToFit(const Campaign& campaign, const std::string& name);

/// The descriptor sets that the campaign names and those that its models read, sorted.
std::vector<std::string> wantedSets(const Campaign& campaign);

}  // namespace glassforge::app
