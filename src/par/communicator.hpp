/// The MPI calls of the program that are not about files.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace glassforge::par {

/// How the work of a rank, or of all of them, ended: an exit code and, where there is something to say, a message.
struct Outcome {
  int code = 0;
  std::string message;
};

/// Initialises MPI for the life of the program.
class Session {
 public:
  Session(int& argc, char**& argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The last thing every rank calls: the worst code over the ranks, on each of them; one rank tells why. A rank that
  /// failed alone, while the others wait for it in some collective call, tells its message after a while and ends them
  /// all.
  int settle(const Outcome& mine, const std::function<void(const std::string& message)>& tell) const;

 private:
  MPI_Comm last_words_;  ///< apart from all other traffic
};

/// A group of ranks. Copies refer to the same group; nothing is freed.
class Communicator {
 public:
  static Communicator world();
  /// This rank alone.
  static Communicator self();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool root() const { return rank_ == 0; }
  MPI_Comm handle() const { return comm_; }

  void barrier() const;
  /// The root's text on every rank.
  std::string broadcast(const std::string& text) const;
  /// Every rank's numbers, one vector a rank, in rank order, on every rank.
  std::vector<std::vector<double>> allGather(const std::vector<double>& mine) const;
  std::vector<std::string> allGather(const std::string& mine) const;
  /// Numbers to and from one other rank, and from the root to all.
  void send(std::span<const float> block, int to) const;
  void receive(std::span<float> block, int from) const;
  void broadcast(std::span<float> block) const;
  /// Bits that any rank has, on every rank.
  int anyBits(int mine) const;
  /// Throws InputError on every rank where the text differs between ranks.
  void requireSame(const std::string& text, const std::string& what) const;
  /// Lets MPI attend to what other ranks want from this one, as from its task counter, while it computes.
  void poke() const;
  double wallTime() const { return MPI_Wtime(); }

  /// Makes a call that waits for other ranks, and adds its seconds to waited(). The collective calls here do so
  /// themselves.
  void wait(const std::function<void()>& call) const;
  /// Seconds that this rank has waited in calls of this communicator, its copies and groups split off from it.
  double waited() const { return *waited_; }

 private:
  friend class RankGroup;
  explicit Communicator(MPI_Comm comm);
  MPI_Comm comm_;
  int rank_ = 0, size_ = 1;
  std::shared_ptr<double> waited_ = std::make_shared<double>(0);
};

/// The ranks of a communicator divided into groups of neighbouring ranks, of sizes that differ by at most one.
class RankGroup {
 public:
  /// Collective over `whole`; 1 <= groups <= its size.
  RankGroup(const Communicator& whole, int groups);
  ~RankGroup();
  RankGroup(const RankGroup&) = delete;
  RankGroup& operator=(const RankGroup&) = delete;

  /// The group of this rank.
  const Communicator& comm() const { return comm_; }

 private:
  Communicator comm_;
};

/// Runs `work` on this rank; where it throws on any rank, throws on every rank, with the worst exit code: what was
/// thrown on one rank that has it, elsewhere an Error without a message. Ends with all ranks in step. Collective.
void together(const Communicator& comm, const std::function<void()>& work);

}  // namespace glassforge::par
