"""Five steps of each optimizer by PyTorch, in float64: what test/golden/optimizers.test.ts compares with.

Run with a Python that has PyTorch: python3 test/golden/make_optimizers.py > test/golden/optimizers.json
"""
import json

import torch

torch.set_default_dtype(torch.float64)

START = [[0.5, -1.25, 2.0], [0.0, 0.75, -0.3]]
# A fixed quadratic bowl with different slopes: loss = sum(c * (w - t)^2).
CURVATURE = [[1.0, 0.5, 3.0], [0.1, 2.0, 0.7]]
TARGET = [[0.0, 1.0, -1.0], [0.5, 0.25, 0.0]]

CASES = [
    ("sgd", {"learningRate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
    ("sgd", {"learningRate": 0.05, "momentum": 0.5, "weightDecay": 0.1}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1)),
    ("adagrad", {"learningRate": 0.1}, lambda p: torch.optim.Adagrad(p, lr=0.1)),
    ("adagrad", {"learningRate": 0.1, "weightDecay": 0.05}, lambda p: torch.optim.Adagrad(p, lr=0.1, weight_decay=0.05)),
    ("rmsprop", {"learningRate": 0.01, "rho": 0.9, "epsilon": 1e-7}, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7)),
    ("rmsprop", {"learningRate": 0.01, "rho": 0.8, "epsilon": 1e-7, "momentum": 0.9, "weightDecay": 0.1}, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.8, eps=1e-7, momentum=0.9, weight_decay=0.1)),
    ("adam", {"learningRate": 0.01}, lambda p: torch.optim.Adam(p, lr=0.01)),
    ("adam", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1}, lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.9), weight_decay=0.1)),
    ("adamw", {"learningRate": 0.01}, lambda p: torch.optim.AdamW(p, lr=0.01)),
    ("adamw", {"learningRate": 0.02, "weightDecay": 0.3}, lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.3)),
]


def steps(make):
    w = torch.tensor(START, requires_grad=True)
    optimizer = make([w])
    found = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = (torch.tensor(CURVATURE) * (w - torch.tensor(TARGET)) ** 2).sum()
        loss.backward()
        optimizer.step()
        found.append(w.detach().flatten().tolist())
    return found


print(json.dumps({
    "torch": torch.__version__,
    "start": START,
    "curvature": CURVATURE,
    "target": TARGET,
    "cases": [{"kind": kind, "settings": settings, "steps": steps(make)} for kind, settings, make in CASES],
}, indent=1))
