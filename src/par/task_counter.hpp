/// Sharing out: tasks 0 .. n-1 go to ranks as they become free, by a counter in remote memory; no rank is a master.
#pragma once

#include <mpi.h>

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

  /// The next task, handed out once over all ranks; -1 when none is left.
  std::int64_t next();

 private:
  MPI_Win window_;
  std::int64_t* memory_ = nullptr;
  std::int64_t tasks_;
};

}  // namespace glassforge::par
