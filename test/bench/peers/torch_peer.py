"""PyTorch on the machine's own Python. Reads one JSON request a line, answers in one line; see hosts/serve.ts."""
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

HEADS = 4


def w(p, x, t):
    h = torch.relu(x @ p["dense1.kernel"] + p["dense1.bias"])
    return F.cross_entropy(h @ p["dense2.kernel"] + p["dense2.bias"], t)


def cnn(p, x, t):
    for name in ("conv1", "conv2"):
        x = F.max_pool2d(torch.relu(F.conv2d(x, p[f"{name}.kernel"], p[f"{name}.bias"], padding=1)), 2)
    return F.cross_entropy(x.flatten(1) @ p["dense.kernel"] + p["dense.bias"], t)


def attention(p, x, t):
    batch, tokens, width = x.shape
    head = width // HEADS
    q, k, v = ((x @ p[name]).reshape(batch, tokens, HEADS, head).transpose(1, 2) for name in ("wq", "wk", "wv"))
    weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(head), -1)
    mixed = (weights @ v).transpose(1, 2).reshape(batch, tokens, width)
    return F.mse_loss(mixed @ p["wo"] + x, t)


def scalar(nodes):
    def loss(p, x, t):
        values = []
        for node in nodes:
            kind = node["op"]
            if kind == "parameter":
                values.append(p[node["name"]])
            elif kind == "constant":
                values.append(torch.tensor(node["value"]))
            elif kind == "tanh":
                values.append(torch.tanh(values[node["a"]]))
            else:
                values.append(getattr(torch, kind)(values[node["a"]], values[node["b"]]))
        return values[-1]

    return loss


class Training:
    def __init__(self, work):
        self.p = {n: t.requires_grad_() for n, t in work["parameters"].items()}
        self.batches = work["batches"]
        if work["id"] in ("w", "cnn"):
            # class numbers say the same as one-hot rows, and are what cross_entropy is fastest with
            self.batches = [{"x": b["x"], "t": b["t"].argmax(1)} for b in self.batches]
        self.loss_of = scalar(work["nodes"]) if work["id"] == "scalar" else globals()[work["id"]]
        rate = work["optimizer"]["learningRate"]
        if work["optimizer"]["kind"] == "rmsprop":
            self.optimizer = torch.optim.RMSprop(self.p.values(), lr=rate, alpha=work["rho"], eps=work["epsilon"])
        else:
            self.optimizer = torch.optim.SGD(self.p.values(), lr=rate)
        self.at = 0

    def step(self):
        batch = self.batches[self.at % len(self.batches)]
        self.at += 1
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = self.loss_of(self.p, batch.get("x"), batch.get("t"))
        self.loss.backward()
        self.optimizer.step()

    def result(self):
        return [self.loss.item()]


class Computation:
    def __init__(self, work):
        self.inputs, self.options, self.links = work["inputs"], work["options"], work["links"]
        self.step = self.gemm if work["id"] == "gemm" else self.chain

    def gemm(self):
        a, b = self.inputs["a"], self.inputs["b"]
        self.out = (a.T if self.options["transA"] else a) @ (b.T if self.options["transB"] else b)

    def chain(self):
        y = self.inputs["x"]
        for _ in range(self.links):
            y = torch.tanh(y * 1.1 + 0.1)
        self.out = y

    def result(self):
        return self.out.flatten().tolist()


def tensors(value, folder):
    """Tensors travel as files of float32 beside the request."""
    if isinstance(value, list):
        return [tensors(v, folder) for v in value]
    if not isinstance(value, dict):
        return value
    if "file" in value:
        return torch.from_numpy(np.fromfile(folder / value["file"], dtype=np.float32).reshape(value["shape"]))
    return {k: tensors(v, folder) for k, v in value.items()}


def blas():
    """Debian's reference BLAS is ten times slower than OpenBLAS: the name says which one is really loaded."""
    torch.rand(64, 64) @ torch.rand(64, 64)
    maps = Path("/proc/self/maps")
    text = maps.read_text() if maps.exists() else torch.__config__.show().lower()
    return "OpenBLAS" if "openblas" in text else "MKL" if "mkl" in text else "reference BLAS"


session = None


def answer(request):
    global session
    kind = request["kind"]
    if kind == "open":
        torch.set_num_threads(request["threads"])
        return {"device": f"PyTorch {torch.__version__}, {blas()}"}
    if kind == "start":
        folder = Path(request["folder"])
        work = tensors(json.loads((folder / "workload.json").read_text()), folder)
        session = (Training if work["kind"] == "training" else Computation)(work)
        return {}
    if kind == "check":
        results = []
        for _ in range(request["steps"]):
            session.step()
            results.append(session.result())
        return {"results": results}
    if kind == "time":
        start = time.perf_counter()
        for _ in range(request["steps"]):
            session.step()
        return {"seconds": time.perf_counter() - start}
    session = None
    return {}


for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
