"""Golden values: every operator and ten composed graphs, computed by PyTorch in float64.

    apt-get install python3-torch     # Debian's, or any other PyTorch from 1.13 on
    python3 test/golden/make_golden.py

writes operators.json and graphs.json beside this file; golden.test.ts reads them, PyTorch itself is not needed there.
Inputs are multiples of 1/1024: exact in float32 and short in the file. Results have as many digits as a double needs.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent
random = np.random.RandomState(1986)


def draw(shape, low=-2.0, high=2.0):
    return np.round(random.uniform(low, high, shape) * 1024) / 1024


def draw_kind(kind, shape, domain):
    """None: numbers of the domain; else what a test's sample calls its kind."""
    if kind is None:
        return draw(shape, *domain)
    if isinstance(kind, (list, np.ndarray)):
        return np.array(kind, dtype=float).reshape(shape)
    if kind == "binary":
        return random.randint(0, 2, shape).astype(float)
    if kind == "sign":
        return random.randint(0, 2, shape) * 2.0 - 1
    if kind == "distribution":
        # Eighths, so that each row adds up to 1 exactly.
        rows = [np.diff(np.sort(np.append(random.choice(np.arange(1, 64), shape[-1] - 1, False), [0, 64]))) / 64
                for _ in range(int(np.prod(shape[:-1])))]
        return np.array(rows).reshape(shape)
    if kind == "one-hot":
        return np.eye(shape[-1])[random.randint(0, shape[-1], shape[:-1])]
    return random.randint(0, kind, shape).astype(float)  # indices below a number


def pack(t):
    a = np.asarray(t.detach() if isinstance(t, torch.Tensor) else t, dtype=float)
    return {"shape": list(a.shape), "data": [int(v) if v == int(v) and abs(v) < 2**53 else v for v in a.ravel().tolist()]}


operators = []


def op(kind, f, *cases, names=None, parameters=()):
    """f(inputs…, attributes) for each case {s: shapes, a: attributes, d: domain, k: kinds, p: parameter shapes}.

    kept: running statistics and their shapes, which f changes in place where the case is one of training.
    """
    for case in cases:
        shapes, attributes = case["s"], case.get("a", {})
        kinds = case.get("k", [None] * len(shapes))
        domain = case.get("d", (-2, 2))
        domains = domain if isinstance(domain, list) else [domain] * len(shapes)
        given = names or (["x"] if len(shapes) == 1 else ["a", "b", "c"])
        if given == "x…":
            given = [f"x{i}" for i in range(len(shapes))]
        values = {n: draw_kind(k, s, d) for n, k, s, d in zip(given, kinds, shapes, domains)}
        own = {n: draw(s, -1, 1) for n, s in zip(parameters, case.get("p", []))}
        feeds = {n: np.array(v, dtype=float) for n, v in case.get("feeds", {}).items()}
        kept = {n: draw(s, 0.5, 2) for n, s in case.get("kept", {}).items()}
        tensors = {n: torch.tensor(v) for n, v in {**values, **own, **feeds, **kept}.items()}
        smooth = [n for n, k in zip(given, kinds) if not isinstance(k, int) and n not in case.get("fixed", [])]
        for n in smooth + list(own):
            tensors[n].requires_grad_(True)
        out = f(*tensors.values(), attributes)
        upstream = draw(tuple(out.shape), 0.5, 1.5)
        gradients = {}
        if out.requires_grad:
            leaves = smooth + list(own)
            grads = torch.autograd.grad((out * torch.tensor(upstream)).sum(), [tensors[n] for n in leaves], allow_unused=True)
            gradients = {n: pack(g) for n, g in zip(leaves, grads) if g is not None}
        record = {"op": kind, "attributes": attributes, "inputs": {n: pack(v) for n, v in values.items()}}
        indices = [n for n, k in zip(given, kinds) if isinstance(k, int)]
        if indices:
            record["indices"] = indices
        if "fixed" in case:
            record["fixed"] = case["fixed"]
        if own:
            record["parameters"] = {n: pack(v) for n, v in own.items()}
        if feeds:
            record["feeds"] = {n: pack(v) for n, v in feeds.items()}
        if case.get("training"):
            record["training"] = True
        if kept:
            record["kept"] = {n: pack(v) for n, v in kept.items()}
            if case.get("training"):
                record["after"] = {n: pack(tensors[n]) for n in kept}
        record |= {"upstream": pack(upstream), "output": pack(out), "gradients": gradients}
        operators.append(record)


def S(*shapes, **more):
    return {"s": [tuple(s) for s in shapes], **more}


