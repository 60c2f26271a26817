#include "io/extxyz.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/error.hpp"
#include "io/particle_table.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace glassforge::io {
namespace {

/// Where in a row what is wanted stands; a position may have 2 or 3 columns.
struct Columns {
  std::size_t species = 0, position = 1, position_width = 0, velocity = 0, velocity_width = 0, id = 0, width = 0;
  bool has_id = false;
};

struct Comment {
  std::vector<double> box;  ///< empty where the file has none
  Columns columns;
  double time = 0;
};

/// key=value pairs of an extended XYZ comment; values may be quoted. Keys in small letters.
std::map<std::string, std::string> keyValues(std::string_view line) {
  std::map<std::string, std::string> pairs;
  for (std::size_t at = 0; at < line.size();) {
    const auto equals = line.find('=', at);
    if (equals == std::string_view::npos) break;
    const auto words = tokens(line.substr(at, equals - at));
    std::string key(words.empty() ? "" : words.back());
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool quoted = equals + 1 < line.size() && line[equals + 1] == '"';
    const auto begin = equals + (quoted ? 2 : 1);
    const auto end = std::min(quoted ? line.find('"', begin) : line.find_first_of(" \t", begin), line.size());
    pairs[key] = line.substr(std::min(begin, line.size()), end - std::min(begin, end));
    at = end + 1;
  }
  return pairs;
}

std::vector<double> latticeBox(const TextLines& lines, std::string_view lattice, const Mixture& mixture) {
  const auto parts = tokens(lattice);
  if (parts.size() != 9) lines.fail(fmt::format("Lattice has {} numbers; 9 are expected", parts.size()));
  std::vector<double> box;
  for (std::size_t k = 0; k < 9; ++k) {
    const double value = lines.real(parts[k]);
    const bool diagonal = k % 4 == 0;
    if (!diagonal && value != 0) lines.fail("Lattice is not orthorhombic; only boxes with right angles are read");
    if (diagonal && k / 4 < static_cast<std::size_t>(mixture.dimension)) box.push_back(value);
  }
  return box;
}

/// "species:S:1:pos:R:3:velo:R:3".
Columns readProperties(const TextLines& lines, std::string_view properties) {
  const auto parts = splitAt(properties, ':');
  if (parts.size() % 3 != 0) lines.fail("Properties must be name:type:columns, repeated");
  Columns columns;
  bool species = false;
  for (std::size_t k = 0; k < parts.size(); k += 3) {
    const auto many = lines.integer(parts[k + 2]);
    if (many < 1 || many > 1000) lines.fail(fmt::format("Properties: {} columns of {}", many, parts[k]));
    const auto width = static_cast<std::size_t>(many);
    if (parts[k] == "species" || (parts[k] == "type" && !species)) columns.species = columns.width, species = true;
    if (parts[k] == "pos") columns.position = columns.width, columns.position_width = width;
    if (parts[k] == "velo" || parts[k] == "vel") columns.velocity = columns.width, columns.velocity_width = width;
    if (parts[k] == "id") columns.id = columns.width, columns.has_id = true;
    columns.width += width;
  }
  if (!species || columns.position_width == 0) lines.fail("Properties has no species:S:1 or no pos:R:3");
  return columns;
}

/// ParticlesMC: "columns:species,position dt:1 cell:Lx,Ly rho:.. T:..".
Comment readMonteCarlo(const TextLines& lines, std::string_view line, const Mixture& mixture) {
  const auto d = static_cast<std::size_t>(mixture.dimension);
  Comment comment;
  bool species = false;
  for (const auto part : tokens(line)) {
    const auto colon = std::min(part.find(':'), part.size() - 1);
    const auto key = part.substr(0, colon), value = part.substr(colon + 1);
    if (key == "cell") {
      for (const auto length : splitAt(value, ',')) comment.box.push_back(lines.real(length));
      if (comment.box.size() != d) lines.fail(fmt::format("cell has {} lengths; mixture {} has {} axes", comment.box.size(), mixture.name, d));
    } else if (key == "columns") {
      auto& columns = comment.columns;
      for (const auto name : splitAt(value, ',')) {
        if (name == "species") columns.species = columns.width, species = true;
        if (name == "position") columns.position = columns.width, columns.position_width = d;
        columns.width += name == "position" ? d : 1;
      }
    }
  }
  if (!species || comment.columns.position_width == 0) lines.fail("columns must have species and position");
  return comment;
}

Comment readComment(const TextLines& lines, std::string_view line, const Mixture& mixture) {
  if (line.find("columns:") != std::string_view::npos) return readMonteCarlo(lines, line, mixture);
  const auto pairs = keyValues(line);
  Comment comment;
  if (const auto found = pairs.find("lattice"); found != pairs.end()) comment.box = latticeBox(lines, found->second, mixture);
  if (const auto found = pairs.find("time"); found != pairs.end()) comment.time = lines.real(found->second);
  const auto found = pairs.find("properties");
  comment.columns = readProperties(lines, found == pairs.end() ? "species:S:1:pos:R:3" : std::string_view(found->second));
  return comment;
}

ParticleRow readRow(const TextLines& lines, std::string_view line, const Columns& columns, std::size_t d) {
  const auto parts = tokens(line);
  if (parts.size() < columns.width) {
    lines.fail(fmt::format("has {} columns; {} are expected", parts.size(), columns.width));
  }
  ParticleRow row;
  if (columns.has_id) row.id = lines.integer(parts[columns.id]);
  row.species = parts[columns.species];
  for (std::size_t k = 0; k < d; ++k) row.position.push_back(lines.real(parts[columns.position + k]));
  for (std::size_t k = 0; columns.velocity_width > 0 && k < d; ++k) {
    row.velocity.push_back(lines.real(parts[columns.velocity + k]));
  }
  return row;
}

}  // namespace

