"""BOTAN and Bapst's network by torch on a small graph: outputs, loss, gradient, and steps of Adam in double and single
precision. Writes botan_torch.hpp and bapst_torch.hpp.

pip install numpy==2.4.6 torch==2.15.0; OMP_NUM_THREADS=1 python make_graph_networks.py

Weights and targets follow from integers, so that the test can make them again (all products modulo 2^32):

    u(k):  h = (k + 1) * 2654435761;  h ^= h >> 15;  h *= 2246822519;  h ^= h >> 13;  u = h / 2^32 - 0.5

  weights    entry k of all parameters laid end to end (node_encoder, edge_encoder, decoder, network.edge_model,
             network.node_model; in each fc1.weight (out, in) row by row, fc1.bias, fc2.weight, ...):
             4 u(k) / sqrt(fan in of its layer), biases too; all entries of network.node_model.mlp.fc1.weight that act on
             received edges are divided by 8 more, in the place of a mean over some ten edges
  targets    node i: 0.5 + u(i); edge between i and j: u(1000 + i * j + i + j)

Edges are in the order of (receiver, sender); offsets are r_receiver - r_sender. Loss of BOTAN: 0.4 * mean over nodes +
0.6 * mean over edges of squared errors; of Bapst's network: mean over nodes of species 0. "steps" are of Adam (1e-4, 0.9,
0.999, 1e-8), on the same graph, the gradient's norm clipped to 1 (torch divides by norm + 1e-6). "turned_losses" are those with
all permutations and signs of the axes of the offsets, ascending.
"""

import sys
from itertools import permutations, product
from pathlib import Path

import numpy as np
import torch

from cpp_arrays import header

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "benchmarks/peers"))
from torch_networks import WIDTH, Bapst, Botan  # noqa: E402

CUTOFF, EVERY, STEPS = 2.0, 997, 3
BOXES = {3: [4.5, 4.25, 4.75], 2: [5.5, 6.25]}
PARTICLES = {3: 40, 2: 30}
MADE_BY = "Made by make_graph_networks.py with torch 2.15.0 and numpy 2.4.6: see there what is what."


def u(k):
    mask = 0xFFFFFFFF
    h = ((int(k) + 1) * 2654435761) & mask
    h ^= h >> 15
    h = (h * 2246822519) & mask
    h ^= h >> 13
    return h / 2**32 - 0.5


def structure(dimension):
    """Positions (N, D) with four digits, no two closer than 0.8; every fifth particle is of species 1."""
    random = np.random.RandomState(74 + dimension)
    box, positions = np.array(BOXES[dimension]), np.zeros((0, dimension))
    while len(positions) < PARTICLES[dimension]:
        trial = np.round(random.uniform(0, box), 4)
        apart = positions - trial
        apart -= box * np.round(apart / box)
        if not len(positions) or (apart**2).sum(1).min() > 0.8**2:
            positions = np.vstack([positions, trial])
    return box, positions, (np.arange(len(positions)) % 5 == 4).astype(int)


def edges(box, positions, self_loops):
    """Sender, receiver (E) and offsets (E, D)."""
    offset = positions[:, None] - positions[None]  # [receiver, sender]
    offset -= box * np.round(offset / box)
    near = (offset**2).sum(-1) < CUTOFF**2
    if not self_loops:
        np.fill_diagonal(near, False)
    receiver, sender = np.nonzero(near)
    return sender, receiver, offset[receiver, sender]


def set_weights(network):
    place = 0
    for name, parameter in network.named_parameters():
        fan_in = network.get_parameter(name.rsplit(".", 1)[0] + ".weight").shape[1]
        values = np.array([4 * u(place + k) / np.sqrt(fan_in) for k in range(parameter.numel())])
        values = values.reshape(parameter.shape)
        if name == "network.node_model.mlp.fc1.weight":
            values[:, network.received_columns] /= 8
        parameter.data = torch.tensor(values, dtype=torch.float64)
        place += parameter.numel()


def flat(tensors):
    return torch.cat([t.detach().ravel() for t in tensors]).double().numpy().copy()


def learn(network, number, graph, loss_of):
    """What the network answers and how it learns, computed with numbers of this type."""
    species, offsets, sender, receiver = graph
    graph = (torch.tensor(species, dtype=number), torch.tensor(offsets, dtype=number), torch.tensor(sender),
             torch.tensor(receiver))
    network.to(number)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, eps=1e-8)
    found = {"loss": []}
    for step in range(STEPS):
        optimiser.zero_grad()
        answer = network(*graph)
        loss = loss_of(answer)
        loss.backward()
        found["loss"].append(loss.item())
        if step == 0:
            found["answer"] = answer
            found["gradient"] = flat([p.grad for p in network.parameters()])
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step == 0:
            found["after_one"] = flat(network.parameters())
    found["after_all"] = flat(network.parameters())
    return found


