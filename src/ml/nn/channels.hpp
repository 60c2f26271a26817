/// The eight channels that every feature of the SE(3) network has, side by side: one 256-bit register in single
/// precision, two in double.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "ml/nn/registers.hpp"

namespace glassforge::ml::nn {

constexpr std::size_t kChannels = 8;

template <class Number>
struct Channels {
  using Part = Register<Number, 32>;
  static constexpr std::size_t registers = kChannels * sizeof(Number) / sizeof(Part);

  Part part[registers]{};

  Number* data() { return reinterpret_cast<Number*>(part); }
  const Number* data() const { return reinterpret_cast<const Number*>(part); }

  /// Of eight numbers anywhere in memory.
  [[gnu::always_inline]] static Channels from(const Number* numbers) {
    Channels c;
    std::memcpy(c.part, numbers, sizeof c.part);
    return c;
  }
  [[gnu::always_inline]] void to(Number* numbers) const { std::memcpy(numbers, part, sizeof part); }

  [[gnu::always_inline]] static Channels all(Number value) {
    Channels c;
    for (std::size_t k = 0; k < registers; ++k) c.part[k] = value - Part{};  // x - 0 is x, and no instruction
    return c;
  }
  [[gnu::always_inline]] Channels& operator+=(const Channels& b) {
    for (std::size_t k = 0; k < registers; ++k) part[k] += b.part[k];
    return *this;
  }
  [[gnu::always_inline]] Channels& operator*=(const Channels& b) {
    for (std::size_t k = 0; k < registers; ++k) part[k] *= b.part[k];
    return *this;
  }
  [[gnu::always_inline]] friend Channels operator*(Channels a, const Channels& b) { return a *= b; }
};

/// Components of the features of all degrees l = 0..3: degree l has [l l, (l + 1) (l + 1)).
constexpr int kMaxDegree = 3;
constexpr std::size_t kComponents = 16;

constexpr std::size_t firstComponent(int degree) {
  return static_cast<std::size_t>(degree * degree);
}
constexpr std::size_t componentsOf(int degree) {
  return static_cast<std::size_t>(2 * degree + 1);
}

/// (rows, components) of eight channels each.
template <class Number>
using ChannelTable = std::vector<Channels<Number>>;

/// sum += a b, channel by channel.
template <class Number>
[[gnu::always_inline]] inline void addProduct(Channels<Number>& sum, const Channels<Number>& a,
                                              const Channels<Number>& b) {
  for (std::size_t k = 0; k < Channels<Number>::registers; ++k)
    sum.part[k] = multiplyAdd(a.part[k], b.part[k], sum.part[k]);
}

/// sum += a b.
template <class Number>
[[gnu::always_inline]] inline void addProduct(Channels<Number>& sum, const Channels<Number>& a, Number b) {
  addProduct(sum, a, Channels<Number>::all(b));
}

/// sum += a M for a matrix M of `kChannels` rows.
template <class Number>
[[gnu::always_inline]] inline void addRowTimesMatrix(Channels<Number>& sum, const Channels<Number>& a,
                                                     const Channels<Number>* matrix) {
  const Number* row = a.data();
  for (std::size_t c = 0; c < kChannels; ++c) addProduct(sum, matrix[c], row[c]);
}

/// M += a^T b: the gradient of such a matrix.
template <class Number>
[[gnu::always_inline]] inline void addOuterProduct(Channels<Number>* matrix, const Channels<Number>& a,
                                                   const Channels<Number>& b) {
  const Number* row = a.data();
  for (std::size_t c = 0; c < kChannels; ++c) addProduct(matrix[c], b, row[c]);
}

}  // namespace glassforge::ml::nn
