"""Arrays as C++ headers for the tests."""

import numpy as np


def header(what, arrays):
    """Text of a header with one constant per array, row-major, all digits."""
    lines = [f"/// {what}", "#pragma once", "", "#include <vector>", "", "namespace glassforge::ml::reference {", ""]
    for name, values in arrays.items():
        numbers = [repr(float(v)) for v in np.asarray(values, dtype=float).ravel()]
        lines.append(f"inline const std::vector<double> {name}{{")
        lines += ["    " + ", ".join(numbers[k:k + 5]) + "," for k in range(0, len(numbers), 5)]
        lines += ["};", ""]
    return "\n".join(lines + ["}  // namespace glassforge::ml::reference", ""])
