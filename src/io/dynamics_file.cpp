#include "io/dynamics_file.hpp"

#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {

void writeDynamics(const std::string& path, const Manifest& manifest, const DynamicsRecord& record, const RunNotes& notes) {
  const auto t = record.times.size(), s = record.structures.size();
  require<FileError>(record.steps.size() == t && record.fs.size() == t && record.fs_error.size() == t &&
                         record.fs_per_structure.shape() == std::vector{s, t} && record.msd.rank() == 2 &&
                         record.msd.extent(0) == t && record.msd_error.shape() == record.msd.shape(),
                     "{}: arrays of unlike sizes cannot be written", path);
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    root.setAttribute("tau_alpha", record.tau_alpha);
    root.setAttribute("tau_alpha_error", record.tau_alpha_error);
    root.setAttribute("q", record.q);
    root.setAttribute("replicas", record.replicas);
    const auto fs = root.make("F_s");
    fs.write("times", record.times);
    fs.write("steps", record.steps);
    fs.write("structures", record.structures);
    fs.write("value", record.fs);
    fs.write("error", record.fs_error);
    fs.write("per_structure", record.fs_per_structure);
    const auto msd = root.make("msd");
    root.link("F_s/times", "msd/times");
    msd.write("value", record.msd);
    msd.write("error", record.msd_error);
  }
  writer.commit();
}

DynamicsRecord readDynamics(const std::string& path) {
  const auto file = openKind(path, "dynamics");
  const auto root = file.root();
  DynamicsRecord record;
  record.tau_alpha = root.attribute<double>("tau_alpha");
  record.tau_alpha_error = root.attribute<double>("tau_alpha_error");
  record.q = root.attribute<double>("q");
  if (root.hasAttribute("replicas")) record.replicas = root.attribute<std::int64_t>("replicas");
  const auto fs = root.open("F_s");
  record.times = fs.readVector<double>("times");
  const auto t = record.times.size();
  record.steps = fs.readVector<std::int64_t>("steps", t);
  record.structures = fs.readVector<std::int64_t>("structures");
  record.fs = fs.readVector<double>("value", t);
  record.fs_error = fs.readVector<double>("error", t);
  record.fs_per_structure = fs.read<double>("per_structure", {record.structures.size(), t});
  const auto msd = root.open("msd");
  record.msd = msd.read<double>("value");
  record.msd_error = msd.read<double>("error", record.msd.shape());
  if (record.msd.rank() != 2 || record.msd.extent(0) != t) {
    msd.fail("value", fmt::format("has shape ({}); {} times are expected", fmt::join(record.msd.shape(), ", "), t));
  }
  return record;
}

}  // namespace glassforge::io
