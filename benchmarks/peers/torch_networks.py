"""BOTAN and Bapst's network in torch, as their authors compute them: gather (index_select), concatenate, linear layers,
scatter (index_add). Parameters have the names of pyg_botan's state dict.

Edges run from sender to receiver and carry r_receiver - r_sender.
"""

import torch
from torch.nn.functional import relu

WIDTH = 64


class TwoLayers(torch.nn.Module):
    """(n, inputs) -> (n, 64), rectified after both layers."""

    def __init__(self, inputs):
        super().__init__()
        self.fc1 = torch.nn.Linear(inputs, WIDTH)
        self.fc2 = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        return relu(self.fc2(relu(self.fc1(x))))


class Decoder(TwoLayers):
    """(n, 64) -> (n)"""

    def __init__(self):
        super().__init__(WIDTH)
        self.fc3 = torch.nn.Linear(WIDTH, 1)

    def forward(self, x):
        return self.fc3(super().forward(x))[:, 0]


class Update(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.mlp = TwoLayers(inputs)


class MessagePassing(torch.nn.Module):
    def __init__(self, edge_inputs, node_inputs):
        super().__init__()
        self.edge_model = Update(edge_inputs)
        self.node_model = Update(node_inputs)


class GraphNetwork(torch.nn.Module):
    """What the two have in common; `edge_inputs` and `node_inputs` are widths of what the updates read."""

    def __init__(self, dimension, steps, edge_inputs, node_inputs):
        super().__init__()
        self.steps = steps
        self.node_encoder = TwoLayers(1)
        self.edge_encoder = TwoLayers(dimension)
        self.decoder = Decoder()
        self.network = MessagePassing(edge_inputs, node_inputs)

    def states(self, species, offsets, sender, receiver):
        """Species (N), offsets (E, D), sender and receiver (E): the last states of nodes (N, 64) and edges (E, 64)."""
        x = encoded_x = self.node_encoder(species[:, None])
        e = encoded_e = self.edge_encoder(offsets)
        for _ in range(self.steps):
            e = self.network.edge_model.mlp(
                self.edge_input(x, encoded_x, e, encoded_e, sender, receiver))
            received = torch.zeros_like(x).index_add_(0, receiver, e)
            x = self.network.node_model.mlp(self.node_input(x, encoded_x, received))
        return x, e


class Botan(GraphNetwork):
    """54,209 parameters in three dimensions. Answers nodes (N) and edges (E)."""

    def __init__(self, dimension=3, steps=7):
        super().__init__(dimension, steps, 4 * WIDTH, 3 * WIDTH)

    @staticmethod
    def edge_input(x, _, e, encoded_e, sender, receiver):
        return torch.cat([x.index_select(0, sender), x.index_select(0, receiver), e, encoded_e], dim=1)

    @staticmethod
    def node_input(x, encoded_x, received):
        return torch.cat([x, encoded_x, received], dim=1)

    def forward(self, *graph):
        x, e = self.states(*graph)
        return self.decoder(x), self.decoder(e)


class Bapst(GraphNetwork):
    """62,401 parameters in three dimensions; its graph has self loops. Answers nodes (N)."""

    def __init__(self, dimension=3, steps=7):
        super().__init__(dimension, steps, 6 * WIDTH, 3 * WIDTH)

    @staticmethod
    def edge_input(x, encoded_x, e, encoded_e, sender, receiver):
        nodes = torch.cat([x, encoded_x], dim=1)
        return torch.cat([e, encoded_e, nodes.index_select(0, receiver), nodes.index_select(0, sender)], dim=1)

    @staticmethod
    def node_input(x, encoded_x, received):
        return torch.cat([received, x, encoded_x], dim=1)

    def forward(self, *graph):
        return self.decoder(self.states(*graph)[0])
