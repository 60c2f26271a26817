#include "par/task_counter.hpp"

#include <algorithm>

namespace glassforge::par {

namespace {
constexpr auto kAskEvery = std::chrono::milliseconds(100);
}

TaskCounter::TaskCounter(const Communicator& comm, std::int64_t tasks) : tasks_(tasks) {
  const MPI_Aint bytes = comm.root() ? static_cast<MPI_Aint>(places * sizeof(std::int64_t)) : 0;
  MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.handle(), &memory_, &window_);
  if (comm.root()) {
    MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, window_);
    std::fill_n(memory_, static_cast<std::size_t>(places), 0);
    MPI_Win_unlock(0, window_);
  }
  comm.barrier();
}

TaskCounter::~TaskCounter() {
  MPI_Win_free(&window_);
}

std::int64_t TaskCounter::fetchAndAdd(Place place, std::int64_t amount) {
  std::int64_t before = 0;
  MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, window_);
  MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, place, MPI_SUM, window_);
  MPI_Win_unlock(0, window_);
  return before;
}

std::int64_t TaskCounter::next() {
  if (fetchAndAdd(stop_flag, 0) > 0) return -1;
  const std::int64_t taken = fetchAndAdd(next_task, 1);
  return taken < tasks_ ? taken : -1;
}

void TaskCounter::stop() {
  fetchAndAdd(stop_flag, 1);
}

bool TaskCounter::stopped() {
  const auto now = std::chrono::steady_clock::now();
  if (stopped_ || now - asked_ < kAskEvery) return stopped_;
  asked_ = now;
  stopped_ = fetchAndAdd(stop_flag, 0) > 0;
  return stopped_;
}

}  // namespace glassforge::par
