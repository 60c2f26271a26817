#include "io/unwrapped.hpp"

#include <algorithm>
#include <cmath>

#include "core/box.hpp"
#include "core/error.hpp"

namespace glassforge::io {
namespace {

constexpr double kFarthestImage = 1e6;   // in boxes
constexpr double kCellTolerance = 1e-3;  // of coordinates written with six digits, at the edge of the cell

template <int D>
Box<D> boxOf(const std::vector<double>& lengths) {
  std::array<double, D> length;
  std::copy(lengths.begin(), lengths.end(), length.begin());
  return Box<D>(length);
}

template <int D>
void wrapAll(Snapshot& s, const std::string& where) {
  const auto box = boxOf<D>(s.box);
  for (std::size_t i = 0; i < s.position.size(); ++i) {
    const auto axis = static_cast<int>(i % D);
    require<FileError>(std::isfinite(s.position[i]) && std::abs(s.position[i]) < kFarthestImage * box.length(axis),
                       "{}: coordinate {} of particle {} is {}", where, axis, i / D, s.position[i]);
    s.image[i] = box.wrap(s.position[i], axis);
  }
}

}  // namespace

void setUnwrapped(Snapshot& snapshot, std::vector<double> coordinates, const std::string& where) {
  snapshot.position = std::move(coordinates);
  snapshot.image.assign(snapshot.position.size(), 0);
  for (const double length : snapshot.box) {
    require<FileError>(std::isfinite(length) && length > 0, "{}: box length {} is not a positive number", where,
                       length);
  }
  snapshot.dimension == 2 ? wrapAll<2>(snapshot, where) : wrapAll<3>(snapshot, where);
}

std::vector<double> nearestCopies(const std::vector<double>& x, const std::vector<double>& origin,
                                  const std::vector<double>& box) {
  std::vector<double> near(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double length = box[i % box.size()];
    const double dx = x[i] - origin[i % origin.size()];
    near[i] = x[i] - length * std::nearbyint(dx / length);
  }
  return near;
}

std::vector<double> centred(std::vector<double> x, const std::vector<double>& box) {
  for (std::size_t at = 0; at < x.size(); ++at) {
    const double length = box[at % box.size()];
    x[at] -= length * std::floor(x[at] / length + 0.5);
    if (x[at] >= length / 2) x[at] -= length;  // rounding of x / L + 1/2 near a whole number
    if (x[at] < -length / 2) x[at] += length;
  }
  return x;
}

bool liesInOneCell(const std::vector<double>& x, const std::vector<double>& box) {
  const auto d = box.size();
  for (std::size_t axis = 0; axis < d; ++axis) {
    double least = x.at(axis), most = least;
    for (std::size_t i = axis; i < x.size(); i += d) {
      least = std::min(least, x[i]);
      most = std::max(most, x[i]);
    }
    const double length = box[axis];
    const bool from_zero = least >= -kCellTolerance && most <= length + kCellTolerance;
    const bool about_zero = least >= -length / 2 - kCellTolerance && most <= length / 2 + kCellTolerance;
    if (!from_zero && !about_zero) return false;
  }
  return true;
}

}  // namespace glassforge::io
