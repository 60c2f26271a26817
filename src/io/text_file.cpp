#include "io/text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/error.hpp"
#include "io/atomic_file.hpp"

namespace glassforge::io {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Handle = std::unique_ptr<std::FILE, Closer>;

}  // namespace

std::string readText(const std::string& path) {
  std::error_code error;
  require<FileError>(!std::filesystem::is_directory(path, error), "{}: is a folder; a file is needed", path);
  const Handle file(std::fopen(path.c_str(), "rb"));
  require<FileError>(file != nullptr, "{}: cannot be read: {}", path, std::strerror(errno));
  std::string text;
  char block[1 << 16];
  std::size_t got = 0;
  while ((got = std::fread(block, 1, sizeof block, file.get())) > 0) text.append(block, got);
  require<FileError>(std::ferror(file.get()) == 0, "{}: cannot be read: {}", path, std::strerror(errno));
  return text;
}

void writeText(const std::string& path, std::string_view text) {
  AtomicFile atomic(path);
  Handle file(std::fopen(atomic.temporary().c_str(), "wb"));
  require<FileError>(file != nullptr, "{}: cannot be written: {}", path, std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  const bool closed = std::fclose(file.release()) == 0;
  require<FileError>(written && closed, "{}: cannot be written: {}", path, std::strerror(errno));
  atomic.commit();
}

std::string exactText(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace glassforge::io
