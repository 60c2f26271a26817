#include "app/commands.hpp"
#include "core/error.hpp"

namespace glassforge::app {

void requireOneRank(const par::Communicator& comm, const char* command) {
  require(comm.size() == 1, "glassforge {} runs on one rank; start it without mpirun", command);
}

}  // namespace glassforge::app
