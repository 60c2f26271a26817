/// Block sizes of Eigen's products, the same on every machine.
#pragma once

namespace glassforge::ml {

/// Tells Eigen sizes of caches instead of letting it ask the machine: the order of its sums follows its block sizes,
/// and so do the bits of its products. To be called before products whose bits are stored.
void fixEigenBlocks();

}  // namespace glassforge::ml
