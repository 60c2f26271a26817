"""Tables for LAMMPS's pair_style table: Kob-Andersen pairs with the smoothing "quartic" of docs/formulas.md."""

CUTOFF = 2.5  # in sigma
POINTS = 4000
INNER = 0.5   # sigma: no pair comes closer
PAIRS = {"AA": (1.0, 1.0), "AB": (1.5, 0.8), "BB": (0.5, 0.88)}  # name: epsilon, sigma


def bare(y):
    """Lennard-Jones in units of 4 epsilon and its first two derivatives by y = (r / sigma)^2."""
    return y**-6 - y**-3, -6 * y**-7 + 3 * y**-4, 42 * y**-8 - 12 * y**-5


def quartic_tail():
    """c0, c2, c4 of c0 + c2 y + c4 y^2, so that energy, force and second derivative vanish at the cutoff."""
    y = CUTOFF**2
    energy, slope, curvature = bare(y)
    c4 = -curvature / 2
    c2 = -slope - 2 * c4 * y
    return -energy - c2 * y - c4 * y**2, c2, c4


def write_tables(path):
    c0, c2, c4 = quartic_tail()
    with open(path, "w", encoding="ascii") as file:
        for name, (epsilon, sigma) in PAIRS.items():
            low, high = INNER * sigma, CUTOFF * sigma
            file.write(f"{name}\nN {POINTS} RSQ {low!r} {high!r}\n\n")
            for i in range(POINTS):
                r = (low**2 + (high**2 - low**2) * i / (POINTS - 1)) ** 0.5
                y = (r / sigma) ** 2
                energy, slope, _ = bare(y)
                energy = 4 * epsilon * (energy + c0 + c2 * y + c4 * y**2)
                force = -8 * epsilon * r / sigma**2 * (slope + c2 + 2 * c4 * y)
                file.write(f"{i + 1} {r:.16g} {energy:.16g} {force:.16g}\n")
            file.write("\n")
