/// Reading a text file line by line, with errors that name file and line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glassforge::io {

class TextLines {
 public:
  /// FileError where the file cannot be read.
  explicit TextLines(std::string path);

  /// The next line without its line end; false at the end of the file. The view lives as long as this object.
  bool next(std::string_view& line);
  /// The next line, or a FileError that says what was expected there.
  std::string_view need(std::string_view what);
  /// Lines that are left.
  std::size_t left() const;

  /// FileError: "<file>:<line>: <message>", of the line read last.
  [[noreturn]] void fail(std::string_view message) const;
  double real(std::string_view token) const;
  std::int64_t integer(std::string_view token) const;

  const std::string& path() const { return path_; }
  std::size_t number() const { return number_; }

 private:
  std::string path_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

/// The parts of a line between blanks.
std::vector<std::string_view> tokens(std::string_view line);

/// The parts between commas (or another mark).
std::vector<std::string_view> splitAt(std::string_view text, char mark);

/// A number, or false; a leading + is allowed.
bool parseReal(std::string_view token, double& value);
bool parseInteger(std::string_view token, std::int64_t& value);

}  // namespace glassforge::io
