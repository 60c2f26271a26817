#include "app/scale_study.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/learning_data.hpp"
#include "app/placement.hpp"
#include "app/program.hpp"
#include "app/stage.hpp"
#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kStages{"equilibrate", "launch", "describe", "train"};

void checkRanks(const std::vector<std::int64_t>& ranks, const char* option) {
  const bool ascending = std::adjacent_find(ranks.begin(), ranks.end(), std::greater_equal<>()) == ranks.end();
  require(!ranks.empty() && ranks.front() >= 1 && ascending,
          "{} takes numbers of ranks, ascending and from 1 on, as in {} 1,2,4", option, option);
}

void checkStage(const StudyOptions& o, const Campaign& c) {
  require(std::find(kStages.begin(), kStages.end(), o.stage) != kStages.end(),
          "--stage {} cannot be studied; one of {} can", o.stage, fmt::join(kStages, ", "));
  const bool from_files = !c.system.files.empty();
  require(o.stage != "equilibrate" || !from_files,
          "the structures of {} come from files: there is nothing to equilibrate", o.file);
  require(o.stage != "equilibrate" || c.equilibrate.method != "tempering",
          "{}: ranks share one structure in tempering, which the model of a study does not describe", o.file);
  require(o.stage != "describe" || !wantedSets(c).empty(), "{}: no descriptors are asked for in [describe] or [train]",
          o.file);
  require(o.stage != "train" || (!c.models.empty() && c.split.train > 0),
          "{}: a study of train takes models in [train] and a [split]", o.file);
  require(!o.isWeak() || !from_files, "--weak adds structures; those of {} come from files: use --strong", o.file);
  require(o.grow == "structures" || o.grow == "replicas", "--grow {}; structures or replicas can grow", o.grow);
  require(o.grow == "structures" || (o.isWeak() && o.stage == "launch" && c.replicas.pack > 0),
          "--grow replicas belongs to --weak with --stage launch, and takes a replicas.pack, so that more replicas are "
          "more tasks");
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

/// How often the work of one rank is there; 1 in a strong series.
std::int64_t factorOf(const StudyOptions& o, std::int64_t ranks) {
  return o.isWeak() ? ranks : 1;
}

/// The keys that make a campaign `factor` times as large.
std::vector<std::string> growth(const StudyOptions& o, const Campaign& c, std::int64_t factor) {
  if (factor == 1) return {};
  if (o.grow == "replicas") return {fmt::format("replicas.count={}", factor * c.replicas.count)};
  std::vector<std::string> keys{fmt::format("system.structures={}", factor * c.system.structures)};
  if (c.split.train > 0) {
    keys.push_back(fmt::format("split.train={}", factor * c.split.train));
    keys.push_back(fmt::format("split.validation={}", factor * c.split.validation));
    keys.push_back(fmt::format("split.test={}", factor * c.split.test));
  }
  return keys;
}

/// Structures of the campaign that a number of ranks works on.
std::int64_t structuresOf(const StudyOptions& o, const Campaign& c, std::int64_t ranks) {
  return c.system.structures * (o.grow == "structures" ? factorOf(o, ranks) : 1);
}

/// Runs the campaign up to a stage; wall seconds.
double launch(const StudyOptions& o, const Campaign& c, std::int64_t ranks, const std::string& stage,
              const std::string& folder) {
  std::string launcher = o.launcher;
  const std::string mark = "{ranks}";
  for (auto at = launcher.find(mark); at != std::string::npos; at = launcher.find(mark))
    launcher.replace(at, mark.size(), fmt::format("{}", ranks));
  auto command = words(launcher);
  command.insert(command.end(),
                 {fs::read_symlink("/proc/self/exe").string(), "run", o.file, "--stage", stage, "--out", folder});
  auto set = o.set;
  for (auto& key : growth(o, c, factorOf(o, ranks))) set.push_back(std::move(key));
  for (const auto& key : set) command.insert(command.end(), {"--set", key});
  auto environment = firstEnvironment();
  std::erase_if(environment, [](const std::string& entry) { return entry.rfind("OMP_NUM_THREADS=", 0) == 0; });
  environment.push_back(fmt::format("OMP_NUM_THREADS={}", o.threads));
  const std::string log = folder + ".log";
  const auto start = std::chrono::steady_clock::now();
  const int code = runProgram(command, {log, true, &environment});
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  require<FileError>(code != 127, "'{}' cannot be started; name another with --launcher", command.front());
  require<FileError>(code == 0, "the run on {} ranks ended with exit code {}; what it said is in {}", ranks, code, log);
  fs::remove(log);
  return wall.count();
}

/// What the run noted of the stage.
void readTimes(const std::string& folder, const std::string& stage, StudyRun& run) {
  const std::string path = folder + "/log/times.jsonl";
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_discarded() || entry.value("stage", "") != stage) continue;
    run.tasks = entry.at("tasks");
    for (const auto& r : entry.at("per_rank")) {
      run.per_rank.push_back(
          {r.at("compute"), r.at("wait"), r.at("files"), r.at("handout"), r.at("tasks"), r.at("seconds")});
      run.seconds = std::max(run.seconds, run.per_rank.back().seconds);
    }
  }
  require<FileError>(!run.per_rank.empty(), "{}: says nothing of the stage {}: it had nothing to do", path, stage);
}

