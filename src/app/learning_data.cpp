#include "app/learning_data.hpp"

#include <set>

#include "app/label_store.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/feature_file.hpp"
#include "io/npz.hpp"

namespace glassforge::app {
namespace {

std::string featuresPath(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.features(folder.shardOf(structure));
  require<FileError>(exists(path), "{}: missing; run the stage describe first", path);
  io::checkManifest(path, io::readManifest(path), folder.manifest("features"));
  return path;
}

ml::LabelField fieldOf(const std::string& name, const StructureLabels& labels, const Array<double>& mean,
                       const Array<double>& variance) {
  ml::LabelField field{name, labels.times, mean, variance, 0};
  for (const auto& status : labels.replicas.status) field.replicas += status == "done";
  return field;
}

std::vector<ml::LabelField> fieldsOf(const StructureLabels& labels) {
  std::vector<ml::LabelField> fields;
  if (!labels.displacement.empty()) {
    fields.push_back(fieldOf("displacement", labels, labels.displacement, labels.displacement_variance));
  }
  if (!labels.bond_breaking.empty()) {
    fields.push_back(fieldOf("bond_breaking", labels, labels.bond_breaking, labels.bond_breaking_variance));
  }
  return fields;
}

}  // namespace

std::size_t CampaignSource::featureCount(const std::string& set) const {
  if (set.empty()) return 0;
  const std::int64_t first = folder_.shards().front().first;
  return io::readFeatures(featuresPath(folder_, first), first, set).names.size();
}

std::vector<ml::LabelField> CampaignSource::labelLayout() const {
  auto fields = fieldsOf(storedLabels(folder_, folder_.shards().front().first, io::Replicas::status_only));
  for (auto& field : fields) {
    field.mean = {};
    field.variance = {};
  }
  return fields;
}

ml::StructureSample CampaignSource::labels(std::int64_t structure) const {
  const ActivityScope files(times_, Activity::files);
  const StructureLabels labels = storedLabels(folder_, structure, io::Replicas::status_only);
  ml::StructureSample sample;
  sample.structure = structure;
  sample.species = labels.species;
  sample.box = folder_.campaign().system.mixture.box;
  sample.thermal = labels.thermal.values();
  sample.labels = fieldsOf(labels);
  return sample;
}

ml::StructureSample CampaignSource::load(std::int64_t structure, const std::string& set) const {
  ml::StructureSample sample = labels(structure);
  const ActivityScope files(times_, Activity::files);
  sample.features = set.empty() ? Array<double>({sample.species.size(), 0})
                                : io::readFeatures(featuresPath(folder_, structure), structure, set).values;
  return sample;
}

std::vector<double> CampaignSource::positions(std::int64_t structure, ml::Positions kind) const {
  const ActivityScope files(times_, Activity::files);
  const StructureState state = storedState(folder_, structure);
  const auto& position = kind == ml::Positions::inherent ? state.inherent.position : state.cage.position;
  require<FileError>(!position.empty(), "structure {} has no {} state; run the stage quench first", structure,
                     ml::toString(kind));
  return position;
}

ml::PairField CampaignSource::pairs(std::int64_t structure) const {
  const ActivityScope files(times_, Activity::files);
  StructureLabels labels = storedLabels(folder_, structure, io::Replicas::status_only);
  if (labels.pairs.edges.empty()) return ml::StructureSource::pairs(structure);  // says what to do
  return {labels.times, std::move(labels.pairs.edges), std::move(labels.pairs.change)};
}

std::vector<std::vector<double>> MpiReducer::gather(const std::vector<std::int64_t>& structures,
                                                    const ml::BlockMaker& make) {
  const auto size = static_cast<std::size_t>(comm_.size()), rank = static_cast<std::size_t>(comm_.rank());
  std::vector<double> mine;
  par::together(comm_, [&] {
    for (std::size_t k = rank; k < structures.size(); k += size) {
      const auto block = make(structures[k]);
      mine.push_back(static_cast<double>(block.size()));
      mine.insert(mine.end(), block.begin(), block.end());
    }
  });
  std::vector<std::vector<double>> blocks(structures.size());
  const auto from_ranks = comm_.allGather(mine);
  for (std::size_t r = 0; r < size; ++r) {
    auto at = from_ranks[r].begin();
    for (std::size_t k = r; k < structures.size(); k += size) {
      const auto length = static_cast<std::ptrdiff_t>(*at);
      blocks[k].assign(at + 1, at + 1 + length);
      at += 1 + length;
    }
  }
  return blocks;
}

namespace {

class RankTraffic final : public ml::SlotTraffic {
 public:
  explicit RankTraffic(const par::Communicator& comm) : comm_(comm) {}
  std::size_t process() const override { return static_cast<std::size_t>(comm_.rank()); }
  std::size_t processes() const override { return static_cast<std::size_t>(comm_.size()); }
  void send(std::span<const float> block, std::size_t to) override { comm_.send(block, static_cast<int>(to)); }
  void receive(std::span<float> block, std::size_t from) override { comm_.receive(block, static_cast<int>(from)); }

 private:
  const par::Communicator& comm_;
};

}  // namespace

std::vector<std::vector<double>> MpiReducer::sumSlots(std::size_t slots, std::span<float> total,
                                                      const ml::SlotMaker& make) {
  RankTraffic traffic(comm_);
  ml::SlotSum sum(slots, total.size());
  std::vector<double> mine;
  par::together(comm_, [&] {
    for (const auto& numbers : sum.addOwn(traffic.process(), traffic.processes(), make)) {
      mine.push_back(static_cast<double>(numbers.size()));
      mine.insert(mine.end(), numbers.begin(), numbers.end());
    }
  });
  sum.join(traffic);
  if (comm_.root()) std::copy(sum.total().begin(), sum.total().end(), total.begin());
  comm_.broadcast(total);
  std::vector<std::vector<double>> all;
  for (const auto& from_rank : comm_.allGather(mine)) {  // ranks have ascending slots
    for (auto at = from_rank.begin(); at != from_rank.end();) {
      const auto end = at + 1 + static_cast<std::ptrdiff_t>(*at);
      all.emplace_back(at + 1, end);
      at = end;
    }
  }
  return all;
}

std::unique_ptr<ml::Model> modelToFit(const Campaign& campaign, const std::string& name) {
  ml::ModelRequest request{name, campaign.system.mixture.species, campaign.system.mixture.dimension, campaign.learning};
  const std::string initial = campaign.learning.graph(name).initial;
  if (!initial.empty()) {
    const io::NpzReader file(initial);
    for (const auto& array : file.names()) request.initial[array] = file.reals(array);
  }
  return ml::makeModel(request);
}

std::vector<std::unique_ptr<ml::Model>> makeModels(const Campaign& campaign) {
  std::vector<std::unique_ptr<ml::Model>> models;
  for (const auto& name : campaign.models) {
    models.push_back(
        ml::makeModel({name, campaign.system.mixture.species, campaign.system.mixture.dimension, campaign.learning}));
  }
  return models;
}

std::vector<std::string> wantedSets(const Campaign& campaign) {
  std::set<std::string> sets(campaign.descriptor_sets.begin(), campaign.descriptor_sets.end());
  for (const auto& model : makeModels(campaign)) sets.insert(model->descriptorSet());
  sets.erase("");
  return {sets.begin(), sets.end()};
}

}  // namespace glassforge::app
