#include "ml/nn/tile_product.hpp"

#include <type_traits>

#include "ml/nn/lanes.hpp"

namespace glassforge::ml::nn {

namespace {

constexpr int kVectors = 2;    // registers side by side in a block of results
constexpr int kBlockRows = 6;  // so that 12 results, 2 weights and a factor fill 16 registers

template <class Number>
constexpr Index kBlockColumns = kVectors* kLanes<Number>;

/// A block of results held in registers: `rows` rows of kBlockColumns; row r gains sum_k x[r * row_step + k * k_step]
/// p[k * kWidth ...].
template <int rows, class Number>
[[gnu::always_inline]] inline void addBlock(const Number* x, Index row_step, Index k_step, Index terms, const Number* p,
                                            Number* y) {
  Lanes<Number> sum[rows][kVectors];
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < kVectors; ++v) sum[r][v] = loadLanes(y + r * kWidth + v * kLanes<Number>);
  for (Index k = 0; k < terms; ++k) {
    Lanes<Number> weight[kVectors];
    for (int v = 0; v < kVectors; ++v) weight[v] = loadLanes(p + k * kWidth + v * kLanes<Number>);
    for (int r = 0; r < rows; ++r) {
      const Lanes<Number> factor = allLanes(x[r * row_step + k * k_step]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = multiplyAdd(factor, weight[v], sum[r][v]);
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < kVectors; ++v) storeLanes(y + r * kWidth + v * kLanes<Number>, sum[r][v]);
}

/// All columns of `rows` rows of the result.
template <int rows, class Number>
void addBlockRow(const Number* x, Index row_step, Index k_step, Index terms, const Number* p, Number* y) {
  for (Index c = 0; c < kWidth; c += kBlockColumns<Number>) addBlock<rows>(x, row_step, k_step, terms, p + c, y + c);
}

/// All rows of the result, a block at a time; p stays in the first cache meanwhile.
template <class Number>
void addBlocks(Index rows, const Number* x, Index row_step, Index k_step, Index terms, const Number* p, Number* y) {
  Index r = 0;
  const auto add = [&]<int count>(std::integral_constant<int, count>) {
    for (; r + count <= rows; r += count)
      addBlockRow<count>(x + r * row_step, row_step, k_step, terms, p, y + r * kWidth);
  };
  add(std::integral_constant<int, kBlockRows>{});
  add(std::integral_constant<int, 4>{});
  add(std::integral_constant<int, 1>{});
}

}  // namespace

template <class Number>
void addProduct(Index rows, const Number* x, Index inputs, const Number* p, Number* y) {
  addBlocks(rows, x, inputs, 1, inputs, p, y);
}

template <class Number>
void addTransposedProduct(Index rows, const Number* x, Index inputs, const Number* d, Number* g) {
  addBlocks(inputs, x, 1, inputs, rows, d, g);
}

template <class Number>
void addRows(Index rows, const Number* d, Number* sum) {
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < kWidth; ++c) sum[c] += d[r * kWidth + c];
}

template void addProduct(Index, const float*, Index, const float*, float*);
template void addProduct(Index, const double*, Index, const double*, double*);
template void addTransposedProduct(Index, const float*, Index, const float*, float*);
template void addTransposedProduct(Index, const double*, Index, const double*, double*);
template void addRows(Index, const float*, float*);
template void addRows(Index, const double*, double*);

}  // namespace glassforge::ml::nn