/// By factor: a folder in which all before the stage is done; empty names where nothing is. A larger campaign grows
/// from the next smaller one.
std::map<std::int64_t, std::string> makeBases(const StudyOptions& o, const Campaign& c) {
  std::map<std::int64_t, std::string> bases;
  const auto number = stageNumber(o.stage);
  std::string before;
  for (const auto ranks : o.ranks()) {
    const auto factor = factorOf(o, ranks);
    if (number == 0 || bases.count(factor) > 0) continue;
    const std::string base = fmt::format("{}/base_{}", o.out, factor);
    if (!before.empty()) fs::copy(before, base, fs::copy_options::recursive);
    if (!o.as_json)
      fmt::print("  preparing: stages up to {}, {} structures\n", stages()[number - 1].name, structuresOf(o, c, ranks));
    std::fflush(stdout);
    launch(o, c, ranks, stages()[number - 1].name, base);
    fs::remove(base + "/log/times.jsonl");
    bases[factor] = before = base;
  }
  return bases;
}

StudyRun measure(const StudyOptions& o, const Campaign& c, const std::string& base, std::int64_t ranks,
                 std::int64_t repeat) {
  const std::string folder = fmt::format("{}/run_{}_{}", o.out, ranks, repeat);
  if (!base.empty()) fs::copy(base, folder, fs::copy_options::recursive);
  StudyRun run{ranks, repeat, structuresOf(o, c, ranks), launch(o, c, ranks, o.stage, folder), 0, 0, {}};
  readTimes(folder, o.stage, run);
  if (o.stage == "train") run.tasks = static_cast<double>(factorOf(o, ranks) * (c.split.train + c.split.validation));
  if (!o.keep) fs::remove_all(folder);
  if (!o.as_json)
    fmt::print("  {} ranks, repeat {}: {:.4g} s ({:.4g} s with start and end)\n", ranks, repeat + 1, run.seconds,
               run.wall);
  std::fflush(stdout);
  return run;
}

}  // namespace

void checkStudy(const StudyOptions& o, const Campaign& c) {
  require(o.strong.empty() != o.weak.empty(),
          "give --strong or --weak with numbers of ranks, one of them, as in --strong 1,2,4");
  checkRanks(o.ranks(), o.isWeak() ? "--weak" : "--strong");
  require(o.repeats >= 1, "--repeats {} is not positive", o.repeats);
  require(o.threads >= 1, "--threads {} is not positive", o.threads);
  require(o.predict_structures >= 0, "--predict-structures {} is negative", o.predict_structures);
  require(o.launcher.find("{ranks}") != std::string::npos,
          "--launcher '{}' has no {{ranks}} in it, where the number of ranks goes, as in 'srun -n {{ranks}}'",
          o.launcher);
  checkStage(o, c);
  require(!fs::exists(o.out) || fs::is_empty(o.out),
          "{}: a study is made in a folder of its own; choose another --out, or remove this", o.out);
}

std::vector<StudyRun> runStudy(const StudyOptions& o, const Campaign& c) {
  std::error_code error;
  fs::create_directories(o.out, error);
  require<FileError>(!error, "{}: the folder cannot be made: {}", o.out, error.message());
  auto bases = makeBases(o, c);
  std::vector<StudyRun> runs;
  for (std::int64_t repeat = 0; repeat < o.repeats; ++repeat) {
    auto order = o.ranks();
    if (repeat % 2 == 1) std::reverse(order.begin(), order.end());
    for (const auto ranks : order) runs.push_back(measure(o, c, bases[factorOf(o, ranks)], ranks, repeat));
  }
  for (const auto& [factor, base] : bases) {
    if (!o.keep) fs::remove_all(base);
  }
  return runs;
}

std::int64_t studyCores() {
  const char *nodes = std::getenv("SLURM_JOB_NUM_NODES"), *on_node = std::getenv("SLURM_CPUS_ON_NODE");
  if (nodes && on_node) return std::max<std::int64_t>(1, std::int64_t{std::atoi(nodes)} * std::atoi(on_node));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(allowedProcessors().size()));
}

}  // namespace glassforge::app
