#!/usr/bin/env python3
"""One training step of glassforge's SE(3) network, written with torch and e3nn in their usual way.

pip install numpy==2.4.6 torch==2.15.0 e3nn==0.6.0
Prints one JSON line: seconds of each step (forward, backward, Adam) by the clock and of the processor, parameters, edges,
peak memory. The first step includes compilation. N = 4096 needs --recompute: one layer alone keeps 6 GiB for its backward
pass, eight of them would be 50. The structure is an .npz with positions (N, 3), types (N), box (3); or one of the
published BOTAN files (types, initial_positions), whose box is 15.05658.
"""

import argparse
import json
import math
import resource
import time

import numpy as np
import torch
from e3nn import o3
from e3nn.nn import BatchNorm
from torch.utils.checkpoint import checkpoint

CUTOFF, RADIAL, HIDDEN, CHANNELS, LAYERS, DEGREES = 2.0, 10, 16, 8, 8, 4
SILU_SCALE = 1.6765324703310913  # 1 / sqrt(<silu(z)^2>), z normal
FEATURES = o3.Irreps("8x0e + 8x1e + 8x2e + 8x3e")
HARMONICS = o3.Irreps("0e + 1e + 2e + 3e")  # rotations alone count, so no parity


def silu(x):
    return SILU_SCALE * torch.nn.functional.silu(x)


def bessel(r):
    n = torch.arange(1, RADIAL + 1, dtype=r.dtype)
    return math.sqrt(2 / CUTOFF) * torch.sin(n * math.pi * r[:, None] / CUTOFF) / r[:, None]


def normal(*shape):
    return torch.nn.Parameter(torch.randn(*shape))


class Convolution(torch.nn.Module):
    def __init__(self, irreps_in, gated, dropout):
        super().__init__()
        paths = sorted((out.ir.l, i, f) for i, a in enumerate(irreps_in) for f, b in enumerate(HARMONICS)
                       for out in FEATURES if out.ir in a.ir * b.ir)
        outputs = o3.Irreps([(irreps_in[i].mul, (out, 1)) for out, i, f in paths])
        self.product = o3.TensorProduct(irreps_in, HARMONICS, outputs,
                                        [(i, f, n, "uvu", True) for n, (out, i, f) in enumerate(paths)],
                                        shared_weights=False, internal_weights=False)
        self.radial_hidden = normal(RADIAL, HIDDEN)
        self.radial_weights = normal(HIDDEN, self.product.weight_numel)
        self.dropout = torch.nn.Dropout(dropout)
        self.mixing = o3.Linear(outputs, FEATURES)
        self.self_interaction = o3.Linear(irreps_in, FEATURES)
        self.norm = BatchNorm(FEATURES, eps=1e-5, normalization="component", reduce="mean")
        self.gate = normal(CHANNELS, (DEGREES - 1) * CHANNELS) if gated else None

    def flat(self):
        """As glassforge lays parameters out."""
        arrays = [self.radial_hidden, self.radial_weights, self.mixing.weight, self.self_interaction.weight,
                  self.norm.weight, self.norm.bias]
        return arrays + ([self.gate] if self.gate is not None else [])

    def forward(self, h, harmonics, radial, sender, receiver, degree):
        hidden = self.dropout(silu(radial @ self.radial_hidden / math.sqrt(RADIAL)))
        messages = self.product(h[sender], harmonics, hidden @ self.radial_weights / math.sqrt(HIDDEN))
        sums = torch.zeros(len(h), messages.shape[1], dtype=h.dtype).index_add(0, receiver, messages)
        x = self.norm(self.mixing(sums / degree.sqrt()[:, None]) + self.self_interaction(h))
        return x if self.gate is None else self.gated(x)

    def gated(self, x):
        scalars = x[:, :CHANNELS]
        gates = 2 * torch.sigmoid(scalars @ self.gate / math.sqrt(CHANNELS))
        parts = [silu(scalars)]
        for l in range(1, DEGREES):
            vectors = x[:, FEATURES.slices()[l]].reshape(len(x), CHANNELS, 2 * l + 1)
            parts.append((vectors * gates[:, (l - 1) * CHANNELS:l * CHANNELS, None]).flatten(1))
        return torch.cat(parts, 1)


