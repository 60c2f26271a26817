/// The eight channels that every feature of the SE(3) network has, side by side: one 256-bit register in single
/// precision, two in double.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

namespace glassforge::ml::nn {

constexpr std::size_t kChannels = 8;

namespace detail {

template <class Number>
struct RegisterOf;
template <>
struct RegisterOf<float> {
  using type [[gnu::vector_size(32)]] = float;
};
template <>
struct RegisterOf<double> {
  using type [[gnu::vector_size(32)]] = double;
};

/// a b + c, rounded once where the machine can.
template <class Register>
[[gnu::always_inline]] inline Register multiplyAdd(const Register& a, const Register& b, const Register& c) {
#if defined(__AVX2__) && defined(__FMA__)
  if constexpr (sizeof(a[0]) == sizeof(float))
    return reinterpret_cast<Register>(_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c));
  else
    return reinterpret_cast<Register>(_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c));
#else
  return a * b + c;
#endif
}

}  // namespace detail

template <class Number>
struct Channels {
  using Register = typename detail::RegisterOf<Number>::type;
  static constexpr std::size_t registers = kChannels * sizeof(Number) / sizeof(Register);

  Register part[registers]{};

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
    for (std::size_t k = 0; k < registers; ++k) c.part[k] = value - Register{};  // x - 0 is x, and no instruction
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
    sum.part[k] = detail::multiplyAdd(a.part[k], b.part[k], sum.part[k]);
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
