// What a scaling study found: medians, shares, the fitted model, its predictions.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <core/version.hpp>

#include "app/scale_study.hpp"
#include "app/scaling_model.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

constexpr double kPoorFit = 0.1;                 // rms of relative residuals
constexpr int kPredictFrom = 2, kPredictTo = 5;  // 10^2 to 10^5 ranks

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

double sumOf(const StudyRun& run, double RankTimes::*part) {
  double sum = 0;
  for (const auto& rank : run.per_rank) sum += rank.*part;
  return sum;
}

Json toJson(const StudyRun& run, std::int64_t cores, std::int64_t threads) {
  Json json{{"ranks", run.ranks},
            {"repeat", run.repeat},
            {"structures", run.structures},
            {"tasks", run.tasks},
            {"wall", run.wall},
            {"seconds", run.seconds},
            {"oversubscribed", run.ranks * threads > cores},
            {"per_rank", Json::array()}};
  for (const auto& r : run.per_rank) {
    json["per_rank"].push_back({{"seconds", r.seconds},
                                {"compute", r.compute},
                                {"wait", r.wait},
                                {"files", r.files},
                                {"handout", r.handout},
                                {"tasks", r.tasks}});
  }
  return json;
}

/// Median, extremes and mean seconds a rank of the repeats of one number of ranks.
Json summaryOf(const std::vector<StudyRun>& runs, std::int64_t ranks, std::int64_t cores, std::int64_t threads) {
  std::vector<double> seconds, wall;
  std::vector<double> compute, wait, files;
  Json json{{"ranks", ranks}, {"ranks_per_core", static_cast<double>(ranks * threads) / static_cast<double>(cores)}};
  for (const auto& run : runs) {
    if (run.ranks != ranks) continue;
    seconds.push_back(run.seconds);
    wall.push_back(run.wall);
    const auto n = static_cast<double>(ranks);
    compute.push_back(sumOf(run, &RankTimes::compute) / n);
    wait.push_back(sumOf(run, &RankTimes::wait) / n);
    files.push_back(sumOf(run, &RankTimes::files) / n);
    json["structures"] = run.structures;
    json["tasks"] = run.tasks;
  }
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  json.update({{"median", median(seconds)},
               {"min", *least},
               {"max", *most},
               {"wall", median(wall)},
               {"compute", median(compute)},
               {"wait", median(wait)},
               {"files", median(files)},
               {"oversubscribed", ranks * threads > cores}});
  return json;
}

/// Speed-up and efficiency against the smallest number of ranks, which counts as ideal.
void addSpeedUp(Json& summary, bool weak) {
  const double first = summary[0]["median"], start = summary[0]["ranks"];
  for (auto& row : summary) {
    const double ratio = first / row["median"].get<double>(), n = row["ranks"];
    row["efficiency"] = weak ? ratio : ratio * start / n;
    row["speed_up"] = n * row["efficiency"].get<double>();
  }
}

/// Runs that say something of n processors: where ranks share cores only if there are no others.
std::vector<const StudyRun*> usable(const std::vector<StudyRun>& runs, std::int64_t cores, std::int64_t threads) {
  std::vector<const StudyRun*> all, fair;
  for (const auto& run : runs) {
    all.push_back(&run);
    if (run.ranks * threads <= cores) fair.push_back(&run);
  }
  return fair.empty() ? all : fair;
}

ScalingModel fitRuns(const std::vector<const StudyRun*>& runs, bool handed_out, MeasuredCosts& measured) {
  std::vector<ScalingPoint> points;
  double busy = 0, tasks = 0, handout = 0, requests = 0;
  for (const auto* run : runs) {
    points.push_back({static_cast<double>(run->ranks), run->tasks, run->seconds});
    for (const auto& rank : run->per_rank) {
      busy += rank.compute;
      handout += rank.handout;
      requests += rank.tasks + 1;
    }
    tasks += run->tasks;
  }
  measured = {busy / tasks, handed_out ? handout / requests : 0};
  return fitScaling(points, measured);
}

