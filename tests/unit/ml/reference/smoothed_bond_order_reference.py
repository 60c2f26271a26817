"""Makes smoothed_bond_order_reference.hpp: SBO of a random Kob-Andersen configuration by partycls 2.0.2.

partycls needs its Fortran parts, which only a build from source with numpy.distutils makes (Python 3.11, gfortran):

    python3.11 -m venv /tmp/partycls && cd /tmp/partycls
    bin/pip install numpy==1.26.4 setuptools==64.0.3 wheel scikit-learn==1.5.2
    bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-binary partycls partycls==2.0.2
    bin/python smoothed_bond_order_reference.py > smoothed_bond_order_reference.hpp
"""

import tempfile

import numpy
import partycls
from partycls import Trajectory
from partycls.descriptors import SmoothedBondOrientationalDescriptor

PARTICLES, EVERY_B, DENSITY, SEED = 216, 5, 1.2, 20240601
CLOSEST = 0.75


def configuration():
    """A jittered simple cubic lattice without pairs closer than CLOSEST; every fifth particle is a B."""
    random = numpy.random.RandomState(SEED)
    side = round((PARTICLES / DENSITY) ** (1 / 3), 6)
    per_axis = round(PARTICLES ** (1 / 3))
    lattice = (numpy.indices((per_axis,) * 3).reshape(3, -1).T + 0.5) * side / per_axis
    positions = lattice.copy()
    for i in range(PARTICLES):
        while True:
            trial = numpy.round((lattice[i] + random.uniform(-0.35, 0.35, 3)) % side, 6)
            others = numpy.delete(positions, i, axis=0) - trial
            others -= side * numpy.round(others / side)
            if (others**2).sum(axis=1).min() > CLOSEST**2:
                break
        positions[i] = trial
    species = numpy.where(numpy.arange(PARTICLES) % EVERY_B == EVERY_B - 1, "B", "A")
    return side, positions, species


def smoothed_bond_order(side, positions, species):
    """(N, 9): Q_0..Q_8 with first minima 1.45, 1.35, 1.25 of AA, AB, BB, enlargement 1.3, exponent 8."""
    with tempfile.NamedTemporaryFile("w", suffix=".xyz") as file:
        file.write(f"{len(species)}\ncolumns:id,pos cell:{side},{side},{side}\n")
        file.writelines(f"{s} {x - side / 2:.6f} {y - side / 2:.6f} {z - side / 2:.6f}\n"
                        for s, (x, y, z) in zip(species, positions))
        file.flush()
        trajectory = Trajectory(file.name)
    trajectory.nearest_neighbors_cutoffs = [1.45, 1.35, 1.35, 1.25]
    descriptor = SmoothedBondOrientationalDescriptor(trajectory, lmin=0, lmax=8, cutoff_enlargement=1.3, exponent=8)
    return descriptor.compute()


def braced(rows, form):
    return ",\n".join("    " + ", ".join(form(x) for x in row) for row in rows)


def main():
    side, positions, species = configuration()
    values = smoothed_bond_order(side, positions, species)
    print("/// Made by smoothed_bond_order_reference.py; do not edit.")
    print("#pragma once\n\n#include <array>\n\nnamespace glassforge::ml::testing {\n")
    print("// clang-format off")
    print(f"// partycls {partycls.__version__}, numpy {numpy.__version__}; every fifth particle is a B.")
    print(f"inline constexpr double reference_side = {side};")
    print(f"inline constexpr std::array<double, {3 * PARTICLES}> reference_positions{{")
    print(braced(positions, lambda x: f"{x:.6f}") + "};")
    print("// Q_0..Q_8 of each particle.")
    print(f"inline constexpr std::array<double, {9 * PARTICLES}> reference_bond_order{{")
    print(braced(values, lambda x: f"{x:.13f}") + "};")
    print("// clang-format on\n\n}  // namespace glassforge::ml::testing")


if __name__ == "__main__":
    main()
