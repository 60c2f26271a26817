// Checkpoints of the engine.
#include "core/error.hpp"
#include "md/engine.hpp"

namespace glassforge::md {
namespace {

/// The first D columns of the N rows of each replica, one after the other: (R, N, D).
template <int D, class Rows>
void appendColumns(const Rows& rows, int particles, std::vector<double>& values) {
  for (int i = 0; i < particles; ++i) values.insert(values.end(), rows + 4 * i, rows + 4 * i + D);
}

template <int D>
void takeColumns(const std::vector<double>& values, int r, int particles, double* rows) {
  const double* from = values.data() + static_cast<std::size_t>(r) * static_cast<std::size_t>(particles) * D;
  for (int i = 0; i < particles; ++i) std::copy_n(from + D * i, D, rows + 4 * i);
}

}  // namespace

template <int D>
void Engine<D>::save(Checkpoint& checkpoint, const std::string& prefix) const {
  const int R = pack_.replicas(), N = pack_.particles();
  Checkpoint::Reals position, built_at, velocity, force, chain;
  Checkpoint::Integers id, species, image;
  for (int r = 0; r < R; ++r) {
    appendColumns<D>(&pack_.row(r, 0, 0), N, position);
    appendColumns<D>(forces_.builtAt(r), N, built_at);
    appendColumns<D>(&pack_.velocity(r, 0, 0), N, velocity);
    appendColumns<D>(&pack_.force(r, 0, 0), N, force);
    for (int i = 0; i < N; ++i) {
      id.push_back(pack_.id(r, i));
      species.push_back(speciesOf(pack_.row(r, i, 3)));
      for (int k = 0; k < D; ++k) image.push_back(pack_.image(r, i, k));
    }
    const auto state = chain_[static_cast<std::size_t>(r)].state();
    chain.insert(chain.end(), state.begin(), state.end());
  }
  checkpoint.put(prefix + "/position", std::move(position));
  checkpoint.put(prefix + "/built_at", std::move(built_at));
  checkpoint.put(prefix + "/velocity", std::move(velocity));
  checkpoint.put(prefix + "/force", std::move(force));
  checkpoint.put(prefix + "/chain", std::move(chain));
  checkpoint.put(prefix + "/id", std::move(id));
  checkpoint.put(prefix + "/species", std::move(species));
  checkpoint.put(prefix + "/image", std::move(image));
  checkpoint.put(prefix + "/step", Checkpoint::Integers(pack_.step));
  checkpoint.put(prefix + "/status", Checkpoint::Texts(pack_.status));
}

/// The lists come out as they were: they are a function of the positions at the build, which lie in their order
/// already.
template <int D>
void Engine<D>::restoreReplica(const Checkpoint& checkpoint, const std::string& prefix, int r) {
  const int N = pack_.particles();
  const auto& id = checkpoint.integers(prefix + "/id");
  const auto& species = checkpoint.integers(prefix + "/species");
  const auto& image = checkpoint.integers(prefix + "/image");
  takeColumns<D>(checkpoint.reals(prefix + "/built_at"), r, N, &pack_.row(r, 0, 0));
  for (int i = 0; i < N; ++i) {
    const auto at = static_cast<std::size_t>(r) * static_cast<std::size_t>(N) + static_cast<std::size_t>(i);
    pack_.id(r, i) = static_cast<int>(id[at]);
    pack_.row(r, i, 3) = speciesCode(static_cast<int>(species[at]));
  }
  forces_.build(pack_, r);
  takeColumns<D>(checkpoint.reals(prefix + "/position"), r, N, &pack_.row(r, 0, 0));
  takeColumns<D>(checkpoint.reals(prefix + "/velocity"), r, N, &pack_.velocity(r, 0, 0));
  takeColumns<D>(checkpoint.reals(prefix + "/force"), r, N, &pack_.force(r, 0, 0));
  for (int i = 0; i < N; ++i) {
    const std::size_t at =
        (static_cast<std::size_t>(r) * static_cast<std::size_t>(N) + static_cast<std::size_t>(i)) * D;
    for (int k = 0; k < D; ++k) pack_.image(r, i, k) = static_cast<int>(image[at + static_cast<std::size_t>(k)]);
  }
  forces_.outdated(pack_, r);
  forces_.update(pack_, r);
}

template <int D>
void Engine<D>::restore(const Checkpoint& checkpoint, const std::string& prefix) {
  const auto R = static_cast<std::size_t>(pack_.replicas()), N = static_cast<std::size_t>(pack_.particles());
  for (const char* name : {"/position", "/built_at", "/velocity", "/force"}) checkpoint.reals(prefix + name, R * N * D);
  for (const char* name : {"/id", "/species"}) checkpoint.integers(prefix + name, R * N);
  checkpoint.integers(prefix + "/image", R * N * D);
  const auto& chain = checkpoint.reals(prefix + "/chain", R * NoseHooverChain::state_size);
  pack_.step = checkpoint.integers(prefix + "/step", R);
  pack_.status = checkpoint.texts(prefix + "/status");
  require<FileError>(pack_.status.size() == R, "the checkpoint is of {} replicas, not {}", pack_.status.size(), R);
  for (int r = 0; r < pack_.replicas(); ++r) {
    NoseHooverChain::State state;
    std::copy_n(chain.begin() + static_cast<std::ptrdiff_t>(r * NoseHooverChain::state_size), state.size(),
                state.begin());
    chain_[static_cast<std::size_t>(r)].setState(state);
    if (healthy(r)) restoreReplica(checkpoint, prefix, r);
  }
}

template void Engine<2>::save(Checkpoint&, const std::string&) const;
template void Engine<3>::save(Checkpoint&, const std::string&) const;
template void Engine<2>::restoreReplica(const Checkpoint&, const std::string&, int);
template void Engine<3>::restoreReplica(const Checkpoint&, const std::string&, int);
template void Engine<2>::restore(const Checkpoint&, const std::string&);
template void Engine<3>::restore(const Checkpoint&, const std::string&);

}  // namespace glassforge::md
