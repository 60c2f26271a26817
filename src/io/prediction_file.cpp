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

}  // namespace glassforge::io