def at(*values, **more):
    """One vector of these very numbers, for kinks and extremes."""
    return {"s": [(len(values),)], "k": [list(values)], **more}


def pair(a, b, **more):
    return {"s": [(len(a),), (len(b),)], "k": [list(a), list(b)], **more}


# Arithmetic

TWO = [S((), ()), S((2, 3), (3,)), S((2, 1), (1, 3)), S((3,), (2, 2, 3)), S((2, 1, 2, 1, 2), (3, 1, 2, 1)), S((0, 3), (3,))]
TIES = pair([-1, 0, 0.5, 2], [-1, 0.25, 0.5, 1])


def over(cases, domain):
    return [{**c, "d": domain} for c in cases]


op("Add", lambda a, b, _: a + b, *TWO)
op("Sub", lambda a, b, _: a - b, *TWO)
op("Mul", lambda a, b, _: a * b, *TWO)
op("Div", lambda a, b, _: a / b, *over(TWO, [(-2, 2), (0.5, 2)]))
op("Pow", lambda a, b, _: a**b, *over(TWO, [(0.5, 2), (-2, 2)]), pair([0, 0, 0, 2, 1.5], [0, 2, 1, 3, -2]))
op("Max", lambda a, b, _: torch.maximum(a, b), *TWO, TIES)
op("Min", lambda a, b, _: torch.minimum(a, b), *TWO, TIES)

ONE = [S(()), S((4,)), S((2, 3)), S((2, 1, 3, 1, 2)), S((0, 2))]
KINK = at(-1.5, -1, 0, 0.5, 1)
op("Neg", lambda x, _: -x, *ONE)
op("Abs", lambda x, _: x.abs(), *ONE, KINK)
op("Exp", lambda x, _: x.exp(), *ONE, at(-100, -20, 0, 5))
op("Log", lambda x, _: x.log(), *over(ONE, (0.2, 3)))
op("Sqrt", lambda x, _: x.sqrt(), *over(ONE, (0.2, 3)))
op("Reciprocal", lambda x, _: 1 / x, *over(ONE, (0.5, 2)))
op("Sign", lambda x, _: x.sign(), *ONE, KINK)
op("Floor", lambda x, _: x.floor(), *ONE, KINK)
op("Ceil", lambda x, _: x.ceil(), *ONE, KINK)
op("Sin", lambda x, _: x.sin(), *ONE, at(-20, 0, 10))
op("Cos", lambda x, _: x.cos(), *ONE, at(-20, 0, 10))
op("Tan", lambda x, _: x.tan(), *over(ONE, (-1.2, 1.2)))
op("Erf", lambda x, _: torch.erf(x), *ONE, at(-7, -4, -0.5, 0, 0.5, 3, 5.75))
op("Clip", lambda x, a: x.clamp(a.get("min"), a.get("max")) if a else x * 1, *ONE, KINK, S((6,), a={"min": -0.5, "max": 0.25}), S((6,), a={"min": 0.1}), S((6,), a={"max": 0.1}))
op("Sum", lambda *v: sum(v[:-1]), S((3,)), S((), (2, 3)), S((2, 3), (3,), (2, 1)), S((2, 1, 2), (2, 1), (), (1,)), S((0, 2), (2,)), names="x…")

# Logic and routing

op("Equal", lambda a, b, _: (a == b).double(), *TWO, TIES)
op("Greater", lambda a, b, _: (a > b).double(), *TWO, TIES)
op("Less", lambda a, b, _: (a < b).double(), *TWO, TIES)
op("Where", lambda c, a, b, _: torch.where(c != 0, a, b), S((3,), (3,), (3,), k=["binary", None, None]),
   S((2, 1), (2, 3), (), k=["binary", None, None]), S((), (2,), (2,), k=["binary", None, None]), names=["condition", "a", "b"])
op("Identity", lambda x, _: x * 1, *ONE)
op("StopGradient", lambda x, _: x.detach(), *ONE)
op("Repeat", lambda x, a: x.expand(a.get("repeats", 2), *x.shape), S((2, 3), a={"repeats": 3}), S(()), S((2, 1, 2, 2), a={"repeats": 1}))

# Products

MATMUL = [S((2, 3), (3, 4)), S((3,), (3,)), S((3,), (3, 2)), S((2, 3), (3,)), S((2, 3, 4), (4, 2)), S((2, 1, 2, 3), (4, 3, 2)),
          S((3,), (2, 3, 2)), S((2, 0), (0, 3)), S((17, 33), (33, 5))]
