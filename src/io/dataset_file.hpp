/// dataset.h5: states and labels of all structures as dense arrays (docs/formats.md, "dataset"), written by many ranks
/// at once with parallel HDF5.
///
/// What is small, and all metadata, is written by one rank beforehand, together with room for the arrays on the disk.
/// The ranks then fill the arrays by collective transfers. So a full disk is an ordinary error of one rank, and the
/// bytes of the file are the same for any number of ranks.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace glassforge::io {

/// One array of the file: the rows of all structures, one after another.
struct DatasetArray {
  std::string name;               ///< path in the file: "labels/displacement"
  std::vector<std::string> axes;  ///< names of all axes; the first is "structures" or "pairs"
  std::vector<std::size_t> row;   ///< shape under the first axis
  bool integer = false;           ///< int32, else float64
};

struct DatasetLayout {
  std::vector<std::int64_t> structures;  ///< (S) numbers, ascending
  std::vector<std::int64_t>
      pair_offsets;  ///< (S + 1): structure k has the pairs pair_offsets[k] .. pair_offsets[k + 1] - 1
  std::vector<DatasetArray> arrays;

  /// The first row of structure k in an array; k = S: the number of rows.
  std::size_t firstRow(const DatasetArray& array, std::size_t k) const;
  std::size_t rowBytes(const DatasetArray& array) const;
};

/// Makes the file: what `small` writes, and room for the arrays, on the disk in full where the file system can promise
/// it. FileError.
void createDataset(const std::string& path, const DatasetLayout& layout,
                   const std::function<void(const Hdf5Group& root)>& small);

/// Fills the arrays of a file made by createDataset. Every call is collective over the ranks of `comm`.
class DatasetWriter {
 public:
  /// FileError where the file cannot be opened.
  DatasetWriter(MPI_Comm comm, const std::string& path, const DatasetLayout& layout);

  /// Writes the rows of structures first .. first + count - 1 of an array; a rank that has nothing to write has count
  /// 0. An error is kept for requireWritten(), so that all ranks stay in step.
  void write(std::size_t array, std::size_t first, std::size_t count, const void* rows);
  /// FileError on a rank whose writing failed.
  void requireWritten() const;
  /// Writes the checksums and closes. FileError.
  void close();

 private:
  void transfer(const std::string& name, hid_t type, std::vector<hsize_t> start, std::vector<hsize_t> length,
                const void* data);

  MPI_Comm comm_;
  std::string path_;
  DatasetLayout layout_;
  Hdf5Id file_;
  std::vector<std::vector<std::uint64_t>> checksums_;  ///< by array and structure; 0 where another rank has written
  std::string failure_;
};

/// Numbers of the structures in a file, ascending. FileError.
std::vector<std::int64_t> datasetStructures(const std::string& path);

/// Compares the rows of structures part, part + parts, ... with their checksums, and all shapes. FileError that names
/// the array and the structure.
void checkDataset(const std::string& path, std::size_t part = 0, std::size_t parts = 1);

}  // namespace glassforge::io
