/// Batches of a neural network: contiguous tables, a row for each particle (node, edge, ...).
#pragma once

#include <Eigen/Core>

namespace glassforge::ml::nn {

using Index = Eigen::Index;

template <class Number>
using Table = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A table that lies in memory owned by somebody else.
template <class Number>
using ConstBatch = Eigen::Map<const Table<Number>>;

template <class Number>
using Batch = Eigen::Map<Table<Number>>;

}  // namespace glassforge::ml::nn
