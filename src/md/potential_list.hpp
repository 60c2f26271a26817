/// What a pair potential is, and lists of them that are found by name.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/error.hpp"
#include "core/mixture.hpp"

namespace glassforge::md {

/// A function of y = (r / sigma)^2 in units of 4 epsilon, with its first two derivatives by y; each a template over the
/// number type (double, Wide, WideFloat), which the kernels are compiled for.
template <class F>
concept PairFunction = requires(const F& f, double y) {
  { f.energy(y) } -> std::same_as<double>;
  { f.slope(y) } -> std::same_as<double>;
  { f.curvature(y) } -> std::same_as<double>;
};

/// A pair potential: its name in campaign files, its form in words, and its function for a cutoff xc (in sigma).
/// Several may have functions of one type, for which kernels are then compiled once.
template <class P>
concept PairPotential = requires(double xc) {
  Smoothing(P::name);
  { P::form } -> std::convertible_to<std::string_view>;
  { P::atCutoff(xc) } -> PairFunction;
};

namespace detail {

/// A variant of all types, each once.
template <class Found, class... Rest>
struct EachOnce;
template <class... Kept>
struct EachOnce<std::variant<Kept...>> {
  using Type = std::variant<Kept...>;
};
template <class... Kept, class Next, class... Rest>
struct EachOnce<std::variant<Kept...>, Next, Rest...>
    : EachOnce<
          std::conditional_t<(std::same_as<Next, Kept> || ...), std::variant<Kept...>, std::variant<Kept..., Next>>,
          Rest...> {};

}  // namespace detail

template <PairPotential First, PairPotential... More>
class PotentialList {
 public:
  /// The function of any potential of the list; std::visit hands kernels the function itself.
  using Function =
      typename detail::EachOnce<std::variant<decltype(First::atCutoff(1.0))>, decltype(More::atCutoff(1.0))...>::Type;

  static constexpr std::array<Smoothing, 1 + sizeof...(More)> names{Smoothing(First::name), Smoothing(More::name)...};

  /// InputError with the known names where the list has no such potential; so in the next.
  static Function make(const Smoothing& wanted, double xc) {
    using Make = Function (*)(double);
    constexpr std::array<Make, 1 + sizeof...(More)> makers{&makeOne<First>, &makeOne<More>...};
    return makers[placeOf(wanted.name(), names)](xc);
  }
  static std::string_view formOf(const Smoothing& wanted) { return forms[placeOf(wanted.name(), names)]; }

 private:
  static constexpr std::array<std::string_view, 1 + sizeof...(More)> forms{First::form, More::form...};

  template <PairPotential P>
  static Function makeOne(double xc) {
    return P::atCutoff(xc);
  }
};

}  // namespace glassforge::md
