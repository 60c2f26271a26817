#include "par/communicator.hpp"

#include <chrono>
#include <exception>
#include <thread>

#include "core/error.hpp"

namespace glassforge::par {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(20);  // of a rank that failed alone, for the others to notice
constexpr auto kGlance = std::chrono::milliseconds(5);

/// A stop on request (75) gives way to any true error; of two errors the larger code counts.
int severityOf(int code) {
  return code == 0 ? 0 : code == static_cast<int>(ExitCode::stopped) ? 1 : 1 + code;
}
int codeOf(int severity) {
  return severity == 0 ? 0 : severity == 1 ? static_cast<int>(ExitCode::stopped) : severity - 1;
}

/// One number a rank, whose maximum is the worst outcome and, among equals, the first rank with something to say.
class Verdict {
 public:
  Verdict(const Outcome& mine, MPI_Comm comm) {
    MPI_Comm_rank(comm, &rank_);
    MPI_Comm_size(comm, &size_);
    mine_ = (severityOf(mine.code) * 2 + (mine.message.empty() ? 0 : 1)) * size_ + (size_ - 1 - rank_);
    worst_ = mine_;
  }
  const int* mine() const { return &mine_; }
  int* worst() { return &worst_; }
  int code() const { return codeOf(worst_ / size_ / 2); }
  bool isTold() const { return worst_ / size_ % 2 == 1; }
  bool tellsHere() const { return size_ - 1 - worst_ % size_ == rank_; }

 private:
  int rank_ = 0, size_ = 1, mine_ = 0, worst_ = 0;
};

}  // namespace

Session::Session(int& argc, char**& argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_dup(MPI_COMM_WORLD, &last_words_);
}

Session::~Session() {
  MPI_Comm_free(&last_words_);
  MPI_Finalize();
}

int Session::settle(const Outcome& mine, const std::function<void(const std::string&)>& tell) const {
  Verdict verdict(mine, last_words_);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(verdict.mine(), verdict.worst(), 1, MPI_INT, MPI_MAX, last_words_, &request);
  const auto until = Clock::now() + kPatience;
  int done = 0;
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done == 0) {
    if (mine.code != 0 && Clock::now() > until) {
      tell(mine.message);
      MPI_Abort(MPI_COMM_WORLD, mine.code);
    }
    std::this_thread::sleep_for(kGlance);
  }
  if (verdict.isTold() && verdict.tellsHere()) tell(mine.message);
  return verdict.code();
}

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Communicator Communicator::world() {
  return Communicator(MPI_COMM_WORLD);
}

Communicator Communicator::self() {
  return Communicator(MPI_COMM_SELF);
}

void Communicator::barrier() const {
  wait([&] { MPI_Barrier(comm_); });
}

void Communicator::wait(const std::function<void()>& call) const {
  const double start = MPI_Wtime();
  call();
  *waited_ += MPI_Wtime() - start;
}

void Communicator::poke() const {
  int there = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &there, MPI_STATUS_IGNORE);
}

std::string Communicator::broadcast(const std::string& text) const {
  auto length = static_cast<unsigned long>(text.size());
  std::string result(text);
  wait([&] {
    MPI_Bcast(&length, 1, MPI_UNSIGNED_LONG, 0, comm_);
    result.resize(length);
    MPI_Bcast(result.data(), static_cast<int>(length), MPI_CHAR, 0, comm_);
  });
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
  std::vector<std::vector<double>> all;
  wait([&] { all = gatherAll(mine, MPI_DOUBLE, size_, comm_); });
  return all;
}

std::vector<std::string> Communicator::allGather(const std::string& mine) const {
  std::vector<std::string> result;
  wait([&] {
    for (const auto& text : gatherAll(std::vector<char>(mine.begin(), mine.end()), MPI_CHAR, size_, comm_)) {
      result.emplace_back(text.begin(), text.end());
    }
  });
  return result;
}

void Communicator::send(std::span<const float> block, int to) const {
  wait([&] { MPI_Send(block.data(), static_cast<int>(block.size()), MPI_FLOAT, to, 0, comm_); });
}

void Communicator::receive(std::span<float> block, int from) const {
  wait([&] { MPI_Recv(block.data(), static_cast<int>(block.size()), MPI_FLOAT, from, 0, comm_, MPI_STATUS_IGNORE); });
}

void Communicator::broadcast(std::span<float> block) const {
  wait([&] { MPI_Bcast(block.data(), static_cast<int>(block.size()), MPI_FLOAT, 0, comm_); });
}

int Communicator::anyBits(int mine) const {
  int all = 0;
  wait([&] { MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_BOR, comm_); });
  return all;
}

void Communicator::requireSame(const std::string& text, const std::string& what) const {
  const auto all = allGather(text);
  for (std::size_t r = 1; r < all.size(); ++r) {
    require(all[r] == all[0], "rank {} sees another {} than rank 0; all ranks must read the same input", r, what);
  }
}

namespace {

MPI_Comm splitOff(const Communicator& whole, int groups) {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(whole.handle(), whole.rank() * groups / whole.size(), whole.rank(), &part);
  return part;
}

}  // namespace

RankGroup::RankGroup(const Communicator& whole, int groups) : comm_(splitOff(whole, groups)) {
  comm_.waited_ = whole.waited_;
}

RankGroup::~RankGroup() {
  MPI_Comm_free(&comm_.comm_);
}

void together(const Communicator& comm, const std::function<void()>& work) {
  Outcome mine;
  std::exception_ptr thrown;
  try {
    work();
  } catch (const Error& error) {
    thrown = std::current_exception();
    mine = {static_cast<int>(error.code()), error.what()};
  } catch (const std::exception& error) {
    thrown = std::current_exception();
    mine = {static_cast<int>(ExitCode::failure), error.what()};
  }
  Verdict verdict(mine, comm.handle());
  comm.wait([&] { MPI_Allreduce(verdict.mine(), verdict.worst(), 1, MPI_INT, MPI_MAX, comm.handle()); });
  if (verdict.code() == 0) return;
  if (thrown && verdict.tellsHere()) std::rethrow_exception(thrown);
  throw Error(static_cast<ExitCode>(verdict.code()), "");
}

}  // namespace glassforge::par
