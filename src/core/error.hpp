/// Errors of the program: each carries one message fit for a user and the exit code it leads to.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace glassforge {

/// Exit codes of the program. `stopped` means: stopped early by time or signal, run again.
enum class ExitCode : int { done = 0, failure = 1, bad_input = 2, file_error = 3, physics = 4, stopped = 75 };

/// Base of all errors raised on purpose; what() is one message that says what, where and what would be right.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// The user's input (campaign file, command line) is wrong.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(ExitCode::bad_input, message) {}
};

/// A file is missing, damaged, of another format or cannot be written.
class FileError : public Error {
 public:
  explicit FileError(const std::string& message) : Error(ExitCode::file_error, message) {}
};

/// The simulated system left physics: NaN, lost particles, energy jump.
class PhysicsError : public Error {
 public:
  explicit PhysicsError(const std::string& message) : Error(ExitCode::physics, message) {}
};

/// Throws E with a formatted message unless `condition` holds; for input from outside, always checked.
template <class E = InputError, class... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw E(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace glassforge
