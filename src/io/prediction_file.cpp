#include "io/prediction_file.hpp"

#include "io/hdf5.hpp"

namespace glassforge::io {

void writePredictions(const std::string& path, const Manifest& manifest, std::span<const Prediction> predictions,
                      const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    for (const auto& p : predictions) root.make(structureName(p.structure) + "/" + p.model).write(p.label, p.values);
  }
  writer.commit();
}

std::vector<Prediction> readPredictions(const std::string& path, std::int64_t structure, const std::string& label) {
  const auto file = openKind(path, "predictions");
  const auto root = file.root();
  std::vector<Prediction> found;
  if (!root.has(structureName(structure))) return found;
  const auto group = root.open(structureName(structure));
  for (const auto& model : group.names()) {
    const auto mine = group.open(model);
    if (mine.has(label)) found.push_back({structure, model, label, mine.read<double>(label)});
  }
  return found;
}

}  // namespace glassforge::io
