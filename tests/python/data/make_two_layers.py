"""Writes two_layers.pth and two_layers_checkpoint.pth as torch does: pip install numpy==2.4.6 torch==2.15.0.

Weights of two layers, entry k of a tensor being k / 8; fc2.weight is stored transposed, so its strides are not those of
rows; the two biases share one storage.
"""

from pathlib import Path

import torch


def numbers(*shape):
    return (torch.arange(torch.Size(shape).numel()) / 8).reshape(shape)


model = torch.nn.Sequential()
model.add_module("fc1", torch.nn.Linear(3, 4))
model.add_module("fc2", torch.nn.Linear(4, 2))
shared = numbers(6)
with torch.no_grad():
    model.fc1.weight.data = numbers(4, 3)
    model.fc1.bias.data = shared[:4]
    model.fc2.weight.data = numbers(4, 2).T
    model.fc2.bias.data = shared[4:]
here = Path(__file__).parent
torch.save(model.state_dict(), here / "two_layers.pth")
torch.save({"epoch": 3, "model_state_dict": {**model.state_dict(), "half": numbers(2).double(), "steps": torch.tensor(7)}},
           here / "two_layers_checkpoint.pth")
