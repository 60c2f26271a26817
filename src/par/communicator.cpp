#include "par/communicator.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "core/error.hpp"

namespace glassforge::par {

Session::Session(int& argc, char**& argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
}

Session::~Session() { MPI_Finalize(); }

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Communicator Communicator::world() { return Communicator(MPI_COMM_WORLD); }

void Communicator::barrier() const { MPI_Barrier(comm_); }

std::string Communicator::broadcast(const std::string& text) const {
  auto length = static_cast<unsigned long>(text.size());
  MPI_Bcast(&length, 1, MPI_UNSIGNED_LONG, 0, comm_);
  std::string result(text);
  result.resize(length);
  MPI_Bcast(result.data(), static_cast<int>(length), MPI_CHAR, 0, comm_);
  return result;
}

namespace {

/// Gathers vectors of differing lengths in rank order.
template <class T>
std::vector<std::vector<T>> gatherAll(const std::vector<T>& mine, MPI_Datatype type, int size, MPI_Comm comm) {
  int count = static_cast<int>(mine.size());
  std::vector<int> counts(static_cast<std::size_t>(size)), offsets(static_cast<std::size_t>(size), 0);
  MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm);
  int total = counts[0];
  for (std::size_t r = 1; r < counts.size(); ++r) {
    offsets[r] = total;
    total += counts[r];
  }
  std::vector<T> all(static_cast<std::size_t>(total));
  MPI_Allgatherv(mine.data(), count, type, all.data(), counts.data(), offsets.data(), type, comm);
  std::vector<std::vector<T>> result;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    const auto begin = all.begin() + offsets[r];
    result.emplace_back(begin, begin + counts[r]);
  }
  return result;
}

}  // namespace

std::vector<std::vector<double>> Communicator::allGather(const std::vector<double>& mine) const {
  return gatherAll(mine, MPI_DOUBLE, size_, comm_);
}

std::vector<std::string> Communicator::allGather(const std::string& mine) const {
  std::vector<std::string> result;
  for (const auto& text : gatherAll(std::vector<char>(mine.begin(), mine.end()), MPI_CHAR, size_, comm_)) {
    result.emplace_back(text.begin(), text.end());
  }
  return result;
}

void Communicator::requireSame(const std::string& text, const std::string& what) const {
  const auto all = allGather(text);
  for (std::size_t r = 1; r < all.size(); ++r) {
    require(all[r] == all[0], "rank {} sees another {} than rank 0; all ranks must read the same input", r, what);
  }
}

void together(const Communicator& comm, const std::function<void()>& work) {
  int code = 0;
  std::exception_ptr mine;
  try {
    work();
  } catch (const Error& error) {
    mine = std::current_exception();
    code = static_cast<int>(error.code());
  } catch (const std::exception&) {
    mine = std::current_exception();
    code = static_cast<int>(ExitCode::failure);
  }
  // A stop on request (75) gives way to any true error of another rank.
  const int rank_of_code = code == static_cast<int>(ExitCode::stopped) ? 1 : (code == 0 ? 0 : 1000 + code);
  int worst = rank_of_code;
  MPI_Allreduce(&rank_of_code, &worst, 1, MPI_INT, MPI_MAX, comm.handle());
  if (mine) std::rethrow_exception(mine);
  if (worst == 0) return;
  const auto other = worst == 1 ? ExitCode::stopped : static_cast<ExitCode>(worst - 1000);
  throw Error(other, "another rank stopped");
}

}  // namespace glassforge::par
