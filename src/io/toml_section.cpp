#include "io/toml_section.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

toml::table parseFile(const std::string& path) {
  const std::string text = readText(path);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(
        fmt::format("{}:{}: not valid TOML: {}", path, error.source().begin.line, error.description()));
  }
}

/// The value of an override: TOML, or a bare word taken as text.
toml::table parseValue(std::string_view value, const std::string& override_text) {
  try {
    return toml::parse(fmt::format("value = {}", value));
  } catch (const toml::parse_error&) {
    require(value.find_first_of("[]{}\"'\n") == std::string_view::npos,
            "--set {}: '{}' is not a TOML value (numbers, true, \"text\", [lists] or {{ tables }})", override_text, value);
    toml::table table;
    table.insert("value", std::string(value));
    return table;
  }
}

/// Edits to get from a to b: insert, delete, replace, swap of neighbours.
std::size_t editDistance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> before(columns), last(columns), row(columns);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view typeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "text";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

}  // namespace

TomlDocument::TomlDocument(std::string path, std::span<const std::string> overrides)
    : path_(std::move(path)), root_(parseFile(path_)) {
  for (const auto& text : overrides) apply(text);
}

void TomlDocument::apply(const std::string& override_text) {
  const auto equals = override_text.find('=');
  const auto dot = override_text.rfind('.', equals);
  require(equals != std::string::npos && dot != std::string::npos && dot > 0 && dot + 1 < equals,
          "--set {}: this is not section.key=value, as in --set system.temperature=0.35", override_text);
  const std::string key = override_text.substr(dot + 1, equals - dot - 1);
  const toml::table parsed = parseValue(std::string_view(override_text).substr(equals + 1), override_text);
  tableOf(std::string_view(override_text).substr(0, dot), override_text).insert_or_assign(key, *parsed.get("value"));
  overridden_[override_text.substr(0, equals)] = override_text;
}

toml::table& TomlDocument::tableOf(std::string_view dotted, const std::string& override_text) {
  toml::table* table = &root_;
  while (!dotted.empty()) {
    const auto dot = dotted.find('.');
    const auto part = dotted.substr(0, dot);
    dotted.remove_prefix(dot == std::string_view::npos ? dotted.size() : dot + 1);
    if (!table->contains(part)) table->insert(part, toml::table{});
    table = table->get(part)->as_table();
    require(table != nullptr, "--set {}: '{}' is not a section of {}", override_text, part, path_);
  }
  return *table;
}

std::string TomlDocument::where(std::string_view section_name, std::string_view key) const {
  const auto dotted = section_name.empty() ? std::string(key) : fmt::format("{}.{}", section_name, key);
  if (const auto found = overridden_.find(dotted); found != overridden_.end()) return "--set " + found->second;
  const toml::table* table = section_name.empty() ? &root_ : section(section_name);
  if (table == nullptr) return path_;
  for (const auto& [name, node] : *table) {
    if (name.str() == key && name.source().begin.line > 0) return fmt::format("{}:{}", path_, name.source().begin.line);
  }
  return table->source().begin.line > 0 && table != &root_ ? fmt::format("{}:{}", path_, table->source().begin.line)
                                                           : path_;
}

const toml::table* TomlDocument::section(std::string_view name) const {
  const toml::table* table = &root_;
  while (!name.empty() && table != nullptr) {
    const auto dot = name.find('.');
    const auto part = name.substr(0, dot);
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    const toml::node* node = table->get(part);
    if (node == nullptr) return nullptr;
    require(node->is_table(), "{}:{}: {} is {}; it must be a section [{}]", path_, node->source().begin.line, part,
            typeName(*node), part);
    table = node->as_table();
  }
  return table;
}

std::string Range::words() const {
  if (std::isfinite(max)) return fmt::format("{} {} and at most {}", open ? "above" : "at least", min, max);
  return fmt::format("{} {}", open ? "above" : "at least", min);
}

TomlSection::TomlSection(const TomlDocument& document, std::string name, std::vector<std::string_view> known)
    : document_(document), name_(std::move(name)), table_(document.section(name_)) {
  if (table_ != nullptr) refuseUnknownKeys(document_, *table_, name_, known);
}

const toml::node* TomlSection::find(std::string_view key) const {
  return table_ == nullptr ? nullptr : table_->get(key);
}

