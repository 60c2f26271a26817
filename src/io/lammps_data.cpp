#include "io/lammps_data.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "core/error.hpp"
#include "io/particle_table.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"

namespace glassforge::io {
namespace {

constexpr std::array<std::string_view, 3> kAxes{"xlo", "ylo", "zlo"};

/// Sections that may follow the header and are passed over, besides those that are read.
constexpr std::array<std::string_view, 6> kSections{"Masses", "Atoms", "Velocities", "Pair Coeffs", "PairIJ Coeffs",
                                                    "Atom Type Labels"};

std::string_view withoutComment(std::string_view line) { return line.substr(0, line.find('#')); }

class DataFile {
 public:
  DataFile(const std::string& path, const Mixture& mixture)
      : lines_(path), mixture_(mixture), d_(static_cast<std::size_t>(mixture.dimension)) {}

  Snapshot read() {
    lines_.need("a title");
    std::string section = header();
    while (!section.empty()) section = body(section);
    require<FileError>(!rows_.empty(), "{}: no section Atoms, so not a LAMMPS data file", lines_.path());
    if (!velocities_.empty()) giveVelocities();
    return snapshotFrom(std::move(rows_), box(), mixture_, lines_.path());
  }

 private:
  /// Reads up to the first section and returns its name, or "" at the end of the file.
  std::string header() {
    std::string_view line;
    while (lines_.next(line)) {
      const auto parts = tokens(withoutComment(line));
      if (parts.empty()) continue;
      if (const auto name = sectionName(line); !name.empty()) return enter(name, line);
      headerLine(parts);
    }
    return "";
  }

  void headerLine(const std::vector<std::string_view>& parts) {
    if (parts.size() == 2 && parts[1] == "atoms") {
      atoms_ = lines_.integer(parts[0]);
      if (atoms_ < 1 || static_cast<std::size_t>(atoms_) > lines_.left()) {
        lines_.fail(fmt::format("{} atoms are announced, {} lines follow", atoms_, lines_.left()));
      }
    }
    for (std::size_t k = 0; parts.size() == 4 && k < 3; ++k) {
      if (parts[2] != kAxes[k]) continue;
      low_[k] = lines_.real(parts[0]);
      length_[k] = lines_.real(parts[1]) - low_[k];
    }
    if (parts.size() == 6 && parts[3] == "xy") {
      for (std::size_t k = 0; k < 3; ++k) {
        if (lines_.real(parts[k]) != 0) lines_.fail("the box is tilted; only boxes with right angles are read");
      }
    }
  }

  std::string sectionName(std::string_view line) const {
    const auto parts = tokens(withoutComment(line));
    const auto name = fmt::format("{}", fmt::join(parts, " "));
    return std::find(kSections.begin(), kSections.end(), name) != kSections.end() ? name : "";
  }

  /// Checks the style hint of Atoms.
  std::string enter(const std::string& name, std::string_view line) const {
    const auto hash = line.find('#');
    if (name == "Atoms" && hash != std::string_view::npos) {
      const auto style = tokens(line.substr(hash + 1));
      if (!style.empty() && style[0] != "atomic") lines_.fail(fmt::format("atom style {}; atomic is read", style[0]));
    }
    return name;
  }

  /// Reads a section up to the next one and returns that one's name, or "" at the end of the file.
  std::string body(const std::string& section) {
    std::string_view line;
    while (lines_.next(line)) {
      const auto parts = tokens(withoutComment(line));
      if (parts.empty()) continue;
      if (const auto name = sectionName(line); !name.empty()) return enter(name, line);
      if (section == "Atoms") atom(parts);
      if (section == "Velocities") velocity(parts);
    }
    return "";
  }

  void atom(const std::vector<std::string_view>& parts) {
    if (parts.size() != 5 && parts.size() != 8) {
      lines_.fail(fmt::format("an atom has {} columns; id type x y z, or these and three image flags are expected", parts.size()));
    }
    ParticleRow row;
    row.id = lines_.integer(parts[0]);
    const auto type = lines_.integer(parts[1]);
    if (type < 1 || type > mixture_.speciesCount()) {
      lines_.fail(fmt::format("atom type {}; mixture {} has 1 to {}", type, mixture_.name, mixture_.speciesCount()));
    }
    row.species = mixture_.species[static_cast<std::size_t>(type - 1)];
    for (std::size_t k = 0; k < d_; ++k) {
      row.position.push_back(lines_.real(parts[2 + k]) - low_[k]);
      row.image.push_back(parts.size() == 8 ? image(parts[5 + k]) : 0);
    }
    rows_.push_back(std::move(row));
  }

