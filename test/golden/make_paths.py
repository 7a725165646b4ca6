"""Optimizers on two surfaces by PyTorch, in float64: what test/session/plots.test.ts compares with.

Run with a Python that has PyTorch: python3 test/golden/make_paths.py > test/golden/paths.json
"""
import json

import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop

torch.set_default_dtype(torch.float64)

STEPS = 40


def bowl(w):
    return 0.5 * (w[0] - 1) ** 2 + 4 * (w[1] + 0.5) ** 2


def rosenbrock(w):
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


SURFACES = {"bowl": (bowl, [-2.0, 1.5], 1.0), "rosenbrock": (rosenbrock, [-1.2, 1.0], 0.02)}

# the file's settings and PyTorch's optimizer; the learning rate is times that of the surface
CASES = [
    ({"kind": "sgd", "learningRate": 0.05}, lambda p, lr: SGD(p, lr=lr)),
    ({"kind": "sgd", "learningRate": 0.02, "momentum": 0.9}, lambda p, lr: SGD(p, lr=lr, momentum=0.9)),
    ({"kind": "rmsprop", "learningRate": 0.1, "epsilon": 1e-8}, lambda p, lr: RMSprop(p, lr=lr, alpha=0.9, eps=1e-8)),
    ({"kind": "adam", "learningRate": 0.2}, lambda p, lr: Adam(p, lr=lr)),
    ({"kind": "adamw", "learningRate": 0.2}, lambda p, lr: AdamW(p, lr=lr)),
    ({"kind": "adagrad", "learningRate": 0.5}, lambda p, lr: Adagrad(p, lr=lr)),
]


def path(surface, start, settings, make):
    w = torch.tensor(start, requires_grad=True)
    optimizer = make([w], settings["learningRate"])
    points, losses = [w.tolist()], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = surface(w)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
        points.append(w.tolist())
    losses.append(surface(w).item())
    return {"settings": settings, "points": points, "losses": losses}


def paths():
    found = {}
    for name, (surface, start, factor) in SURFACES.items():
        cases = [({**s, "learningRate": s["learningRate"] * factor}, make) for s, make in CASES]
        found[name] = {"start": start, "paths": [path(surface, start, s, make) for s, make in cases]}
    return found


print(json.dumps({"torch": torch.__version__, "steps": STEPS, "surfaces": paths()}, indent=1))