op("MatMul", lambda a, b, _: a @ b, *MATMUL)
op("Dot", lambda a, b, _: torch.tensordot(a, b, dims=([-1], [-1])), S((3,), (3,)), S((2, 3), (3,)), S((2, 3), (4, 3)),
   S((2, 1, 3), (2, 2, 3)), S((3,), (2, 1, 2, 3)), S((2, 0), (3, 0)))
op("Outer", lambda a, b, _: torch.tensordot(a, b, dims=0), S((3,), (4,)), S((), (2,)), S((), ()), S((2, 3), (2,)), S((2, 1), (2, 1, 2)))


def gemm(*v):
    a, b, *c, t = v
    a, b = (a.T if t.get("transA") else a), (b.T if t.get("transB") else b)
    y = t.get("alpha", 1) * (a @ b)
    return y + t.get("beta", 1) * c[0] if c else y


op("Gemm", gemm, S((2, 3), (3, 4), (4,)), S((2, 3), (3, 4), (), a={"alpha": 0.5, "beta": -2}),
   S((3, 2), (3, 4), (2, 4), a={"transA": 1, "beta": 3}), S((2, 3), (4, 3), (2, 1), a={"transB": 1}),
   S((3, 2), (4, 3), a={"transA": 1, "transB": 1, "alpha": -1}))


def E(equation, *shapes):
    return S(*shapes, a={"equation": equation})


op("Einsum", lambda *v: torch.einsum(v[-1]["equation"], *v[:-1]), E("ij,jk->ik", (2, 3), (3, 4)), E("ij->ji", (2, 3)),
   E("ij->", (2, 3)), E("ii->i", (3, 3)), E("ii", (3, 3)), E("i,j->ij", (3,), (4,)), E("bqd,bkd->bqk", (2, 3, 4), (2, 5, 4)),
   E("ij,jk,k->i", (2, 3), (3, 2), (2,)), E("...ij,...jk->...ik", (2, 1, 3, 4), (2, 4, 2)), E("ij,kl->jk", (2, 3), (4, 3)),
   E("bij,bjk", (2, 3, 2), (2, 2, 3)), E("zba->abz", (2, 3, 2)), E("b...i,i->...b", (2, 3, 2, 4), (4,)), names="x…")

# Shapes

op("Reshape", lambda x, a: x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(a["shape"])]),
   S((2, 6), a={"shape": [3, 4]}), S((2, 6), a={"shape": [0, -1, 2]}), S((), a={"shape": [1]}))
op("Flatten", lambda x, a: x.reshape(int(np.prod(x.shape[: a.get("axis", 1)])), -1), S((2, 3, 2)), S((2, 3, 2), a={"axis": 0}), S((2, 3, 2), a={"axis": -1}))
op("Transpose", lambda x, a: x.permute(a.get("perm", list(range(x.dim()))[::-1])), S((2, 3)), S((2, 3, 4), a={"perm": [1, 2, 0]}), S(()),
   S((2, 1, 3, 1, 2), a={"perm": [4, 0, 2, 1, 3]}))
op("Squeeze", squeeze := lambda x, a: x.squeeze() if "axes" not in a else x.squeeze(a["axes"][0]), S((1, 3, 1)), S((1, 3, 1), a={"axes": [-1]}))
op("Unsqueeze", unsqueeze := lambda x, a: x.reshape({(0,): (1, *x.shape), (1, -1): (*x.shape[:1], 1, *x.shape[1:], 1)}[tuple(a["axes"])]), S((2, 3), a={"axes": [0]}), S((2, 3), a={"axes": [1, -1]}))
op("Expand", lambda x, a: torch.broadcast_to(x, torch.broadcast_shapes(x.shape, a["shape"])), S((3, 1), a={"shape": [2, 1, 4]}), S((), a={"shape": [2]}), S((2, 3), a={"shape": [1]}))
op("Concat", lambda *v: torch.cat(v[:-1], v[-1].get("axis", 0)), S((2, 3), (2, 3)), S((2, 3), (2, 1), (2, 2), a={"axis": -1}), S((0, 2), (3, 2)), names="x…")
op("Stack", lambda *v: torch.stack(v[:-1], v[-1].get("axis", 0)), S((3,), (3,)), S((), (), ()), S((2, 3), (2, 3), a={"axis": -1}), S((2, 1, 2), (2, 1, 2), a={"axis": 1}), names="x…")


def slices(x, a):
    axes = a.get("axes", list(range(len(a["starts"]))))
    for i, axis in enumerate(axes):
        cut = slice(a["starts"][i], a["ends"][i], a.get("steps", [1] * len(axes))[i])
        x = x.index_select(axis, torch.tensor(list(range(x.shape[axis]))[cut], dtype=torch.long))
    return x


