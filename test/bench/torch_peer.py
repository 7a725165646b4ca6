"""The MNIST MLP step and square products by PyTorch on one thread; prints JSON. Run by bench.ts."""
import json
import os
import statistics
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)


def seconds(work, rounds=7):
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


model = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
loss = torch.nn.CrossEntropyLoss()
x, t = torch.rand(128, 784), torch.randint(0, 10, (128,))
STEPS = 20


def steps():
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(model(x), t).backward()
        optimizer.step()


def product(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    repeats = max(1, round(2e8 / (2 * n**3)))
    return repeats * 2 * n**3 / seconds(lambda: [a @ b for _ in range(repeats)]) / 1e9


# Debian's reference BLAS is ten times slower than OpenBLAS: the name says which one this was.
maps = open(f"/proc/{os.getpid()}/maps").read() if os.path.exists("/proc/self/maps") else ""
blas = "OpenBLAS" if "openblas" in maps else "MKL" if "mkl" in maps else "reference BLAS"
print(json.dumps({
    "name": f"PyTorch {torch.__version__} ({blas}, 1 thread)",
    "mlp": STEPS / seconds(steps),
    "gemm": {str(n): product(n) for n in (128, 512, 1024)},
}))
