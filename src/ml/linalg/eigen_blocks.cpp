#include "ml/linalg/eigen_blocks.hpp"

#include <Eigen/Core>

#ifndef EIGEN_DONT_PARALLELIZE
#error "Eigen must be built without threads: define EIGEN_DONT_PARALLELIZE (cmake/Dependencies.cmake does)"
#endif

namespace glassforge::ml {

void fixEigenBlocks() {
  Eigen::setCpuCacheSizes(32 * 1024, 512 * 1024, 4 * 1024 * 1024);
}

}  // namespace glassforge::ml