op("Slice", slices, S((5,), a={"starts": [1], "ends": [4]}), S((4, 6), a={"starts": [1, -1], "ends": [2**31 - 1, -7], "steps": [2, -2]}),
   S((2, 3, 4), a={"starts": [-3], "ends": [-1], "axes": [-1]}), S((2, 1, 4, 1, 3), a={"starts": [3, 0], "ends": [-5, 2], "axes": [2, 4], "steps": [-1, 1]}),
   S((3, 2), a={"starts": [2], "ends": [1]}), S((7,), a={"starts": [100], "ends": [-100], "steps": [-3]}))


def pad(x, a):
    mode, n = a.get("mode", "constant"), x.dim()
    ends = [(a["pads"][i], a["pads"][i + n]) for i in range(n)]
    if mode == "constant":
        return F.pad(x, [p for e in reversed(ends) for p in e], value=a.get("value", 0))
    for axis, e in enumerate(ends):
        x = x.index_select(axis, torch.tensor(np.pad(np.arange(x.shape[axis]), e, mode=mode)))
    return x


op("Pad", pad, S((3,), a={"pads": [1, 2]}), S((2, 3), a={"pads": [0, 1, 2, 0], "value": -1.5}), S((4, 3), a={"pads": [-1, 2, 0, -1]}),
   S((2, 4), a={"pads": [0, 2, 0, 3], "mode": "reflect"}), S((1, 2, 3, 3), a={"pads": [0, 0, 1, 2, 0, 0, 2, 1], "mode": "reflect"}),
   S((3, 2), a={"pads": [1, 2, 0, 3], "mode": "edge"}), S((0, 2), a={"pads": [1, 0, 0, 1]}))
op("Pad", lambda x, a: F.pad(x, (2, 1, 1, 2), mode="reflect"), S((1, 2, 3, 4), a={"pads": [0, 0, 1, 2, 0, 0, 2, 1], "mode": "reflect"}))
op("Pad", lambda x, a: F.pad(x, (2, 1, 1, 2), mode="replicate"), S((1, 2, 3, 4), a={"pads": [0, 0, 1, 2, 0, 0, 2, 1], "mode": "edge"}))


def gather(x, i, a):
    axis = a.get("axis", 0) % x.dim()
    n = x.shape[axis]
    y = x.index_select(axis, i.reshape(-1).long() % n)
    return y.reshape(x.shape[:axis] + i.shape + x.shape[axis + 1:])


G = ["x", "indices"]
op("Gather", gather, S((4,), (3,), k=[None, 4]), S((4, 3), (2, 5), k=[None, 4]), S((2, 4, 3), (5,), k=[None, 4], a={"axis": 1}),
   S((3, 4), (), k=[None, 4], a={"axis": -1}), S((2, 3), (0,), k=[None, 3], a={"axis": 1}), S((3, 1, 2, 2), (2, 2), k=[None, 3]), names=G)

# Reductions

RED = [S((2, 3, 4)), S((2, 3, 4), a={"axes": [1]}), S((2, 3, 4), a={"axes": [0, -1], "keepdims": 1}), S(()), S((2, 1, 3, 2, 2), a={"axes": [1, 3]})]
TIED = {"s": [(2, 3)], "k": [[[1, 2, 2], [0, -1, 0]]], "a": {"axes": [1]}}


def reduce(f):
    def g(x, a):
        axes = [i % x.dim() for i in a.get("axes", range(x.dim()))]
        kept = [i for i in range(x.dim()) if i not in axes]
        y = f(x.permute(kept + axes).reshape([x.shape[i] for i in kept] + [-1]))
        return y.reshape([1 if i in axes else d for i, d in enumerate(x.shape)]) if a.get("keepdims") else y
    return g


op("ReduceSum", reduce(lambda x: x.sum(-1)), *RED)
op("ReduceMean", reduce(lambda x: x.mean(-1)), *RED)
op("ReduceMax", reduce(lambda x: x.amax(-1)), *RED, TIED)
op("ReduceMin", reduce(lambda x: x.amin(-1)), *RED, TIED)
op("ReduceProd", reduce(lambda x: x.prod(-1)), *RED, {"s": [(4, 3)], "k": [[[1, 2, -1.5], [0, 2, 3], [0, 0, 2], [0, 0, 0]]], "a": {"axes": [1]}})
op("ReduceL2", reduce(lambda x: torch.linalg.vector_norm(x, dim=-1)), *RED, {"s": [(2, 2)], "k": [[[0, 0], [3, -4]]], "a": {"axes": [1]}})
op("ArgMax", lambda x, a: x.argmax(a.get("axis", 0), keepdim=bool(a.get("keepdims"))).double(), S((3, 4), a={"axis": 1}), S((3, 4), a={"axis": -2, "keepdims": 1}), S((4,)))

