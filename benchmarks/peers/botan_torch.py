"""Time and memory of a training step of BOTAN in torch: forward, backward, clipped gradient, Adam, one structure a step.
Prints one line of JSON.

    python botan_torch.py structure.npz --box 15.05658

Wants numpy and torch (tried with 2.4.6 and 2.15.0). The file is an npz with positions ("initial_positions" or "positions"),
"types", and "box" where --box does not say it. Targets are made up: a step costs the same whatever they are.
"""

import argparse
import json
import resource
import time

import numpy as np
import torch

from torch_networks import Bapst, Botan

CUTOFF = 2.0


def peak_memory_gib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def read_structure(path, box):
    """Box (D), positions (N, D), species (N) counted from 0."""
    with np.load(path) as file:
        names = [name for name in ("initial_positions", "positions") if name in file]
        if not names or "types" not in file:
            raise SystemExit(f"{path}: no positions or types; there are {', '.join(file)}")
        positions, types = np.asarray(file[names[0]], dtype=float), np.asarray(file["types"])
        lengths = box if box is not None else file["box"] if "box" in file else None
    if lengths is None:
        raise SystemExit(f"{path}: no box; give --box")
    if positions.ndim != 2 or positions.shape[0] != types.size:
        raise SystemExit(f"{path}: positions of shape {positions.shape} beside {types.size} types")
    lengths = np.broadcast_to(np.asarray(lengths, dtype=float).ravel(), positions.shape[1:])
    return lengths, positions, types - types.min()


def edges(box, positions, self_loops, block=256):
    """Sender, receiver (E) and r_receiver - r_sender (E, D), in the order of (receiver, sender)."""
    senders, receivers, offsets = [], [], []
    for start in range(0, len(positions), block):
        offset = positions[start:start + block, None] - positions[None]
        offset -= box * np.round(offset / box)
        near = (offset**2).sum(-1) < CUTOFF**2
        if not self_loops:
            near[np.arange(len(near)), start + np.arange(len(near))] = False
        receiver, sender = np.nonzero(near)
        senders.append(sender)
        receivers.append(start + receiver)
        offsets.append(offset[receiver, sender])
    return np.concatenate(senders), np.concatenate(receivers), np.concatenate(offsets)


def loss_of(answer, node_targets, edge_targets, learnt):
    if isinstance(answer, tuple):
        nodes, pairs = answer
        return 0.4 * ((nodes - node_targets) ** 2).mean() + 0.6 * ((pairs - edge_targets) ** 2).mean()
    return ((answer - node_targets)[learnt] ** 2).mean()


def measure(arguments):
    box, positions, species = read_structure(arguments.structure, arguments.box)
    bapst = arguments.network == "bapst"
    sender, receiver, offsets = edges(box, positions, self_loops=bapst)
    torch.manual_seed(1)
    network = Bapst(len(box)) if bapst else Botan(len(box))
    graph = (torch.tensor(species, dtype=torch.float32), torch.tensor(offsets, dtype=torch.float32),
             torch.tensor(sender), torch.tensor(receiver))
    targets = (0.3 * torch.rand(len(species)), 0.1 * torch.randn(len(sender)), graph[0] == 0)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, eps=1e-8)
    before = peak_memory_gib()
    wall, cpu = [], []
    for _ in range(arguments.warm_up + arguments.steps):
        start, start_cpu = time.perf_counter(), time.process_time()
        optimiser.zero_grad()
        loss = loss_of(network(*graph), *targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    return {"network": arguments.network, "torch": torch.__version__, "threads": torch.get_num_threads(),
            "particles": len(species), "edges": len(sender), "parameters": sum(p.numel() for p in network.parameters()),
            "seconds_per_step": wall[arguments.warm_up:], "cpu_seconds_per_step": cpu[arguments.warm_up:],
            "loss": loss.item(), "memory_before_gib": before, "peak_memory_gib": peak_memory_gib()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("structure", help="npz")
    parser.add_argument("--box", type=float, nargs="+", help="length(s), where the file has none")
    parser.add_argument("--network", choices=("botan", "bapst"), default="botan")
    parser.add_argument("--steps", type=int, default=3, help="that are timed")
    parser.add_argument("--warm-up", type=int, default=1, help="steps before")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(json.dumps(measure(arguments)))


if __name__ == "__main__":
    main()
