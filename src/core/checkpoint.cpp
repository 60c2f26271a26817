#include "core/checkpoint.hpp"

#include "core/error.hpp"

namespace glassforge {

template <class T>
const T& Checkpoint::get(const std::string& name) const {
  const auto found = values_.find(name);
  require<FileError>(found != values_.end(), "the checkpoint has no '{}'", name);
  const T* value = std::get_if<T>(&found->second);
  require<FileError>(value != nullptr, "'{}' in the checkpoint is of another type", name);
  return *value;
}

template const Checkpoint::Reals& Checkpoint::get(const std::string&) const;
template const Checkpoint::Integers& Checkpoint::get(const std::string&) const;
template const Checkpoint::Texts& Checkpoint::get(const std::string&) const;

const Checkpoint::Reals& Checkpoint::reals(const std::string& name, std::size_t size) const {
  const Reals& values = reals(name);
  require<FileError>(values.size() == size, "'{}' in the checkpoint has {} values instead of {}", name, values.size(),
                     size);
  return values;
}

const Checkpoint::Integers& Checkpoint::integers(const std::string& name, std::size_t size) const {
  const Integers& values = integers(name);
  require<FileError>(values.size() == size, "'{}' in the checkpoint has {} values instead of {}", name, values.size(),
                     size);
  return values;
}

void putSnapshot(Checkpoint& checkpoint, const std::string& prefix, const Snapshot& s) {
  checkpoint.put(prefix + "/box", s.box);
  checkpoint.put(prefix + "/species", Checkpoint::Integers(s.species.begin(), s.species.end()));
  checkpoint.put(prefix + "/position", s.position);
  checkpoint.put(prefix + "/image", Checkpoint::Integers(s.image.begin(), s.image.end()));
  checkpoint.put(prefix + "/velocity", s.velocity);
  checkpoint.put(prefix + "/step", s.step);
  checkpoint.put(prefix + "/time", s.time);
}

Snapshot getSnapshot(const Checkpoint& checkpoint, const std::string& prefix) {
  Snapshot s;
  s.box = checkpoint.reals(prefix + "/box");
  s.dimension = static_cast<int>(s.box.size());
  for (const auto a : checkpoint.integers(prefix + "/species")) s.species.push_back(static_cast<std::int32_t>(a));
  s.position = checkpoint.reals(prefix + "/position");
  for (const auto i : checkpoint.integers(prefix + "/image")) s.image.push_back(static_cast<std::int32_t>(i));
  s.velocity = checkpoint.reals(prefix + "/velocity");
  s.step = checkpoint.integer(prefix + "/step");
  s.time = checkpoint.real(prefix + "/time");
  return s;
}

void TaskMonitor::reached(double share, const std::function<Checkpoint()>& make) {
  report(share);
  if (due()) save(make());
  obey();
}

}  // namespace glassforge
