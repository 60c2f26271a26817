#include "par/task_counter.hpp"

namespace glassforge::par {

TaskCounter::TaskCounter(const Communicator& comm, std::int64_t tasks) : tasks_(tasks) {
  const MPI_Aint bytes = comm.root() ? sizeof(std::int64_t) : 0;
  MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.handle(), &memory_, &window_);
  if (comm.root()) {
    MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, window_);
    *memory_ = 0;
    MPI_Win_unlock(0, window_);
  }
  comm.barrier();
}

TaskCounter::~TaskCounter() { MPI_Win_free(&window_); }

std::int64_t TaskCounter::next() {
  const std::int64_t one = 1;
  std::int64_t taken = 0;
  MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, window_);
  MPI_Fetch_and_op(&one, &taken, MPI_INT64_T, 0, 0, MPI_SUM, window_);
  MPI_Win_unlock(0, window_);
  return taken < tasks_ ? taken : -1;
}

}  // namespace glassforge::par
