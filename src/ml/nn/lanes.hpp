/// Numbers side by side in one register, for the hand-written products (tile_product.hpp): AVX-512, AVX2 with fused
/// multiply-add, or whatever the compiler makes of 16 bytes.
#pragma once

#include "ml/nn/registers.hpp"

namespace glassforge::ml::nn {

#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

template <class Number>
using Lanes = Register<Number, kRegisterBytes>;
template <class Number>
constexpr int kLanes = kRegisterBytes / static_cast<int>(sizeof(Number));

/// From and to memory of any alignment.
template <class Number>
inline Lanes<Number> loadLanes(const Number* from) {
  return *reinterpret_cast<const typename RegisterOf<Number, kRegisterBytes>::anywhere*>(from);
}
template <class Number>
inline void storeLanes(Number* to, const Lanes<Number>& lanes) {
  *reinterpret_cast<typename RegisterOf<Number, kRegisterBytes>::anywhere*>(to) = lanes;
}
template <class Number>
inline Lanes<Number> allLanes(Number value) {
  return value - Lanes<Number>{};  // x - 0 is x for every x, and no instruction
}

}  // namespace glassforge::ml::nn
