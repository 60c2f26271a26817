"""Spherical harmonics, one tensor product and a whole network on twelve particles by e3nn: writes se3_e3nn.hpp.

pip install numpy==2.4.6 torch==2.15.0 e3nn==0.6.0; python make_se3.py
Large inputs are not listed: both sides make them as `numbers` does.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from e3nn import o3

from cpp_arrays import header

sys.path.insert(0, str(Path(__file__).parents[4] / "benchmarks/peers"))
import se3_e3nn  # noqa: E402

torch.set_default_dtype(torch.float64)
SPECIES, TARGETS, NODES = 2, 3, 12


def numbers(count, salt):
    """In (-sqrt 3, sqrt 3), of a hash of (index, salt)."""
    h = (np.arange(count, dtype=np.uint64) + np.uint64(1 + 1000003 * salt)) * np.uint64(2654435761) % np.uint64(2**32)
    h ^= h >> np.uint64(16)
    h = h * np.uint64(2246822519) % np.uint64(2**32)
    h ^= h >> np.uint64(13)
    return torch.as_tensor(np.sqrt(3.0) * ((h.astype(float) + 0.5) / 2.0**31 - 1.0))


def standardised(values, types):
    result = np.empty_like(values)
    for s in range(SPECIES):
        mine = values[types == s]
        result[types == s] = (mine - mine.mean(0)) / mine.std(0)
    return result


directions = numbers(15, 1).reshape(5, 3)
harmonics = o3.spherical_harmonics([0, 1, 2, 3], directions, normalize=True, normalization="component")

product = se3_e3nn.Convolution(se3_e3nn.FEATURES, True, 0.0).product
features = numbers(128, 2).reshape(16, 8)  # component, channel
rows = [features[l * l:(l + 1)**2].T.flatten() for l in range(4)]  # e3nn: channel, component of each degree
summed = product(torch.cat(rows)[None], harmonics[:1], numbers(272, 3)[None])[0]
parts = [summed[s].reshape(8, -1).T for s in product.irreps_out.slices()]

rng = np.random.default_rng(7)
positions = rng.uniform(0, 2.3, size=(NODES, 3))
types = np.arange(NODES) % SPECIES
energy, targets = rng.normal(-7, 0.3, size=NODES), rng.normal(size=(NODES, TARGETS)) * [0.01, 0.1, 1] + [0.1, 0.4, 2]
sender, receiver, offset = (torch.as_tensor(a) for a in se3_e3nn.edges_within(positions, np.full(3, 100.0)))

network = se3_e3nn.Network(SPECIES, TARGETS, dropout=0.0)
network.load(numbers(sum(p.numel() for p in network.flat()), 4))
output = network(torch.as_tensor(types), torch.as_tensor(standardised(energy, types)), sender, receiver, offset)
loss = (output - torch.as_tensor(standardised(targets, types))).square().mean()
loss.backward()
along = [float(p.grad.flatten() @ numbers(p.numel(), 5)) for p in network.flat()]

Path(__file__).with_name("se3_e3nn.hpp").write_text(header(
    "Made by make_se3.py with e3nn 0.6.0, torch 2.15.0 and numpy 2.4.6.",
    {"se3_harmonics": harmonics, "se3_product": torch.cat([p.flatten() for p in parts]).detach(),
     "se3_positions": positions, "se3_energy": energy, "se3_targets": targets, "se3_output": output.detach(),
     "se3_loss": [loss.item()], "se3_gradient_along": along}))
print(len(sender), loss.item(), [float(p.grad.norm()) for p in network.flat()][:8])
