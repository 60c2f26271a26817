/// What models learn from and are judged by, structure by structure, and a view of it that cannot show the test part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/array.hpp"
#include "core/split.hpp"
#include "ml/descriptors/descriptor.hpp"

namespace glassforge::ml {

/// One label of one structure. T times, N particles.
struct LabelField {
  std::string name;           ///< "displacement", "bond_breaking"
  std::vector<double> times;  ///< (T)
  Array<double> mean;         ///< (T, N) over replicas
  Array<double> variance;     ///< (T, N) unbiased over replicas, or empty where it is not known
  std::int64_t replicas = 0;  ///< that the mean was taken over
};

/// One structure with one descriptor set.
struct StructureSample {
  std::int64_t structure = 0;
  std::vector<double> box;      ///< (D) lengths
  std::vector<double> thermal;  ///< (N, D) positions at t = 0, unwrapped; for models whose loss looks at distances
  std::vector<std::int32_t> species;  ///< (N)
  Array<double> features;             ///< (N, F) of the set asked for
  std::vector<LabelField> labels;     ///< the same names and times for every structure
  std::vector<double> looked_at{};  ///< (N, D) the positions asked for besides, unwrapped; empty: none but the thermal

  const LabelField& label(const std::string& name) const;
  /// Throws InputError where sizes do not fit or a label or feature is not finite.
  void validate() const;
};

/// Particles of one species in id order.
std::vector<std::int32_t> particlesOf(const StructureSample& sample, int species);
/// (K, N) values of the labels of the layout, label by label and time by time. InputError where the times of the
/// structure differ from those of the layout.
Array<double> labelTable(const StructureSample& sample, const std::vector<LabelField>& layout);

/// How the distances of neighbouring pairs of one structure change. P pairs i < j, T times.
struct PairField {
  std::vector<double> times;  ///< (T): those of the labels
  Array<std::int32_t> ends;   ///< (P, 2), ascending
  Array<double> change;       ///< (T, P): mean over replicas of r_ij(t) - r_ij(0)
};

/// Where samples come from; `app` implements it on files. Models whose sums go over structures ask for those that their
/// process holds; GlassMLP, which deals out networks, asks for all on every process.
class StructureSource {
 public:
  virtual ~StructureSource() = default;
  /// Columns of a descriptor set; the same for all structures and known on every process.
  virtual std::size_t featureCount(const std::string& set) const = 0;
  /// Names and times of the labels, the same for all structures and known on every process (fields without values).
  virtual std::vector<LabelField> labelLayout() const = 0;
  /// `set` may be empty: features without columns.
  virtual StructureSample load(std::int64_t structure, const std::string& set) const = 0;
  /// (N, D) inherent or cage positions, unwrapped. InputError where there are none, as by default.
  virtual std::vector<double> positions(std::int64_t structure, Positions kind) const;
  /// load, with the positions that a model looks at beside the thermal ones.
  StructureSample loadAt(std::int64_t structure, const std::string& set, Positions kind) const;
  /// InputError where there are no labels of pairs, as by default.
  virtual PairField pairs(std::int64_t structure) const;
};

/// The training and validation parts of a split. There is no way from here to a test structure.
class TrainingView {
 public:
  TrainingView(const StructureSource& source, const Split& split);

  const std::vector<std::int64_t>& train() const { return train_; }
  const std::vector<std::int64_t>& validation() const { return validation_; }
  std::size_t featureCount(const std::string& set) const { return source_.featureCount(set); }
  std::vector<LabelField> labelLayout() const { return source_.labelLayout(); }
  /// A checked sample; InputError where the structure is of neither part.
  StructureSample load(std::int64_t structure, const std::string& set, Positions kind = Positions::thermal) const;
  /// The same for labels of pairs.
  PairField pairs(std::int64_t structure) const;

 private:
  void requireShown(std::int64_t structure) const;

  const StructureSource& source_;
  std::vector<std::int64_t> train_, validation_;
};

}  // namespace glassforge::ml
