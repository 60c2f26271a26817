#include "md/rows/row_forces.hpp"

namespace glassforge::md {

template <int D>
RowForces<D>::RowForces(ReplicaPack<D>& pack, const Mixture& mixture, double skin, Precision precision)
    : table_(mixture),
      list_(pack, table_, mixture.speciesCount(), skin, precision == Precision::mixed ? WideFloat::width : Wide::width,
            precision == Precision::mixed) {
  if (precision == Precision::mixed) mixed_.emplace(pack, table_, mixture.speciesCount());
}

template <int D>
bool RowForces<D>::build(ReplicaPack<D>& pack, int r) {
  if (!list_.build(pack, r)) return false;
  if (mixed_) mixed_->update(pack, r);
  return true;
}

template <int D>
void RowForces<D>::update(ReplicaPack<D>& pack, int r) {
  if (mixed_) {
    mixed_->update(pack, r);
  } else {
    list_.updateCopies(pack, r);
  }
}

template class RowForces<2>;
template class RowForces<3>;

}  // namespace glassforge::md