Json modelJson(const ScalingModel& m, const MeasuredCosts& measured, const std::vector<const StudyRun*>& runs) {
  std::vector<std::int64_t> ranks;
  for (const auto* run : runs) ranks.push_back(run->ranks);
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  return {{"formula", "T(n) = serial + task * ceil(K / n) + request * (K + n), K tasks on n ranks"},
          {"constraints", "least squares of relative residuals; serial, task, request >= 0"},
          {"serial", m.serial},
          {"serial_error", m.serial_error},
          {"task", m.task},
          {"task_error", m.task_error},
          {"task_fitted", m.task_fitted},
          {"task_measured", measured.task},
          {"request", m.request},
          {"request_error", m.request_error},
          {"request_fitted", m.request_fitted},
          {"request_measured", measured.request},
          {"residual", m.residual},
          {"fitted_to_ranks", ranks}};
}

/// What stands beside every predicted curve.
std::vector<std::string> assumptions(const StudyOptions& o, const ScalingModel& m, bool oversubscribed) {
  std::vector<std::string> all{
      "a task takes as long as measured, on every rank: same cores, caches and memory bandwidth for each of them",
      "the serial part does not grow with the campaign or the ranks; the file system keeps up with all ranks",
      "the counter answers K + n requests one after another, none of which overlaps computing",
      "no failures, no start-up of the ranks, no network between nodes was in the measurement unless the launcher used "
      "several"};
  if (!m.request_fitted) all.push_back("the cost of a request is the measured one: the runs cannot tell it from noise");
  if (!m.task_fitted) all.push_back("the cost of a task is the measured one: all runs have as many tasks a rank");
  if (m.residual > kPoorFit) {
    all.push_back(
        fmt::format("runs and model differ by {:.0f} %: the machine had other work to do, or the model does not hold; "
                    "do not trust it",
                    100 * m.residual));
  }
  if (oversubscribed)
    all.push_back("fitted to runs with more ranks than cores, since there were no others: do not trust it");
  if (o.stage == "train")
    all.push_back("a task is one structure of the training part; sums over structures are counted as serial");
  return all;
}

Json predict(const StudyOptions& o, const ScalingModel& m, const Json& first_row, bool oversubscribed) {
  const double measured = first_row["structures"],
               structures = o.predict_structures > 0 ? static_cast<double>(o.predict_structures) : measured;
  const double tasks = std::ceil(first_row["tasks"].get<double>() * structures / measured);
  Json json{{"structures", structures},
            {"tasks", tasks},
            {"assumptions", assumptions(o, m, oversubscribed)},
            {"points", Json::array()}};
  const double alone = m.seconds(1, tasks);
  for (int power = kPredictFrom; power <= kPredictTo; ++power) {
    const double n = std::pow(10.0, power), seconds = m.seconds(n, tasks);
    json["points"].push_back(
        {{"ranks", n}, {"seconds", seconds}, {"speed_up", alone / seconds}, {"efficiency", alone / seconds / n}});
  }
  json["seconds_on_one_rank"] = alone;
  return json;
}

std::string hostName() {
  char text[256] = {};
  return ::gethostname(text, sizeof text - 1) == 0 ? text : "unknown";
}

std::string row(const Json& r) {
  const double all = r["compute"].get<double>() + r["wait"].get<double>() + r["files"].get<double>();
  const auto share = [&](const char* key) { return 100 * r[key].get<double>() / all; };
  return fmt::format("  {:>6} {:>7} {:>10} {:>10.4g} {:>19} {:>8.2f} {:>8.3f} {:>7.1f} {:>6.1f} {:>6.1f}{}\n",
                     r["ranks"].get<int>(), r["tasks"].get<double>(), r["structures"].get<int>(),
                     r["median"].get<double>(),
                     fmt::format("{:.4g}..{:.4g}", r["min"].get<double>(), r["max"].get<double>()),
                     r["speed_up"].get<double>(), r["efficiency"].get<double>(), share("compute"), share("wait"),
                     share("files"), r["oversubscribed"].get<bool>() ? "  more ranks than cores" : "");
}

}  // namespace

