#pragma once

// Does not compile on its own: the test `unit.headers_selfcontained_can_fail` wants to see that found.

inline std::string nameOf(int species) { return std::to_string(species); }
