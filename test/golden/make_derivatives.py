"""Jacobians and Hessians by PyTorch, in float64: what test/golden/derivatives.test.ts compares with.

Run with a Python that has PyTorch: python3 test/golden/make_derivatives.py > test/golden/derivatives.json
"""
import json

import torch
from torch.autograd.functional import hessian, jacobian
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)


def flat(t):
    return t.detach().flatten().tolist()


def blocks(matrix, sizes):
    """torch's tuple of tuples of blocks as one square matrix, row-major."""
    rows = [torch.cat([matrix[i][j].reshape(sizes[i], sizes[j]) for j in range(len(sizes))], 1) for i in range(len(sizes))]
    return flat(torch.cat(rows, 0))


# Softmax of logits with regard to the logits.
logits = torch.randn(2, 4)
softmax = {"logits": logits.tolist(), "jacobian": flat(jacobian(lambda x: torch.softmax(x, -1), logits))}

# Two layers: loss = mean((tanh(x @ w1 + b1) @ w2 + b2 - t)^2).
x, t = torch.randn(5, 3), torch.randn(5, 2)
w1, b1, w2, b2 = torch.randn(3, 4), torch.randn(4), torch.randn(4, 2), torch.randn(2)


def net(w1, b1, w2, b2):
    return torch.tanh(x @ w1 + b1) @ w2 + b2


def net_loss(*p):
    return F.mse_loss(net(*p), t)


weights = (w1, b1, w2, b2)
sizes = [w.numel() for w in weights]
two_layers = {
    "x": x.tolist(),
    "t": t.tolist(),
    "w1": w1.tolist(),
    "b1": b1.tolist(),
    "w2": w2.tolist(),
    "b2": b2.tolist(),
    "jacobians": [{"wrt": name, "data": flat(j)} for name, j in zip(["w1", "b1", "w2", "b2"], jacobian(net, weights))],
    "hidden": flat(jacobian(lambda w: torch.tanh(x @ w + b1), w1)),
    "hessian": blocks(hessian(net_loss, weights), sizes),
}

# Logistic regression: loss = mean BCE of sigmoid(x @ w + b).
# With so much noise no line divides the classes, so there is an optimum.
lx = torch.randn(24, 3)
lt = (lx @ torch.tensor([[1.0], [-2.0], [0.5]]) + 3 * torch.randn(24, 1) > 0).double()
lw, lb = torch.randn(3, 1), torch.randn(1)


def logistic_loss(w, b):
    return F.binary_cross_entropy_with_logits(lx @ w + b, lt)


# The optimum, for Newton's method.
ow, ob = lw.clone().requires_grad_(), lb.clone().requires_grad_()
optimizer = torch.optim.LBFGS([ow, ob], max_iter=500, tolerance_grad=1e-13, tolerance_change=1e-16, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    value = logistic_loss(ow, ob)
    value.backward()
    return value


for _ in range(5):
    optimizer.step(closure)

logistic = {
    "x": lx.tolist(),
    "t": lt.tolist(),
    "w": lw.tolist(),
    "b": lb.tolist(),
    "hessian": blocks(hessian(logistic_loss, (lw, lb)), [3, 1]),
    "optimum": {"w": flat(ow), "b": flat(ob), "loss": logistic_loss(ow, ob).item(), "gradient": ow.grad.abs().max().item()},
}

print(json.dumps({"torch": torch.__version__, "softmax": softmax, "twoLayers": two_layers, "logistic": logistic}, indent=1))
