"""Schedules and clipping by PyTorch, in float64: what test/golden/schedules.test.ts compares with.

Run with a Python that has PyTorch: python3 test/golden/make_schedules.py > test/golden/schedules.json
"""
import json
import warnings

import torch
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR, StepLR

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)

# A quadratic bowl with different slopes, and a second parameter: loss = sum(c * (w + b - t)^2).
START = [[0.5, -1.25, 2.0], [0.0, 0.75, -0.3]]
BIAS = [0.2, -0.4, 1.0]
CURVATURE = [[1.0, 0.5, 3.0], [0.1, 2.0, 0.7]]
TARGET = [[0.0, 1.0, -1.0], [0.5, 0.25, 0.0]]

EPOCHS = 4
STEPS_PER_EPOCH = 3
STEPS = EPOCHS * STEPS_PER_EPOCH

sgd = ({"kind": "sgd"}, lambda p, lr: SGD(p, lr=lr))
momentum = ({"kind": "sgd", "momentum": 0.9}, lambda p, lr: SGD(p, lr=lr, momentum=0.9))
decay = ({"kind": "sgd", "weightDecay": 0.1}, lambda p, lr: SGD(p, lr=lr, weight_decay=0.1))
adam = ({"kind": "adam"}, lambda p, lr: Adam(p, lr=lr))
adamw = ({"kind": "adamw"}, lambda p, lr: AdamW(p, lr=lr))


def warmup_cosine(o):
    return SequentialLR(o, [LinearLR(o, start_factor=0.1, total_iters=4), CosineAnnealingLR(o, STEPS - 4, 0.002)], [4])


# optimizer, rate, schedule in the file, PyTorch's scheduler, whether it is stepped per epoch, clipping
CASES = [
    (sgd, 0.05, {"kind": "constant"}, None, False, None),
    (sgd, 0.05, {"kind": "step", "stepSize": 1}, lambda o: StepLR(o, 1), True, None),
    (momentum, 0.05, {"kind": "step", "stepSize": 2, "gamma": 0.5}, lambda o: StepLR(o, 2, 0.5), True, None),
    (sgd, 0.05, {"kind": "cosine"}, lambda o: CosineAnnealingLR(o, STEPS), False, None),
    (adamw, 0.02, {"kind": "cosine", "minimum": 0.001}, lambda o: CosineAnnealingLR(o, STEPS, 0.001), False, None),
    (sgd, 0.05, {"kind": "warmup", "steps": 5}, lambda o: LinearLR(o, total_iters=5), False, None),
    (adam, 0.05, {"kind": "warmup", "steps": 4, "startFactor": 0.1, "after": "cosine", "minimum": 0.002}, warmup_cosine, False, None),
    (sgd, 0.01, {"kind": "oneCycle", "maximum": 0.1}, lambda o: OneCycleLR(o, 0.1, STEPS, div_factor=10, cycle_momentum=False), False, None),
    (adam, 0.02, {"kind": "oneCycle", "maximum": 0.06, "warmupShare": 0.5}, lambda o: OneCycleLR(o, 0.06, STEPS, pct_start=0.5, div_factor=3, cycle_momentum=False), False, None),
    (sgd, 0.05, None, None, False, {"norm": 1.0}),
    (momentum, 0.05, None, None, False, {"norm": 4.0}),
    (adam, 0.05, None, None, False, {"norm": 0.5}),
    (decay, 0.05, None, None, False, {"norm": 2.0}),
    (sgd, 0.05, None, None, False, {"norm": 1000.0}),
    (sgd, 0.05, None, None, False, {"value": 0.75}),
    (decay, 0.05, {"kind": "cosine"}, lambda o: CosineAnnealingLR(o, STEPS), False, {"value": 0.5}),
]


def run(make, rate, schedule, per_epoch, clip):
    w = torch.tensor(START, requires_grad=True)
    b = torch.tensor(BIAS, requires_grad=True)
    optimizer = make([w, b], rate)
    scheduler = schedule(optimizer) if schedule else None
    rates, steps = [], []
    for step in range(STEPS):
        optimizer.zero_grad()
        (torch.tensor(CURVATURE) * (w + b - torch.tensor(TARGET)) ** 2).sum().backward()
        if clip and "norm" in clip:
            torch.nn.utils.clip_grad_norm_([w, b], clip["norm"])
        elif clip:
            torch.nn.utils.clip_grad_value_([w, b], clip["value"])
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        steps.append(w.detach().flatten().tolist() + b.detach().tolist())
        if scheduler and (not per_epoch or (step + 1) % STEPS_PER_EPOCH == 0):
            scheduler.step()
    return {"rates": rates, "steps": steps}


print(json.dumps({
    "torch": torch.__version__,
    "start": START,
    "bias": BIAS,
    "curvature": CURVATURE,
    "target": TARGET,
    "epochs": EPOCHS,
    "stepsPerEpoch": STEPS_PER_EPOCH,
    "cases": [
        {
            "optimizer": {"kind": settings["kind"], "learningRate": rate, **settings},
            **({"schedule": schedule} if schedule else {}),
            **({"clip": clip} if clip else {}),
            **run(make, rate, torch_schedule, per_epoch, clip),
        }
        for (settings, make), rate, schedule, torch_schedule, per_epoch, clip in CASES
    ],
}, indent=1))
