/// A scaling study: real runs of one stage on several numbers of ranks, and where their time goes.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/stage_times.hpp"
#include "core/campaign.hpp"

namespace glassforge::app {

struct StudyOptions {
  std::string file;                        ///< the campaign
  std::vector<std::string> set;            ///< changes of keys
  std::vector<std::int64_t> strong, weak;  ///< numbers of ranks of the one or the other
  std::string stage = "launch", grow = "structures", out;
  std::string launcher = "mpirun --oversubscribe --bind-to none -n {ranks}";
  std::int64_t repeats = 3, threads = 1, predict_structures = 0;  ///< 0: the size that was measured
  bool keep = false, as_json = false;

  bool isWeak() const { return !weak.empty(); }
  const std::vector<std::int64_t>& ranks() const { return isWeak() ? weak : strong; }
};

/// One run of the stage.
struct StudyRun {
  std::int64_t ranks = 1, repeat = 0, structures = 0;
  double wall = 0;     ///< seconds of the whole program, launcher included
  double seconds = 0;  ///< of the stage, on the slowest rank
  double tasks = 0;    ///< that were shared out
  std::vector<RankTimes> per_rank;
};

/// InputError where the options or the campaign do not make a study.
void checkStudy(const StudyOptions& options, const Campaign& campaign);

/// Makes the campaign folders that the runs start from, then runs them in turn, each in a fresh copy. Says each on the
/// terminal unless as_json. FileError with the log's place where one fails.
std::vector<StudyRun> runStudy(const StudyOptions& options, const Campaign& campaign);

/// Cores that the runs may use: of this node, or of the Slurm allocation.
std::int64_t studyCores();

/// Everything that was measured, medians, the fitted model and what it predicts: scale.json (docs/scaling.md).
nlohmann::json describeStudy(const StudyOptions& options, const Campaign& campaign, const std::vector<StudyRun>& runs);

/// The same as a table.
std::string studyTable(const nlohmann::json& study);

}  // namespace glassforge::app
