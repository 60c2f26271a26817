/// Products of a tile of rows with weights of a fixed width: what message passing spends its time on. Written by hand,
/// since a library's product packs both factors anew for every tile. The order of all sums is fixed.
#pragma once

#include "ml/nn/batch.hpp"

namespace glassforge::ml::nn {

/// Columns of all hidden tables, as in BOTAN and Bapst's network.
constexpr Index kWidth = 64;

/// y (rows, kWidth) += x (rows, inputs) p (inputs, kWidth). Tables lie row after row without gaps.
template <class Number>
void addProduct(Index rows, const Number* x, Index inputs, const Number* p, Number* y);

/// g (inputs, kWidth) += x^T (inputs, rows) d (rows, kWidth): the gradient of p, given that of y.
template <class Number>
void addTransposedProduct(Index rows, const Number* x, Index inputs, const Number* d, Number* g);

/// sum (kWidth) += the sum of the rows of d (rows, kWidth).
template <class Number>
void addRows(Index rows, const Number* d, Number* sum);

}  // namespace glassforge::ml::nn