# Activations

FAR = at(-1000, -30, -3, -1, 0, 1, 3, 30, 1000)
op("Relu", lambda x, _: F.relu(x), *ONE, FAR)
op("LeakyRelu", lambda x, a: F.leaky_relu(x, a.get("alpha", 0.01)), *ONE, FAR, S((5,), a={"alpha": 0.3}))
op("Elu", lambda x, a: F.elu(x, a.get("alpha", 1.0)), *ONE, FAR, at(-1, 0, 1, a={"alpha": 0.5}))
op("Selu", lambda x, a: 1.0507010221481323 * torch.where(x > 0, x, 1.6732631921768188 * torch.expm1(x.clamp(max=0))), *ONE, at(-30, -3, -1, 1, 30))
op("Selu", lambda x, a: F.selu(x), at(-1000, -3, -1, 0, 1, 30, a={"alpha": 1.6732632423543772848170429916717, "gamma": 1.0507009873554804934193349852946}))
op("Sigmoid", lambda x, _: torch.sigmoid(x), *ONE, FAR)
op("HardSigmoid", lambda x, a: F.relu(0.2 * x + 0.5) - F.relu(0.2 * x - 0.5), *ONE, S((9,), d=(-4, 4)))
# F.hardsigmoid itself has a slope of 1/6 in float32.
op("HardSigmoid", lambda x, a: F.relu6(x + 3) / 6, at(-1000, -3, -1, 0, 1, 3, 1000, a={"alpha": 1 / 6, "beta": 0.5}))
op("Tanh", lambda x, _: torch.tanh(x), *ONE, FAR)
op("Softplus", lambda x, _: torch.logaddexp(x, torch.zeros(())), *ONE, FAR)
op("Softsign", lambda x, _: F.softsign(x), *ONE, FAR)
op("Gelu", lambda x, a: F.gelu(x, approximate=a.get("approximate", "none")), *ONE, FAR, *[{**c, "a": {"approximate": "tanh"}} for c in [*ONE, FAR]])
op("Silu", lambda x, _: F.silu(x), *ONE, FAR)
op("Mish", lambda x, _: F.mish(x), *ONE, FAR)
op("Step", lambda x, _: (x > 0).double(), *ONE, FAR)
SOFT = [S((4,)), S((3, 5)), S((2, 3, 4), a={"axis": 1}), S((2, 3), d=(-60, 60)), {"s": [(2, 3)], "k": [[[1000, 0, -1000], [-1000, -1000, 999]]]}]
op("Softmax", lambda x, a: F.softmax(x, a.get("axis", -1)), *SOFT)
op("LogSoftmax", lambda x, a: F.log_softmax(x, a.get("axis", -1)), *SOFT)

# Losses

REDUCTIONS = [{}, {"reduction": "sum"}, {"reduction": "none"}]
PT = ["prediction", "target"]


def losses(kinds, domain=(-2, 2), shapes=((4,), (3, 2), (2, 2, 2)), **more):
    return [S(s, s, a={**r, **more}, k=kinds, d=domain) for s, r in zip(shapes, REDUCTIONS)]


def how(a):
    return a.get("reduction", "mean")


def total(each, a):
    return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[how(a)](each)


op("MeanSquaredError", lambda p, t, a: F.mse_loss(p, t, reduction=how(a)), *losses([None, None]), names=PT)
op("MeanAbsoluteError", lambda p, t, a: F.l1_loss(p, t, reduction=how(a)), *losses([None, None]), pair([1, 0, 2], [1, 0, 0]), names=PT)
op("Huber", lambda p, t, a: F.huber_loss(p, t, reduction=how(a), delta=a.get("delta", 1.0)), *losses([None, None]), *losses([None, None], delta=0.375),
   pair([1, 0, 3, -5], [0, 0, 2, 0]), names=PT)
op("BinaryCrossEntropy", lambda p, t, a: F.binary_cross_entropy(p, t, reduction=how(a)), *losses([None, "binary"], (0.1, 0.9)),
   # PyTorch guards the loss and its gradient, but not the gradient of the target, which is infinite here.
   pair([0, 0, 1, 1], [0, 1, 0, 1]) | {"fixed": ["target"]}, names=PT)
