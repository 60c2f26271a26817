/// Floats and 32-bit integers side by side, twice as many as doubles in a Wide: for searches and for pair arithmetic in
/// mixed precision. The same three forms as wide.hpp.
#pragma once

#include "md/wide.hpp"

#if defined(__AVX2__) && defined(__FMA__)
#include "md/wide_float_registers.hpp"
#else
#include "md/wide_float_portable.hpp"
#endif
