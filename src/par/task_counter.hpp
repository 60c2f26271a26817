/// Sharing out: tasks 0 .. n-1 go to ranks as they become free, by a counter in remote memory; no rank is a master.
#pragma once

#include <mpi.h>

#include <chrono>
#include <cstdint>

#include "par/communicator.hpp"

namespace glassforge::par {

class TaskCounter {
 public:
  /// Collective; the counter lives on rank 0.
  TaskCounter(const Communicator& comm, std::int64_t tasks);
  ~TaskCounter();
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  /// The next task, handed out once over all ranks; -1 when none is left, or after stop().
  std::int64_t next();

  /// Tells all ranks that it is over, whatever is left.
  void stop();
  /// Whether any rank has said so. Asks at most every so many milliseconds: it may be called often.
  bool stopped();

 private:
  enum Place : MPI_Aint { next_task, stop_flag, places };
  std::int64_t fetchAndAdd(Place place, std::int64_t amount);

  MPI_Win window_;
  std::int64_t* memory_ = nullptr;
  bool stopped_ = false;
  std::chrono::steady_clock::time_point asked_ = {};
  std::int64_t tasks_;
};

}  // namespace glassforge::par