const toml::node& TomlSection::need(std::string_view key) const {
  const auto* node = find(key);
  if (node == nullptr) fail(key, "is missing");
  return *node;
}

void TomlSection::fail(std::string_view key, std::string_view message) const {
  throw InputError(fmt::format("{}: {} in [{}] {}", document_.where(name_, key), key, name_, message));
}

double TomlSection::numberOf(const toml::node& node, std::string_view key, Range range) const {
  if (!node.is_number()) fail(key, fmt::format("is {}; it must be a number {}", typeName(node), range.words()));
  const double value = *node.value<double>();
  if (!std::isfinite(value) || !range.holds(value)) {
    fail(key, fmt::format("is {}; it must be {}", value, range.words()));
  }
  return value;
}

std::int64_t TomlSection::integerOf(const toml::node& node, std::string_view key, Range range) const {
  if (!node.is_integer()) fail(key, fmt::format("is {}; it must be an integer {}", typeName(node), range.words()));
  const auto value = node.as_integer()->get();
  if (!range.holds(static_cast<double>(value))) fail(key, fmt::format("is {}; it must be {}", value, range.words()));
  return value;
}

std::string TomlSection::textOf(const toml::node& node, std::string_view key) const {
  if (!node.is_string()) fail(key, fmt::format("is {}; it must be text in quotes", typeName(node)));
  return node.as_string()->get();
}

double TomlSection::number(std::string_view key, Range range) const { return numberOf(need(key), key, range); }

double TomlSection::number(std::string_view key, Range range, double fallback) const {
  return has(key) ? number(key, range) : fallback;
}

std::int64_t TomlSection::integer(std::string_view key, Range range) const { return integerOf(need(key), key, range); }

std::int64_t TomlSection::integer(std::string_view key, Range range, std::int64_t fallback) const {
  return has(key) ? integer(key, range) : fallback;
}

bool TomlSection::boolean(std::string_view key, bool fallback) const {
  const auto* node = find(key);
  if (node == nullptr) return fallback;
  if (!node->is_boolean()) fail(key, fmt::format("is {}; it must be true or false", typeName(*node)));
  return node->as_boolean()->get();
}

std::string TomlSection::text(std::string_view key) const { return textOf(need(key), key); }

std::string TomlSection::text(std::string_view key, std::string fallback) const {
  return has(key) ? text(key) : std::move(fallback);
}

std::string TomlSection::choice(std::string_view key, std::string fallback,
                                std::span<const std::string_view> choices) const {
  auto value = text(key, std::move(fallback));
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    fail(key, fmt::format("is \"{}\"; it must be one of \"{}\"", value, fmt::join(choices, "\", \"")));
  }
  return value;
}

const toml::array& TomlSection::list(std::string_view key, std::string_view what) const {
  const auto& node = need(key);
  if (!node.is_array()) fail(key, fmt::format("is {}; it must be a list of {}", typeName(node), what));
  return *node.as_array();
}

std::vector<double> TomlSection::numbers(std::string_view key, Range range, std::string_view what) const {
  std::vector<double> values;
  for (const auto& node : list(key, what)) values.push_back(numberOf(node, key, range));
  return values;
}

std::vector<std::int64_t> TomlSection::integers(std::string_view key, Range range, std::string_view what) const {
  std::vector<std::int64_t> values;
  for (const auto& node : list(key, what)) values.push_back(integerOf(node, key, range));
  return values;
}

std::vector<std::string> TomlSection::texts(std::string_view key, std::string_view what) const {
  std::vector<std::string> values;
  for (const auto& node : list(key, what)) values.push_back(textOf(node, key));
  return values;
}

void refuseUnknownKeys(const TomlDocument& document, const toml::table& table, std::string_view section,
                       std::span<const std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const auto guess = nearest(key.str(), known);
    const auto place = section.empty() ? std::string("section") : fmt::format("key in [{}]", section);
    const auto advice = guess.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                      : fmt::format("did you mean {}?", guess);
    throw InputError(fmt::format("{}: '{}' is not a known {}; {}", document.where(section, key.str()), key.str(), place,
                                 advice));
  }
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : known) {
    const auto edits = editDistance(word, candidate);
    if (edits < fewest && edits < candidate.size()) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace glassforge::io
