#include "io/text_lines.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

constexpr std::string_view kBlank = " \t\r\f\v";

template <class T>
bool parse(std::string_view token, T& value) {
  if (!token.empty() && token.front() == '+') token.remove_prefix(1);
  const auto [last, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  return error == std::errc() && last == token.data() + token.size();
}

}  // namespace

TextLines::TextLines(std::string path) : path_(std::move(path)), text_(readText(path_)) {}

bool TextLines::next(std::string_view& line) {
  if (at_ >= text_.size()) return false;
  const auto end = std::min(text_.find('\n', at_), text_.size());
  line = std::string_view(text_).substr(at_, end - at_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at_ = end + 1;
  ++number_;
  return true;
}

std::string_view TextLines::need(std::string_view what) {
  std::string_view line;
  if (!next(line)) throw FileError(fmt::format("{}: ends after line {}, where {} is expected", path_, number_, what));
  return line;
}

std::size_t TextLines::left() const {
  if (at_ >= text_.size()) return 0;
  const auto breaks = std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(), '\n');
  return static_cast<std::size_t>(breaks) + (text_.back() == '\n' ? 0 : 1);
}

void TextLines::fail(std::string_view message) const { throw FileError(fmt::format("{}:{}: {}", path_, number_, message)); }

double TextLines::real(std::string_view token) const {
  double value = 0;
  if (!parseReal(token, value)) fail(fmt::format("'{}' is not a number", token.substr(0, 40)));
  if (!std::isfinite(value)) fail(fmt::format("'{}' is not finite", token.substr(0, 40)));
  return value;
}

std::int64_t TextLines::integer(std::string_view token) const {
  std::int64_t value = 0;
  if (!parseInteger(token, value)) fail(fmt::format("'{}' is not an integer", token.substr(0, 40)));
  return value;
}

std::vector<std::string_view> tokens(std::string_view line) {
  std::vector<std::string_view> parts;
  for (auto begin = line.find_first_not_of(kBlank); begin != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(kBlank, begin), line.size());
    parts.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kBlank, end);
  }
  return parts;
}

std::vector<std::string_view> splitAt(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool parseReal(std::string_view token, double& value) { return parse(token, value); }
bool parseInteger(std::string_view token, std::int64_t& value) { return parse(token, value); }

}  // namespace glassforge::io
