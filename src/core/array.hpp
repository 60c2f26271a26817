/// A dense row-major array on the host with its shape: what files, labels and features are passed around in.
#pragma once

#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace glassforge {

template <class T>
class Array {
 public:
  Array() = default;
  explicit Array(std::vector<std::size_t> shape, T value = T{})
      : shape_(std::move(shape)), data_(count(shape_), value) {}
  Array(std::vector<std::size_t> shape, std::vector<T> data) : shape_(std::move(shape)), data_(std::move(data)) {}

  const std::vector<std::size_t>& shape() const { return shape_; }
  std::size_t extent(std::size_t axis) const { return shape_.at(axis); }
  std::size_t rank() const { return shape_.size(); }
  std::size_t size() const { return data_.size(); }
  bool empty() const { return data_.empty(); }

  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  std::vector<T>& values() { return data_; }
  const std::vector<T>& values() const { return data_; }

  /// Element at the given indices, one per axis.
  template <class... I>
  T& operator()(I... index) {
    return data_[offset(index...)];
  }
  template <class... I>
  const T& operator()(I... index) const {
    return data_[offset(index...)];
  }

  /// The contiguous block under the leading indices: a(t, r) of a (T, R, N) array is a row of N.
  template <class... I>
  std::span<T> row(I... index) {
    const auto [begin, length] = block(index...);
    return {data_.data() + begin, length};
  }
  template <class... I>
  std::span<const T> row(I... index) const {
    const auto [begin, length] = block(index...);
    return {data_.data() + begin, length};
  }

  static std::size_t count(const std::vector<std::size_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  }

  bool operator==(const Array&) const = default;

 private:
  template <class... I>
  std::size_t offset(I... index) const {
    std::size_t at = 0, axis = 0;
    ((at = at * shape_[axis++] + static_cast<std::size_t>(index)), ...);
    return at;
  }
  template <class... I>
  std::pair<std::size_t, std::size_t> block(I... index) const {
    std::size_t length = 1;
    for (std::size_t axis = sizeof...(index); axis < shape_.size(); ++axis) length *= shape_[axis];
    return {offset(index...) * length, length};
  }

  std::vector<std::size_t> shape_;
  std::vector<T> data_;
};

}  // namespace glassforge
