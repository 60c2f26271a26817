#include "ml/models/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace glassforge::ml {

namespace {

Turn drawAxes(const RandomStream& stream, std::uint64_t pass, int dimension) {
  const auto words = stream.words(pass, 0);
  std::array<std::size_t, 3> from{0, 1, 2};
  for (std::uint32_t k = words.v[0] % (dimension == 3 ? 6u : 2u); k > 0; --k)
    std::next_permutation(from.begin(), from.begin() + dimension);
  Turn turn{};
  for (std::size_t d = 0; d < 3; ++d) turn[d][from[d]] = (words.v[1] >> d) & 1u ? -1.0 : 1.0;
  return turn;
}

/// A quaternion of four normal numbers has no preferred direction (Shoemake 1992).
Turn rotationIn3D(const RandomStream& stream, std::uint64_t pass) {
  const auto a = stream.normals(pass, 1), b = stream.normals(pass, 2);
  const double norm = std::sqrt(a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]);
  const double w = a[0] / norm, x = a[1] / norm, y = b[0] / norm, z = b[1] / norm;
  return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
           {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
           {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

Turn rotationIn2D(const RandomStream& stream, std::uint64_t pass) {
  const double angle = 2 * std::numbers::pi * stream.uniforms(pass, 1)[0];
  return {{{std::cos(angle), -std::sin(angle), 0}, {std::sin(angle), std::cos(angle), 0}, {0, 0, 1}}};
}

/// Half of the rotations are followed by a reflection of the first axis.
Turn drawRotation(const RandomStream& stream, std::uint64_t pass, int dimension) {
  Turn turn = dimension == 3 ? rotationIn3D(stream, pass) : rotationIn2D(stream, pass);
  if (stream.words(pass, 0).v[1] & 1u)
    for (double& x : turn[0]) x = -x;
  return turn;
}

}  // namespace

Augmentation parseAugmentation(const std::string& name) {
  require(name == "axes" || name == "rotations", "there is no augmentation \"{}\"; known are axes, rotations", name);
  return name == "axes" ? Augmentation::axes : Augmentation::rotations;
}

Turn drawTurn(Augmentation kind, const PassKey& key, int dimension) {
  const RandomStream stream(StreamKey{key.seed, Purpose::graph_augmentation, 0, key.network});
  if (kind == Augmentation::axes) return drawAxes(stream, key.pass, dimension);
  return kind == Augmentation::none ? unturned : drawRotation(stream, key.pass, dimension);
}

}  // namespace glassforge::ml