op("BinaryCrossEntropy", lambda p, t, a: total(-(t * p.log().clamp(min=-100) + (1 - t) * (1 - p).log().clamp(min=-100)), a), *losses([None, None], (0.1, 0.9)), names=PT)
op("BinaryCrossEntropyWithLogits", lambda p, t, a: F.binary_cross_entropy_with_logits(p, t, reduction=how(a)), *losses([None, "binary"], (-3, 3)),
   pair([-1000, -1000, 0, 0, 1000, 1000], [0, 1, 0, 1, 0, 1]), pair([-1000, -30, 0, 30, 1000], [0, 1, 0.5, 1, 0]) | {"a": {"reduction": "none"}}, names=PT)
ROWS = ((4, 3), (2, 2, 3), (3, 4))
op("CategoricalCrossEntropy", lambda p, t, a: total(-(t * p.log()).sum(-1), a), *losses(["distribution", "one-hot"], shapes=ROWS),
   *losses(["distribution", "distribution"], shapes=ROWS), S((3,), (3,), k=["distribution", "one-hot"]), names=PT)
op("CategoricalCrossEntropy", lambda p, t, a: F.nll_loss(p.log(), t.long(), reduction=how(a)), *[S((4, 3), (4,), k=["distribution", 3], a=r) for r in REDUCTIONS], names=PT)
op("SoftmaxCrossEntropyLoss", lambda p, t, a: total(-(t * F.log_softmax(p, -1)).sum(-1), a), *losses([None, "distribution"], shapes=ROWS), S((3,), (3,), k=[None, "one-hot"]),
   {"s": [(2, 3), (2, 3)], "k": [[[1000, 0, -1000], [-1000, 1000, 999]], [[1, 0, 0], [0, 0, 1]]]}, names=PT)
op("SoftmaxCrossEntropyLoss", lambda p, t, a: F.cross_entropy(p, t.long(), reduction=how(a)), *[S((4, 3), (4,), k=[None, 3], a=r) for r in REDUCTIONS], names=PT)
op("NegativeLogLikelihoodLoss", lambda p, t, a: F.nll_loss(p, t.long(), reduction=how(a)), *[S((4, 3), (4,), k=[None, 3], a=r) for r in REDUCTIONS], names=PT)
op("NegativeLogLikelihoodLoss", lambda p, t, a: F.nll_loss(p.movedim(-1, 1), t.long(), reduction=how(a)), *[S((2, 3, 4), (2, 3), k=[None, 4], a=r) for r in REDUCTIONS], names=PT)
op("Hinge", lambda p, t, a: total(F.relu(1 - t * p), a), *losses([None, "sign"]), pair([1, -1, 0.5, 3], [1, -1, -1, 1]), names=PT)
op("KLDivergence", lambda p, t, a: total(F.kl_div(p.log(), t, reduction="none").sum(-1), a), *losses(["distribution", "distribution"], shapes=ROWS), names=PT)

# Metrics

op("Accuracy", lambda p, t, a: (p.argmax(-1) == t.argmax(-1)).double().mean(), S((6, 3), (6, 3), k=[None, "one-hot"]), S((2, 3, 4), (2, 3, 4), k=[None, "one-hot"]), names=PT)
op("Accuracy", lambda p, t, a: (p.argmax(-1) == t.long()).double().mean(), S((5, 3), (5,), k=[None, 3]), names=PT)
op("BinaryAccuracy", binary_accuracy := lambda p, t, a: ((p > a.get("threshold", 0.5)).double() == t).double().mean(), S((6,), (6,), k=[None, "binary"]),
   S((3, 2), (3, 2), k=[None, "binary"], a={"threshold": 0}), names=PT)

# Convolution, pooling, normalisation

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
MAXP = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


def padded(x, a, value=0.0):
    n = x.dim() - 2
    p = a.get("pads", [0] * 2 * n)
    return F.pad(x, [v for i in reversed(range(n)) for v in (p[i], p[i + n])], value=value)


def conv(*v):
    x, w, *bias, a = v
    n = x.dim() - 2
    return CONV[n](padded(x, a), w, bias[0] if bias else None, a.get("strides", [1] * n), 0, a.get("dilations", [1] * n), a.get("group", 1))


CONVS = [
    S((2, 2, 4, 4), (3, 2, 3, 3), (3,)), S((1, 1, 5, 4), (2, 1, 2, 3), a={"strides": [2, 1], "pads": [1, 0, 1, 2]}),
    S((1, 2, 6, 5), (2, 2, 2, 2), (2,), a={"dilations": [2, 3], "strides": [1, 2]}), S((2, 4, 3, 3), (4, 2, 2, 2), (4,), a={"group": 2}),
    S((1, 3, 3, 3), (3, 1, 3, 3), a={"group": 3, "pads": [1, 1, 1, 1]}), S((2, 2, 6), (3, 2, 3), (3,), a={"strides": [2]}),
    S((1, 1, 3, 3, 2), (2, 1, 2, 2, 1), (2,)),
]
op("Conv", conv, *CONVS, names=["x", "kernel", "bias"])

