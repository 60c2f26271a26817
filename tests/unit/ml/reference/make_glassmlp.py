"""GlassMLP's network and second-stage loss by torch, gradients by its tape, three steps of its Adam: writes glassmlp_torch.hpp.

pip install numpy==2.1.3 torch==2.15.0; python make_glassmlp.py
"""

from pathlib import Path

import numpy as np
import torch

from cpp_arrays import header

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(72)
rows, columns, box = 14, 6, np.array([9.0, 10.0, 11.0])
features = torch.tensor(rng.normal(size=(rows, columns)))
labels = torch.tensor(0.45 + 0.1 * rng.normal(size=rows))
positions = rng.uniform(-5.0, 20.0, size=(rows, 3))
scale = 0.12

difference = positions[:, None] - positions[None]
difference -= box * np.round(difference / box)
distance = torch.tensor(np.sqrt((difference**2).sum(-1)))


def correlations(y):
    u = (torch.tanh(20 * (y - 0.44)) + 1) / 2
    du = u - u.mean()
    found = []
    for radius in (2.0, 4.0, 6.0):
        g = torch.exp(-((distance - radius) ** 2) / 2)
        found.append((du * ((g @ du) / g.sum(1))).sum() / (du * du).sum())
    return torch.stack(found)


def loss_of(p):
    true, found = correlations(labels), correlations(p)
    variance = labels.var(unbiased=False)
    return ((p - labels).abs().mean() / scale + 0.5 * ((true - found).abs() / (true[0] - true[2]).abs()).sum()
            + (p.var(unbiased=False) - variance).abs() / variance)


torch.manual_seed(73)
widths = [columns, 2, 10, 10, 1]
layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
parameters = [p for layer in layers for p in (layer.weight, layer.bias)]
with torch.no_grad():
    layers[-1].bias += 0.4


def flat(tensors):
    return torch.cat([t.detach().ravel() for t in tensors]).numpy().copy()


def network(x):
    for layer in layers[:-1]:
        x = torch.nn.functional.elu(layer(x))
    return layers[-1](x)[:, 0]


start = flat(parameters)
optimiser = torch.optim.Adam(parameters, lr=3e-3, betas=(0.9, 0.999), eps=1e-8)
prediction, losses, gradient = None, [], None
for step in range(3):
    optimiser.zero_grad()
    p = network(features)
    loss = loss_of(p)
    loss.backward()
    losses.append(loss.item())
    if step == 0:
        prediction, gradient = p.detach().numpy().copy(), flat([q.grad for q in parameters])
    optimiser.step()

Path(__file__).with_name("glassmlp_torch.hpp").write_text(header(
    "Made by make_glassmlp.py with torch 2.15.0 and numpy 2.1.3.",
    {"mlp_features": features, "mlp_labels": labels, "mlp_positions": positions, "mlp_box": box, "mlp_scale": [scale],
     "mlp_correlations": correlations(labels).numpy(), "mlp_start": start, "mlp_prediction": prediction,
     "mlp_losses": losses, "mlp_gradient": gradient, "mlp_after": flat(parameters)}))
