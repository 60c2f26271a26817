/// Reading a TOML file key by key: every error names the file, the line, the key and what would be right.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace glassforge::io {

/// A parsed file with the `section.key=value` overrides of the command line laid over it.
class TomlDocument {
 public:
  /// FileError where the file cannot be read, InputError with the line where it is not TOML or an override is not one.
  TomlDocument(std::string path, std::span<const std::string> overrides);

  const std::string& path() const { return path_; }
  const toml::table& root() const { return root_; }

  /// "file.toml:12" for a key that stands in the file, "--set a.b=c" for an override, "file.toml" for an absent one.
  std::string where(std::string_view section, std::string_view key) const;

  /// The table of a dotted section name, or nullptr; InputError where something else has that name.
  const toml::table* section(std::string_view name) const;

 private:
  void apply(const std::string& override_text);
  toml::table& tableOf(std::string_view dotted, const std::string& override_text);

  std::string path_;
  toml::table root_;
  std::map<std::string, std::string, std::less<>> overridden_;  ///< dotted key -> text of the override
};

/// What a number may be.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool open = false;  ///< min itself is not allowed

  static Range positive() { return {.min = 0, .open = true}; }
  static Range atLeast(double least) { return {.min = least}; }
  static Range between(double least, double most) { return {.min = least, .max = most}; }
  bool holds(double value) const { return value <= max && (open ? value > min : value >= min); }
  std::string words() const;
};

/// One [section]; keys outside `known` are refused at once, with the nearest known one.
class TomlSection {
 public:
  TomlSection(const TomlDocument& document, std::string name, std::vector<std::string_view> known);

  bool present() const { return table_ != nullptr; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The raw node, or nullptr.
  const toml::node* find(std::string_view key) const;

  /// A required value where `fallback` is not given. InputError where it is missing, of another type or out of range.
  double number(std::string_view key, Range range) const;
  double number(std::string_view key, Range range, double fallback) const;
  std::int64_t integer(std::string_view key, Range range) const;
  std::int64_t integer(std::string_view key, Range range, std::int64_t fallback) const;
  bool boolean(std::string_view key, bool fallback) const;
  std::string text(std::string_view key) const;
  std::string text(std::string_view key, std::string fallback) const;
  std::string choice(std::string_view key, std::string fallback, std::span<const std::string_view> choices) const;

  /// Lists; a required key, `what` says in a message what the list holds.
  std::vector<double> numbers(std::string_view key, Range range, std::string_view what) const;
  std::vector<std::int64_t> integers(std::string_view key, Range range, std::string_view what) const;
  std::vector<std::string> texts(std::string_view key, std::string_view what) const;
  /// The list behind a key, or an error; for lists of lists.
  const toml::array& list(std::string_view key, std::string_view what) const;

  /// "file.toml:7: temperature in [system] <message>".
  [[noreturn]] void fail(std::string_view key, std::string_view message) const;

  /// Runs `check`, and puts file, line and key before the message of an InputError it throws.
  template <class Check>
  auto locate(std::string_view key, Check&& check) const {
    try {
      return check();
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {} in [{}]: {}", document_.where(name_, key), key, name_, error.what()));
    }
  }

 private:
  const toml::node& need(std::string_view key) const;
  double numberOf(const toml::node& node, std::string_view key, Range range) const;
  std::int64_t integerOf(const toml::node& node, std::string_view key, Range range) const;
  std::string textOf(const toml::node& node, std::string_view key) const;

  const TomlDocument& document_;
  std::string name_;
  const toml::table* table_ = nullptr;
};

/// Refuses keys of `table` that are not in `known`: names the line and the nearest known key.
void refuseUnknownKeys(const TomlDocument& document, const toml::table& table, std::string_view section,
                       std::span<const std::string_view> known);

/// The entry of `known` that takes the fewest edits to reach, or "" where none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace glassforge::io