class Network(torch.nn.Module):
    def __init__(self, species, targets, dropout=0.3, recompute=False):
        super().__init__()
        first = o3.Irreps([(species + 1, (0, 1))])
        self.layers = torch.nn.ModuleList(
            Convolution(first if n == 0 else FEATURES, n + 1 < LAYERS, dropout) for n in range(LAYERS))
        shapes = [(DEGREES * CHANNELS, 16), (16,), (16, targets), (targets,)]
        self.decoders = torch.nn.ModuleList(
            torch.nn.ParameterList([normal(*s) if len(s) == 2 else torch.nn.Parameter(torch.zeros(*s)) for s in shapes])
            for _ in range(species))
        self.species, self.targets, self.recompute = species, targets, recompute

    def flat(self):
        return [p for layer in self.layers for p in layer.flat()] + [p for d in self.decoders for p in d]

    def load(self, values):
        at = 0
        with torch.no_grad():
            for p in self.flat():
                p.copy_(values[at:at + p.numel()].reshape(p.shape))
                at += p.numel()
        assert at == len(values)

    def forward(self, types, energy, sender, receiver, offset):
        """(N, targets); offset (E, 3) = r_receiver - r_sender; energy (N), standardised."""
        h = torch.cat([torch.nn.functional.one_hot(types, self.species).to(energy.dtype), energy[:, None]], 1)
        harmonics = o3.spherical_harmonics([0, 1, 2, 3], offset, normalize=True, normalization="component")
        radial = bessel(offset.norm(dim=1))
        degree = torch.bincount(receiver, minlength=len(types)).clamp(min=1).to(energy.dtype)
        for layer in self.layers:
            inputs = (h, harmonics, radial, sender, receiver, degree)
            h = checkpoint(layer, *inputs, use_reentrant=False) if self.recompute else layer(*inputs)
        return self.decode(h, types)

    def decode(self, h, types):
        parts = [h[:, :CHANNELS]]
        for l in range(1, DEGREES):
            parts.append(h[:, FEATURES.slices()[l]].reshape(len(h), CHANNELS, 2 * l + 1).square().mean(2))
        v, out = torch.cat(parts, 1), torch.zeros(len(h), self.targets, dtype=h.dtype)
        for s, (kernel, bias, out_kernel, out_bias) in enumerate(self.decoders):
            mine = types == s
            hidden = silu(v[mine] @ kernel / math.sqrt(v.shape[1]) + bias)
            out = out.index_put((mine.nonzero()[:, 0],), hidden @ out_kernel / math.sqrt(16) + out_bias)
        return out


def edges_within(positions, box):
    """Sender, receiver, r_receiver - r_sender; ascending in receiver, then sender."""
    senders, receivers, offsets = [], [], []
    for i in range(len(positions)):
        d = positions[i] - positions
        d -= box * np.round(d / box)
        near = np.flatnonzero((d**2).sum(1) < CUTOFF**2)
        near = near[near != i]
        senders.append(near)
        receivers.append(np.full(len(near), i))
        offsets.append(d[near])
    return np.concatenate(senders), np.concatenate(receivers), np.concatenate(offsets)


def structure(path):
    data = np.load(path)
    positions = data["positions"] if "box" in data else data["initial_positions"]
    box = np.asarray(data["box"], float) if "box" in data else np.full(3, 15.05658)
    types = np.asarray(data["types"], int)
    return np.asarray(positions, float), types - types.min(), box


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("structure")
    parser.add_argument("--box", type=float, help="length, in the place of what the file says")
    parser.add_argument("--steps", type=int, default=2, help="that are timed, after one that is not")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--targets", type=int, default=10)
    parser.add_argument("--recompute", action="store_true", help="torch.utils.checkpoint for every layer: less memory")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    positions, types, box = structure(arguments.structure)
    box = box if arguments.box is None else np.full(3, arguments.box)
    sender, receiver, offset = (torch.as_tensor(a) for a in edges_within(positions, box))
    types, offset = torch.as_tensor(types), offset.float()
    energy, labels = torch.randn(len(types)), torch.randn(len(types), arguments.targets)
    network = Network(int(types.max()) + 1, arguments.targets, recompute=arguments.recompute)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3, betas=(0.99, 0.999), weight_decay=1e-7)
    seconds, processor = [], []
    for _ in range(1 + arguments.steps):
        begin, used = time.perf_counter(), time.process_time()
        optimiser.zero_grad()
        loss = (network(types, energy, sender, receiver, offset) - labels).square().mean()
        loss.backward()
        optimiser.step()
        seconds.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    print(json.dumps({"seconds_per_step": seconds[1:], "cpu_seconds_per_step": processor[1:],
                      "parameters": sum(p.numel() for p in network.flat()), "edges": len(sender),
                      "recompute": arguments.recompute, "threads": arguments.threads,
                      "peak_memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


if __name__ == "__main__":
    main()
