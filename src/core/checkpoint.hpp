/// Checkpoints of long computations: what is kept, and who decides when.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/structure.hpp"

namespace glassforge {

/// Named arrays from which a computation goes on exactly where it was. Names may have '/' in them.
class Checkpoint {
 public:
  using Reals = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;
  using Value = std::variant<Reals, Integers, Texts>;

  void put(const std::string& name, Value value) { values_[name] = std::move(value); }
  void put(const std::string& name, double value) { values_[name] = Reals{value}; }
  void put(const std::string& name, std::int64_t value) { values_[name] = Integers{value}; }

  /// FileError that names the array where it is missing or of another type.
  const Reals& reals(const std::string& name) const { return get<Reals>(name); }
  const Integers& integers(const std::string& name) const { return get<Integers>(name); }
  const Texts& texts(const std::string& name) const { return get<Texts>(name); }
  /// The same, and a FileError unless there are `size` values.
  const Reals& reals(const std::string& name, std::size_t size) const;
  const Integers& integers(const std::string& name, std::size_t size) const;
  double real(const std::string& name) const { return reals(name, 1).front(); }
  std::int64_t integer(const std::string& name) const { return integers(name, 1).front(); }

  bool has(const std::string& name) const { return values_.count(name) != 0; }
  const std::map<std::string, Value>& values() const { return values_; }

 private:
  template <class T>
  const T& get(const std::string& name) const;
  std::map<std::string, Value> values_;
};

/// A configuration under the name `prefix`, step and time included.
void putSnapshot(Checkpoint& checkpoint, const std::string& prefix, const Snapshot& snapshot);
Snapshot getSnapshot(const Checkpoint& checkpoint, const std::string& prefix);

/// Follows a long computation: is told how far it is, keeps its checkpoints, and may stop it. This one does nothing.
class TaskMonitor {
 public:
  virtual ~TaskMonitor() = default;
  /// The finished share in [0, 1]; cheap, may be called often.
  virtual void report(double /*share*/) {}
  /// Whether a checkpoint is wanted now: the last one is old, or the computation is about to be stopped.
  virtual bool due() { return false; }
  virtual void save(const Checkpoint& /*checkpoint*/) {}
  /// Throws Error(ExitCode::stopped) where the computation is to stop.
  virtual void obey() {}
  /// Something for the log of errors, as that a replica failed and is tried again.
  virtual void note(const std::string& /*text*/) {}
  /// What to go on from; nothing where the computation begins.
  virtual std::optional<Checkpoint> resume() { return std::nullopt; }

  /// Called where a computation can be stopped: all of the above in their order, `make` only where it is due.
  void reached(double share, const std::function<Checkpoint()>& make);
};

}  // namespace glassforge