KS = {"kernel_shape": [2, 2]}
POOLS = [
    S((2, 2, 4, 4), a={**KS, "strides": [2, 2]}), S((1, 2, 4, 5), a=KS), S((1, 1, 5, 5), a={"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    S((2, 1, 5, 3), a={"kernel_shape": [3, 2], "pads": [2, 0, 0, 1]}), S((1, 2, 7), a={"kernel_shape": [3], "strides": [2]}), S((1, 1, 2, 3, 2), a={"kernel_shape": [2, 2, 1]}),
]
SAME = {"s": [(1, 1, 3, 4)], "k": [[[1, 1, 2, 2], [1, 1, 2, 0], [-1, -1, -1, -1]]], "a": KS}
op("MaxPool", lambda x, a: MAXP[x.dim() - 2](padded(x, a, -math.inf), a["kernel_shape"], a.get("strides", [1] * (x.dim() - 2))), *POOLS, SAME)


def average(x, a):
    n, k = x.dim() - 2, a["kernel_shape"]
    one = torch.ones([x.shape[1], 1, *k])
    run = lambda v: CONV[n](v, one, None, a.get("strides", [1] * n), groups=x.shape[1])
    count = torch.ones_like(padded(x, a)) if a.get("count_include_pad") else padded(torch.ones_like(x), a)
    return run(padded(x, a)) / run(count)


op("AveragePool", average, *POOLS, S((1, 2, 4, 4), a={"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}))
op("AveragePool", lambda x, a: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), S((2, 1, 5, 5), a={"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}))
op("GlobalAveragePool", lambda x, _: x.mean(list(range(2, x.dim())), keepdim=True), S((2, 3, 4, 2)), S((1, 2, 5)), S((2, 1, 2, 2, 3)))
op("Dropout", lambda x, m, _: x * m, S((2, 3), feeds={"mask": [[2, 0, 2], [0, 0, 2]]}), S((4,), a={"ratio": 0.25}, feeds={"mask": [0, 4 / 3, 4 / 3, 4 / 3]}),
   S((), feeds={"mask": 1}), names=["x"])

# An offset at which PyTorch itself still has the digits.
OFF = {"d": [(998, 1002), (-2, 2), (-2, 2)]}
NORM = ["x", "scale", "bias"]
op("BatchNormalization", lambda x, w, b, a: F.batch_norm(x, None, None, w, b, True, eps=a.get("epsilon", 1e-5)), S((4, 3), (3,), (3,)), S((2, 3, 2, 2), (3,), (3,)),
   S((5, 2, 3), (2,), (2,), a={"epsilon": 0.125}), S((2, 2, 1, 3, 2), (2,), (2,)), S((6, 2), (2,), (2,), **OFF), names=NORM)


def layer_norm(*v):
    x, w, *b, a = v
    axis = a.get("axis", -1) % x.dim()
    return F.layer_norm(x, x.shape[axis:], w, b[0] if b else None, a.get("epsilon", 1e-5))


op("LayerNormalization", layer_norm, S((4,), (4,), (4,)), S((3, 5), (5,), (5,)), S((2, 3, 4), (3, 4), (3, 4), a={"axis": 1}), S((3, 4), (4,)),
   S((2, 1, 2, 3, 2), (2,), (2,), a={"epsilon": 0.125}), S((2, 16), (16,), (16,), **OFF), names=NORM)

# Layers that own their parameters

ACTIVATIONS = {
    "linear": lambda x: x, "relu": F.relu, "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "elu": F.elu, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros(())), "softsign": F.softsign, "gelu": F.gelu, "silu": F.silu, "mish": F.mish,
    "softmax": lambda x: F.softmax(x, -1), "log_softmax": lambda x: F.log_softmax(x, -1),
    "hard_sigmoid": lambda x: (0.2 * x + 0.5).clamp(0, 1), "selu": lambda x: 1.0507010221481323 * torch.where(x > 0, x, 1.6732631921768188 * torch.expm1(x.clamp(max=0))),
}


def active(a):
    return ACTIVATIONS[a.get("activation", "linear")]


op("Dense", lambda x, w, b, a: active(a)(x @ w + b), S((2, 3), a={"units": 4}, p=[(3, 4), (4,)]), S((2, 2, 3), a={"units": 2, "activation": "softmax"}, p=[(3, 2), (2,)]),
   *[S((2, 3), a={"units": 2, "activation": n}, p=[(3, 2), (2,)]) for n in ACTIVATIONS], parameters=["kernel", "bias"])
op("Dense", lambda x, w, a: active(a)(x @ w), S((2, 3), a={"units": 2, "activation": "tanh", "useBias": False}, p=[(3, 2)]), S((3,), a={"units": 2, "useBias": False}, p=[(3, 2)]), parameters=["kernel"])
op("Conv2D", lambda x, w, b, a: active(a)(conv(x, w, b, a)), S((2, 1, 4, 4), a={"filters": 2}, p=[(2, 1, 3, 3), (2,)]),
   S((1, 2, 3, 3), a={"filters": 2, "kernel_shape": [2, 1], "dilations": [2, 1], "group": 2, "activation": "sigmoid"}, p=[(2, 1, 2, 1), (2,)]), parameters=["kernel", "bias"])
op("Conv2D", lambda x, w, a: active(a)(conv(x, w, a)),
   S((1, 2, 5, 4), a={"filters": 3, "kernel_shape": [2, 2], "strides": [2, 1], "pads": [1, 0, 0, 1], "activation": "tanh", "useBias": False}, p=[(3, 2, 2, 2)]), parameters=["kernel"])
op("Embedding", lambda x, e, a: F.embedding(x.long(), e), S((4,), k=[5], a={"inputDim": 5, "outputDim": 3}, p=[(5, 3)]), S((2, 3), k=[4], a={"inputDim": 4, "outputDim": 2}, p=[(4, 2)]),
   S((), k=[3], a={"inputDim": 3, "outputDim": 2}, p=[(3, 2)]), parameters=["embeddings"])
op("LayerNorm", layer_norm, S((3, 4), p=[(4,), (4,)]), S((2, 3, 4), a={"axis": 1}, p=[(3, 4), (3, 4)]), parameters=["scale", "bias"])



def batch_norm(training):
    return lambda x, w, b, mean, var, a: F.batch_norm(
        x, mean, var, w, b, training, 1 - a.get("momentum", 0.9), a.get("epsilon", 1e-5))


def running(c):
    return {"p": [(c,), (c,)], "kept": {"running_mean": (c,), "running_var": (c,)}}


SOME = [S((4, 3), **running(3)), S((2, 2, 3, 2), a={"epsilon": 0.125, "momentum": 0.75}, **running(2)), S((5, 2, 3), a={"momentum": 0}, **running(2))]
op("BatchNorm", batch_norm(True), *({**c, "training": True} for c in SOME), parameters=["scale", "bias"])
op("BatchNorm", batch_norm(False), *SOME, parameters=["scale", "bias"])


def by_given(x, w, b, mean, var, a):
    c = [1, -1] + [1] * (x.dim() - 2)
    y = (x - mean.reshape(c)) / torch.sqrt(var.reshape(c) + a.get("epsilon", 1e-5)) * w.reshape(c) + b.reshape(c)
    assert torch.allclose(y, batch_norm(False)(x, w, b, mean.detach(), var.detach(), a), 1e-12, 1e-12)
    return y


GIVEN = [(-2, 2), (-2, 2), (-2, 2), (-2, 2), (0.25, 3)]
op("BatchNormalization", by_given, S((4, 3), (3,), (3,), (3,), (3,), d=GIVEN), S((2, 2, 3, 2), (2,), (2,), (2,), (2,), d=GIVEN, a={"epsilon": 0.125}),
   names=["x", "scale", "bias", "mean", "var"])

# A third shape for those with two, from numbers of their own, so that every other case stays what it was.

drawn, random = random, np.random.RandomState(2026)
op("Squeeze", squeeze, S((2, 1, 0, 1, 3), a={"axes": [1]}))
op("Unsqueeze", unsqueeze, S((), a={"axes": [0]}))
op("BinaryAccuracy", binary_accuracy, S((2, 1, 2, 3), (2, 1, 2, 3), k=[None, "binary"], a={"threshold": -0.5}), names=PT)
op("LayerNorm", layer_norm, S((2, 2, 1, 3), a={"epsilon": 0.125}, p=[(3,), (3,)]), parameters=["scale", "bias"])
random = drawn

if __name__ == "__main__":
    import golden_graphs

    def write(name, records):
        lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in records)
        (HERE / name).write_text(f"[\n{lines}\n]\n")
        print(name, len(records), (HERE / name).stat().st_size)

    write("operators.json", operators)
    write("graphs.json", golden_graphs.graphs(draw, pack))
