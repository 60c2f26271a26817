// Compiles the device form of molecular dynamics for every backend that this Kokkos has; nothing runs.
#include "md/device/engine.hpp"

namespace glassforge::md::device {

template class Engine<2, Kokkos::DefaultExecutionSpace>;
template class Engine<3, Kokkos::DefaultExecutionSpace>;

}  // namespace glassforge::md::device