def turned_losses(network, graph, loss_of):
    """With the offsets' axes permuted and mirrored in every way, in double precision."""
    species, offsets, sender, receiver = graph
    axes = offsets.shape[1]
    losses = []
    for order, signs in product(permutations(range(axes)), product((1, -1), repeat=axes)):
        turned = torch.tensor(offsets[:, order] * signs)
        answer = network(torch.tensor(species, dtype=torch.float64), turned, torch.tensor(sender), torch.tensor(receiver))
        losses.append(loss_of(answer).item())
    return sorted(losses)


def learnt_arrays(name, found):
    return {f"{name}_loss": found["loss"],
            f"{name}_gradient_norm": [np.sqrt((found["gradient"] ** 2).sum())],
            f"{name}_gradient": found["gradient"][::EVERY],
            f"{name}_after_one_step": found["after_one"][::EVERY],
            f"{name}_after_{STEPS}_steps": found["after_all"][::EVERY]}


def graph_arrays(name, box, positions, species):
    return {f"{name}_box": box, f"{name}_positions": positions, f"{name}_species": species}


def node_targets(particles):
    return np.array([0.5 + u(i) for i in range(particles)])


def botan(dimension, name):
    box, positions, species = structure(dimension)
    sender, receiver, offsets = edges(box, positions, self_loops=False)
    targets = node_targets(len(species))
    edge_targets = np.array([u(1000 + i * j + i + j) for i, j in zip(sender, receiver)])
    arrays = graph_arrays(name, box, positions, species) | {f"{name}_sender": sender, f"{name}_receiver": receiver}
    for number, suffix in ((torch.float64, "double"), (torch.float32, "single")):
        network = Botan(dimension)
        network.received_columns = slice(2 * WIDTH, 3 * WIDTH)
        set_weights(network)

        def loss_of(answer):
            nodes, pairs = answer
            return (0.4 * ((nodes - torch.tensor(targets, dtype=number)) ** 2).mean()
                    + 0.6 * ((pairs - torch.tensor(edge_targets, dtype=number)) ** 2).mean())

        graph = (species, offsets, sender, receiver)
        if number == torch.float64:
            arrays[f"{name}_turned_losses"] = turned_losses(network, graph, loss_of)
        found = learn(network, number, graph, loss_of)
        arrays |= {f"{name}_{suffix}_nodes": flat(found["answer"][:1]), f"{name}_{suffix}_edges": flat(found["answer"][1:])}
        arrays |= learnt_arrays(f"{name}_{suffix}", found)
        report(name, suffix, network, arrays)
    return arrays


def bapst(dimension, name):
    box, positions, species = structure(dimension)
    sender, receiver, offsets = edges(box, positions, self_loops=True)
    targets, learnt = node_targets(len(species)), torch.tensor(species == 0)
    arrays = graph_arrays(name, box, positions, species) | {f"{name}_edges": [len(sender)]}
    for number, suffix in ((torch.float64, "double"), (torch.float32, "single")):
        network = Bapst(dimension)
        network.received_columns = slice(0, WIDTH)
        set_weights(network)

        def loss_of(nodes):
            return ((nodes - torch.tensor(targets, dtype=number))[learnt] ** 2).mean()

        found = learn(network, number, (species, offsets, sender, receiver), loss_of)
        arrays |= {f"{name}_{suffix}_nodes": flat([found["answer"]])}
        arrays |= learnt_arrays(f"{name}_{suffix}", found)
        report(name, suffix, network, arrays)
    return arrays


def report(name, suffix, network, arrays):
    count = sum(p.numel() for p in network.parameters())
    nodes = arrays[f"{name}_{suffix}_nodes"]
    print(f"{name} {suffix}: {count} parameters, nodes {nodes.mean():.4f} +- {nodes.std():.4f}, "
          f"loss {arrays[f'{name}_{suffix}_loss']}, gradient {arrays[f'{name}_{suffix}_gradient_norm'][0]:.4f}")


if __name__ == "__main__":
    (HERE / "botan_torch.hpp").write_text(header(MADE_BY, botan(3, "botan3d") | botan(2, "botan2d")))
    (HERE / "bapst_torch.hpp").write_text(header(MADE_BY, bapst(3, "bapst3d") | bapst(2, "bapst2d")))