Json describeStudy(const StudyOptions& o, const Campaign& c, const std::vector<StudyRun>& runs) {
  const std::int64_t cores = studyCores();
  Json study{{"campaign", c.name},
             {"model_liquid", c.system.mixture.name},
             {"particles", c.system.mixture.particles()},
             {"stage", o.stage},
             {"series", o.isWeak() ? "weak" : "strong"},
             {"grows", o.isWeak() ? o.grow : "nothing"},
             {"launcher", o.launcher},
             {"threads", o.threads},
             {"repeats", o.repeats},
             {"host",
              {{"name", hostName()},
               {"cores", cores},
               {"version", version::code},
               {"instruction_set", version::instruction_set}}},
             {"runs", Json::array()},
             {"summary", Json::array()}};
  for (const auto& run : runs) study["runs"].push_back(toJson(run, cores, o.threads));
  for (const auto ranks : o.ranks()) study["summary"].push_back(summaryOf(runs, ranks, cores, o.threads));
  addSpeedUp(study["summary"], o.isWeak());
  const auto used = usable(runs, cores, o.threads);
  MeasuredCosts measured;
  const auto model = fitRuns(used, o.stage != "train", measured);
  study["model"] = modelJson(model, measured, used);
  study["prediction"] = predict(o, model, study["summary"][0], used.front()->ranks * o.threads > cores);
  return study;
}

std::string studyTable(const Json& study) {
  const bool weak = study["series"] == "weak";
  std::string text = fmt::format(
      "\n{} scaling of {}, campaign {} ({}, N = {}){}; {} core(s), {} repeat(s)\n", weak ? "weak" : "strong",
      study["stage"].get<std::string>(), study["campaign"].get<std::string>(), study["model_liquid"].get<std::string>(),
      study["particles"].get<int>(), weak ? ", " + study["grows"].get<std::string>() + " grow with the ranks" : "",
      study["host"]["cores"].get<int>(), study["repeats"].get<int>());
  text += fmt::format("  {:>6} {:>7} {:>10} {:>10} {:>19} {:>8} {:>8} {:>7} {:>6} {:>6}\n", "ranks", "tasks",
                      "structures", "seconds", "least..most", "speed-up", "effic.", "comp. %", "wait %", "files %");
  for (const auto& r : study["summary"]) {
    text += row(r);
  }
  const auto& m = study["model"];
  text += fmt::format(
      "\nmodel {}\n  serial {:.4g} s, task {:.4g} s{}, request {:.3g} s{}; rms of relative residuals {:.2g}\n",
      m["formula"].get<std::string>(), m["serial"].get<double>(), m["task"].get<double>(),
      m["task_fitted"].get<bool>() ? "" : " (measured)", m["request"].get<double>(),
      m["request_fitted"].get<bool>() ? "" : " (measured)", m["residual"].get<double>());
  const auto& p = study["prediction"];
  text +=
      fmt::format("predicted for {} structures, {} tasks\n", p["structures"].get<double>(), p["tasks"].get<double>());
  for (const auto& point : p["points"]) {
    text += fmt::format("  {:>6.0f} ranks {:>10.4g} s  speed-up {:>9.4g}  efficiency {:.3f}\n",
                        point["ranks"].get<double>(), point["seconds"].get<double>(), point["speed_up"].get<double>(),
                        point["efficiency"].get<double>());
  }
  text += "assuming that\n";
  for (const auto& a : p["assumptions"]) text += fmt::format("  - {}\n", a.get<std::string>());
  return text;
}

}  // namespace glassforge::app