  std::int32_t image(std::string_view token) const {
    const auto value = lines_.integer(token);
    if (std::abs(value) > 1000000) lines_.fail(fmt::format("image flag {}", value));
    return static_cast<std::int32_t>(value);
  }

  void velocity(const std::vector<std::string_view>& parts) {
    if (parts.size() != 4) lines_.fail(fmt::format("a velocity has {} columns; id vx vy vz are expected", parts.size()));
    auto& v = velocities_[lines_.integer(parts[0])];
    v.clear();
    for (std::size_t k = 0; k < d_; ++k) v.push_back(lines_.real(parts[1 + k]));
  }

  void giveVelocities() {
    for (auto& row : rows_) {
      const auto found = velocities_.find(*row.id);
      require<FileError>(found != velocities_.end(), "{}: atom {} has no velocity", lines_.path(), *row.id);
      row.velocity = found->second;
    }
  }

  std::vector<double> box() const {
    require<FileError>(static_cast<std::int64_t>(rows_.size()) == atoms_, "{}: {} atoms are announced, {} are there",
                       lines_.path(), atoms_, rows_.size());
    return {length_.begin(), length_.begin() + static_cast<std::ptrdiff_t>(d_)};
  }

  TextLines lines_;
  const Mixture& mixture_;
  std::size_t d_;
  std::int64_t atoms_ = 0;
  std::array<double, 3> low_{}, length_{};
  std::vector<ParticleRow> rows_;
  std::map<std::int64_t, std::vector<double>> velocities_;
};

std::string columns(const std::vector<double>& x, std::size_t i, std::size_t d) {
  std::string text;
  for (std::size_t k = 0; k < 3; ++k) text += k < d ? fmt::format(" {:.17g}", x[i * d + k]) : " 0";
  return text;
}

std::string dataHeader(const Snapshot& s, const Mixture& mixture) {
  auto text = fmt::format("LAMMPS data file of mixture {} by glassforge, reduced units, step {}\n\n{} atoms\n{} atom types\n\n",
                          mixture.name, s.step, s.particles(), mixture.speciesCount());
  constexpr std::array<std::string_view, 3> high{"xhi", "yhi", "zhi"};
  for (std::size_t k = 0; k < 3; ++k) {
    const bool there = k < s.box.size();
    text += fmt::format("{} {:.17g} {} {}\n", there ? "0" : "-0.5", there ? s.box[k] : 0.5, kAxes[k], high[k]);
  }
  text += "\nMasses\n\n";
  for (std::size_t a = 0; a < mixture.masses.size(); ++a) {
    text += fmt::format("{} {:.17g}  # {}\n", a + 1, mixture.masses[a], mixture.species[a]);
  }
  return text;
}

}  // namespace

void writeLammpsData(const std::string& path, const Snapshot& s, const Mixture& mixture) {
  const auto d = static_cast<std::size_t>(s.dimension);
  auto text = dataHeader(s, mixture) + "\nAtoms # atomic\n\n";
  for (std::size_t i = 0; i < s.particles(); ++i) {
    text += fmt::format("{} {}{}", i + 1, s.species[i] + 1, columns(s.position, i, d));
    for (std::size_t k = 0; k < 3; ++k) text += fmt::format(" {}", k < d && !s.image.empty() ? s.image[i * d + k] : 0);
    text += '\n';
  }
  if (!s.velocity.empty()) {
    text += "\nVelocities\n\n";
    for (std::size_t i = 0; i < s.particles(); ++i) text += fmt::format("{}{}\n", i + 1, columns(s.velocity, i, d));
  }
  writeText(path, text);
}

Snapshot readLammpsData(const std::string& path, const Mixture& mixture) { return DataFile(path, mixture).read(); }

}  // namespace glassforge::io
