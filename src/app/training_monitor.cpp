#include "app/training_monitor.hpp"

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/evaluation_json.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

constexpr int kSave = 1, kStop = 2;  // bits that ranks agree on

/// Arrays by name, exact; texts are not needed.
std::string packed(const Checkpoint& checkpoint) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : checkpoint.values()) {
    if (const auto* reals = std::get_if<Checkpoint::Reals>(&value)) {
      json["r" + name] = nlohmann::json::binary({});
      auto& bytes = json["r" + name].get_binary();
      const auto* first = reinterpret_cast<const std::uint8_t*>(reals->data());
      bytes.assign(first, first + reals->size() * sizeof(double));
    } else if (const auto* integers = std::get_if<Checkpoint::Integers>(&value)) {
      json["i" + name] = *integers;
    } else {
      json["t" + name] = std::get<Checkpoint::Texts>(value);
    }
  }
  const auto bytes = nlohmann::json::to_cbor(json);
  return {bytes.begin(), bytes.end()};
}

Checkpoint unpacked(const std::string& text) {
  const auto json = nlohmann::json::from_cbor(text);
  Checkpoint checkpoint;
  for (const auto& [key, value] : json.items()) {
    const std::string name = key.substr(1);
    if (key.front() == 'r') {
      const auto& bytes = value.get_binary();
      Checkpoint::Reals reals(bytes.size() / sizeof(double));
      std::memcpy(reals.data(), bytes.data(), bytes.size());
      checkpoint.put(name, std::move(reals));
    } else if (key.front() == 'i') {
      checkpoint.put(name, value.get<Checkpoint::Integers>());
    } else {
      checkpoint.put(name, value.get<Checkpoint::Texts>());
    }
  }
  return checkpoint;
}

std::string words(const FitProgress& p) {
  const bool pretraining = p.phase == "pretraining";
  return fmt::format("{} {}/{}  loss {:.3g}  {} {:.3f}", pretraining ? "edges" : "pass", p.passes, p.of, p.loss,
                     pretraining ? "r_edge" : "r", pretraining ? p.pearson_edges : p.pearson);
}

nlohmann::json toJson(const FitProgress& p) {
  const bool is_one = !p.label.empty();
  return {{"model", p.model},
          {"label", is_one ? nlohmann::json(p.label) : nlohmann::json(nullptr)},
          {"time", is_one ? nlohmann::json(p.time) : nlohmann::json(nullptr)},
          {"network", p.network},
          {"phase", p.phase},
          {"passes", p.passes},
          {"of", p.of},
          {"loss", jsonNumber(p.loss)},
          {"validation_loss", jsonNumber(p.validation_loss)},
          {"pearson", jsonNumber(p.pearson)},
          {"pearson_pooled", jsonNumber(p.pearson_pooled)},
          {"pearson_edges", jsonNumber(p.pearson_edges)},
          {"rate", p.rate}};
}

}  // namespace

TrainingMonitor::TrainingMonitor(const par::Communicator& ranks, StageMonitor& task, TrainingOutput output)
    : ranks_(ranks), task_(task), output_(std::move(output)), seconds_(ranks.wallTime()) {}

void TrainingMonitor::report(double share) {
  if (resumed_ && output_.goes_on) output_.goes_on(share);
  resumed_ = false;
  task_.report(share);
}

bool TrainingMonitor::due() {
  const bool stop = task_.stopWanted();
  const int all = ranks_.anyBits((stop ? kStop : 0) | (ranks_.root() && task_.due() ? kSave : 0));
  stop_ = (all & kStop) != 0;
  return all != 0;
}

void TrainingMonitor::save(const Checkpoint& checkpoint) {
  par::together(ranks_, [&] {
    if (ranks_.root()) task_.save(checkpoint);
  });
}

void TrainingMonitor::obey() {
  if (stop_) par::together(ranks_, [&] { task_.obey(); });
}

std::optional<Checkpoint> TrainingMonitor::resume() {
  std::optional<Checkpoint> found;
  par::together(ranks_, [&] {
    if (ranks_.root()) found = task_.resume();
  });
  resumed_ = found.has_value();
  if (ranks_.size() == 1) return found;
  const std::string text = ranks_.broadcast(found ? packed(*found) : "");
  if (text.empty()) return std::nullopt;
  if (!ranks_.root()) found = unpacked(text);
  return found;
}

void TrainingMonitor::learnt(const FitProgress& progress) {
  if (!ranks_.root()) return;
  const double now = ranks_.wallTime(), seconds = now - seconds_;
  seconds_ = now;
  if (output_.tell) output_.tell(words(progress));
  if (output_.log.empty()) return;
  nlohmann::json line = toJson(progress);
  line["seconds"] = seconds;
  line["ranks"] = ranks_.size();
  if (!output_.part.empty()) line["fit"] = output_.part;
  std::ofstream(output_.log, std::ios::app) << line.dump() << "\n";
}

}  // namespace glassforge::app
