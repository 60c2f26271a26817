#include "ml/models/graph_course.hpp"

namespace glassforge::ml {

namespace {

const std::string under_way = "now/";

std::string prefixOf(std::size_t network) {
  return "network" + std::to_string(network) + "/";
}

}  // namespace

GraphCourse::GraphCourse(FitMonitor& monitor, std::size_t networks)
    : monitor_(monitor), networks_(networks), from_(monitor.resume()) {
  const std::int64_t done = from_ ? from_->integer("done") : 0;
  for (std::int64_t k = 0; k < done; ++k) done_.push_back(getTrained(*from_, prefixOf(done_.size())));
}

TrainedGraph GraphCourse::next(const std::function<std::unique_ptr<GraphTrainer>()>& begin) {
  if (returned_ < done_.size()) return done_[returned_++];
  const auto trainer = begin();
  if (from_) trainer->load(*from_, under_way);
  from_.reset();
  while (!trainer->finished()) {
    if (const auto progress = trainer->step()) monitor_.learnt(*progress);
    const double of_this = static_cast<double>(trainer->passes()) / static_cast<double>(trainer->allPasses());
    monitor_.reached((static_cast<double>(returned_) + of_this) / static_cast<double>(networks_),
                     [&] { return checkpoint(*trainer); });
  }
  done_.push_back(trainer->result());
  ++returned_;
  return done_.back();
}

Checkpoint GraphCourse::checkpoint(const GraphTrainer& trainer) const {
  Checkpoint made;
  made.put("done", static_cast<std::int64_t>(done_.size()));
  for (std::size_t k = 0; k < done_.size(); ++k) putTrained(made, prefixOf(k), done_[k]);
  trainer.save(made, under_way);
  return made;
}

}  // namespace glassforge::ml
