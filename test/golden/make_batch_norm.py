"""Five steps of a network with batch normalisation, as torch.nn trains it in float64, and its answers afterwards.

    python3 test/golden/make_batch_norm.py

writes batch_norm.json beside this file; batch-norm.test.ts reads it.
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
random = np.random.RandomState(2015)
BATCH, CHANNELS, UNITS, STEPS = 6, 3, 2, 5


def draw(*shape):
    return torch.tensor(np.round(random.uniform(-2, 2, shape) * 1024) / 1024)


def pack(t):
    return t.detach().reshape(-1).tolist()


norm, dense = nn.BatchNorm1d(CHANNELS, momentum=0.25), nn.Linear(CHANNELS, UNITS)
with torch.no_grad():
    for t in (norm.weight, norm.bias, dense.weight, dense.bias):
        t.copy_(draw(*t.shape))
model = nn.Sequential(norm, dense)


def state():
    return {
        "norm.scale": pack(norm.weight), "norm.bias": pack(norm.bias),
        "norm.running_mean": pack(norm.running_mean), "norm.running_var": pack(norm.running_var),
        "dense.kernel": pack(dense.weight.T), "dense.bias": pack(dense.bias),
    }


record = {"batch": BATCH, "channels": CHANNELS, "units": UNITS, "momentum": 0.75, "learningRate": 0.0625, "start": state(), "steps": []}
optimizer = torch.optim.SGD(model.parameters(), lr=record["learningRate"], momentum=0.5)
for _ in range(STEPS):
    x, t = draw(BATCH, CHANNELS) * 2 + 1, draw(BATCH, UNITS)
    loss = nn.functional.mse_loss(model(x), t)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    record["steps"].append({"x": pack(x), "t": pack(t), "loss": loss.item(), "after": state()})

model.eval()
x = draw(BATCH, CHANNELS).requires_grad_(True)
y = model(x)
y.sum().backward()
record["evaluated"] = {"x": pack(x), "y": pack(y), "dx": pack(x.grad)}
path = pathlib.Path(__file__).parent / "batch_norm.json"
path.write_text(json.dumps(record, indent=1) + "\n")