void writeExtxyz(const std::string& path, const Snapshot& s, const Mixture& mixture, const std::vector<ExtraColumns>& extra,
                 const std::string& note) {
  const auto d = static_cast<std::size_t>(s.dimension);
  const bool flat = d == 2, moving = !s.velocity.empty();
  const double third = flat ? 1.0 : s.box[2];
  std::string properties = moving ? ":velo:R:3" : "";
  for (const auto& columns : extra) properties += fmt::format(":{}:R:{}", columns.name, columns.values.extent(1));
  auto text = fmt::format("{}\nLattice=\"{:.17g} 0 0 0 {:.17g} 0 0 0 {:.17g}\" Properties=species:S:1:pos:R:3{} pbc=\"T T {}\" "
                          "Time={:.17g}{}{}\n",
                          s.particles(), s.box[0], s.box[1], third, properties, flat ? "F" : "T", s.time,
                          note.empty() ? "" : " ", note);
  const auto unwrapped = s.unwrapped();
  const auto append = [&](const std::vector<double>& x, std::size_t i) {
    for (std::size_t k = 0; k < 3; ++k) text += k < d ? fmt::format(" {:.17g}", x[i * d + k]) : " 0";
  };
  for (std::size_t i = 0; i < s.particles(); ++i) {
    text += mixture.species.at(static_cast<std::size_t>(s.species[i]));
    append(unwrapped, i);
    if (moving) append(s.velocity, i);
    for (const auto& columns : extra) {
      for (const double value : columns.values.row(i)) text += fmt::format(" {:.17g}", value);
    }
    text += '\n';
  }
  writeText(path, text);
}

Snapshot readExtxyz(const std::string& path, const Mixture& mixture) {
  TextLines lines(path);
  const auto first = tokens(lines.need("the number of particles"));
  const auto count = first.size() == 1 ? lines.integer(first[0]) : -1;
  if (count < 1) lines.fail("the first line of an XYZ file must be the number of particles");
  const auto comment = readComment(lines, lines.need("the comment line"), mixture);
  const auto d = static_cast<std::size_t>(mixture.dimension);
  const auto& columns = comment.columns;
  if (columns.position_width < d || (columns.velocity_width > 0 && columns.velocity_width < d)) {
    lines.fail(fmt::format("has fewer coordinates than the {} axes of mixture {}", d, mixture.name));
  }
  if (lines.left() < static_cast<std::size_t>(count)) {
    lines.fail(fmt::format("{} particles are announced, {} lines follow", count, lines.left()));
  }
  std::vector<ParticleRow> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(readRow(lines, lines.need("a particle"), columns, d));
  auto snapshot = snapshotFrom(std::move(rows), comment.box.empty() ? mixture.box : comment.box, mixture, path);
  snapshot.time = comment.time;
  return snapshot;
}

}  // namespace glassforge::io
