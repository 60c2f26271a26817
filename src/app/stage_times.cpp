#include "app/stage_times.hpp"

#include <fstream>
#include <utility>

namespace glassforge::app {

void StageTimes::begin(Activity usual) {
  times_ = {};
  now_ = usual;
  start_ = last_ = comm_.wallTime();
  waited_ = comm_.waited();
}

void StageTimes::account() {
  const double time = comm_.wallTime(), waited = comm_.waited();
  const double wait = waited - waited_;
  (now_ == Activity::compute ? times_.compute : times_.files) += time - last_ - wait;
  times_.wait += wait;
  last_ = time;
  waited_ = waited;
}

Activity StageTimes::turnTo(Activity now) {
  account();
  return std::exchange(now_, now);
}

RankTimes StageTimes::read() {
  account();
  times_.seconds = last_ - start_;
  return times_;
}

void logStageTimes(const par::Communicator& comm, const std::string& stage, StageTimes& times, const std::string& log) {
  const RankTimes mine = times.read();
  double tasks = 0;
  nlohmann::json ranks = nlohmann::json::array();
  for (const auto& t : comm.allGather(
           std::vector<double>{mine.seconds, mine.compute, mine.wait, mine.files, mine.handout, mine.tasks})) {
    ranks.push_back(
        {{"seconds", t[0]}, {"compute", t[1]}, {"wait", t[2]}, {"files", t[3]}, {"handout", t[4]}, {"tasks", t[5]}});
    tasks += t[5];
  }
  if (!comm.root() || tasks == 0) return;
  const nlohmann::json entry{{"stage", stage}, {"ranks", comm.size()}, {"tasks", tasks}, {"per_rank", ranks}};
  std::ofstream(log, std::ios::app) << entry.dump() << "\n";
}

}  // namespace glassforge::app
