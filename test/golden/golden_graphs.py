"""Ten composed graphs for make_golden.py: each once as a list of nodes, once as PyTorch writes it."""

import numpy as np
import torch
import torch.nn.functional as F


def graphs(draw, pack):
    made = []

    def graph(name, nodes, given, f, objective="loss", kept=None):
        """nodes: (id, op, attributes, inputs by handle); given: numbers of parameters and inputs by name.

        kept: running statistics by name, which f changes: the graph is then one of training.
        """
        t = {n: torch.tensor(v) for n, v in given.items()}
        free = [n for n in t if not n.startswith("index")]
        running = {n: torch.tensor(v) for n, v in (kept or {}).items()}
        for n in free:
            t[n].requires_grad_(True)
        out = f(t | running)
        grads = torch.autograd.grad(out.sum(), [t[n] for n in free], allow_unused=True)
        made.append({
            "name": name,
            "nodes": [{"id": i, "op": o, "attributes": a, "inputs": w} for i, o, a, w in nodes],
            "objective": objective,
            "given": {n: pack(v) for n, v in given.items()},
            "value": pack(out),
            "gradients": {n: pack(g) for n, g in zip(free, grads) if g is not None},
        } | ({"training": True, "kept": {n: pack(v) for n, v in kept.items()}, "after": {n: pack(v) for n, v in running.items()}} if kept else {}))

    def inputs(given):
        return [(n, "Input", {"shape": list(v.shape)}, {}) for n, v in given.items()]

    def parameters(given):
        return [(n, "Parameter", {"shape": list(v.shape), "init": {"kind": "zeros"}}, {}) for n, v in given.items()]

    def w(*shape):
        return draw(shape, -0.75, 0.75)

    # 1
    x = {"x": draw((4, 5)), "t": np.eye(3)[[0, 2, 1, 2]]}
    own = {"dense1.kernel": w(5, 6), "dense1.bias": w(6), "dense2.kernel": w(6, 3), "dense2.bias": w(3)}
    graph("two-layer net with softmax cross-entropy", inputs(x) + [
        ("dense1", "Dense", {"units": 6, "activation": "relu"}, {"x": "x"}),
        ("dense2", "Dense", {"units": 3}, {"x": "dense1"}),
        ("loss", "SoftmaxCrossEntropyLoss", {}, {"prediction": "dense2", "target": "t"}),
    ], x | own, lambda v: -(v["t"] * F.log_softmax(
        F.relu(v["x"] @ v["dense1.kernel"] + v["dense1.bias"]) @ v["dense2.kernel"] + v["dense2.bias"], -1)).sum(-1).mean())

    # 2
    x = {"x": draw((2, 4, 6)), "t": draw((2, 4, 6))}
    own = {"wq": w(6, 6), "wk": w(6, 6), "wv": w(6, 6), "wo": w(6, 6)}
    norm = {"norm.scale": w(6), "norm.bias": w(6)}

    def attention(v):
        q, k, val = (v["x"] @ v[n] for n in ("wq", "wk", "wv"))
        y = F.softmax(q @ k.transpose(-1, -2) * 0.375, -1) @ val @ v["wo"]
        return F.mse_loss(F.layer_norm(v["x"] + y, (6,), v["norm.scale"], v["norm.bias"]), v["t"])

    graph("attention block", inputs(x) + parameters(own) + [
        ("scale", "Constant", {"shape": [], "values": [0.375]}, {}),
        ("copies", "Branch", {"count": 4}, {"x": "x"}),
        ("q", "MatMul", {}, {"a": "copies.out0", "b": "wq"}),
        ("k", "MatMul", {}, {"a": "copies.out1", "b": "wk"}),
        ("v", "MatMul", {}, {"a": "copies.out2", "b": "wv"}),
        ("scores", "Einsum", {"equation": "bqd,bkd->bqk"}, {"x0": "q", "x1": "k"}),
        ("scaled", "Mul", {}, {"a": "scores", "b": "scale"}),
        ("weights", "Softmax", {}, {"x": "scaled"}),
        ("mixed", "MatMul", {}, {"a": "weights", "b": "v"}),
        ("projected", "MatMul", {}, {"a": "mixed", "b": "wo"}),
        ("residual", "Add", {}, {"a": "copies.out3", "b": "projected"}),
        ("norm", "LayerNorm", {}, {"x": "residual"}),
        ("loss", "MeanSquaredError", {}, {"prediction": "norm", "target": "t"}),
    ], x | own | norm, attention)

    # 3
    x = {"x": draw((2, 1, 8, 8)), "index": np.array([2.0, 0.0])}
    own = {"conv1.kernel": w(3, 1, 3, 3), "conv1.bias": w(3), "conv2.kernel": w(4, 3, 3, 3), "conv2.bias": w(4), "dense.kernel": w(4, 3), "dense.bias": w(3)}

    def convnet(v):
        y = F.relu(F.conv2d(v["x"], v["conv1.kernel"], v["conv1.bias"], padding=1))
        y = F.silu(F.conv2d(F.max_pool2d(y, 2), v["conv2.kernel"], v["conv2.bias"]))
        return F.cross_entropy(y.mean((2, 3)) @ v["dense.kernel"] + v["dense.bias"], v["index"].long())

    graph("conv net", inputs(x) + [
        ("conv1", "Conv2D", {"filters": 3, "pads": [1, 1, 1, 1], "activation": "relu"}, {"x": "x"}),
        ("pool", "MaxPool", {"strides": [2, 2]}, {"x": "conv1"}),
        ("conv2", "Conv2D", {"filters": 4, "activation": "silu"}, {"x": "pool"}),
        ("average", "GlobalAveragePool", {}, {"x": "conv2"}),
        ("flat", "Flatten", {}, {"x": "average"}),
        ("dense", "Dense", {"units": 3}, {"x": "flat"}),
        ("loss", "SoftmaxCrossEntropyLoss", {}, {"prediction": "dense", "target": "index"}),
    ], x | own, convnet)

    # 4
    x = {"x0": draw((3, 4)), "x1": draw((3, 4)), "h": draw((3, 5)), "c": draw((3, 5))}
    own = {"w": w(4, 20), "u": w(5, 20), "b": w(20)}

    def lstm(v):
        h, c = v["h"], v["c"]
        for x in (v["x0"], v["x1"]):
            i, f, g, o = (x @ v["w"] + h @ v["u"] + v["b"]).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return (h * h).mean()

    def cell(n, h, c):
        gate = lambda name, k, kind: [
            (f"{name}{n}s", "Slice", {"starts": [5 * k], "ends": [5 * k + 5], "axes": [1]}, {"x": f"z{n}"}),
            (f"{name}{n}", kind, {}, {"x": f"{name}{n}s"})]
        return [
            (f"xw{n}", "MatMul", {}, {"a": f"x{n}", "b": "w"}),
            (f"z{n}", "Sum", {}, {"x0": f"xw{n}", "x1": f"hu{n}", "x2": "b"}),
            (f"hu{n}", "MatMul", {}, {"a": h, "b": "u"}),
            *gate("i", 0, "Sigmoid"), *gate("f", 1, "Sigmoid"), *gate("g", 2, "Tanh"), *gate("o", 3, "Sigmoid"),
            (f"keep{n}", "Mul", {}, {"a": f"f{n}", "b": c}), (f"write{n}", "Mul", {}, {"a": f"i{n}", "b": f"g{n}"}),
            (f"c_{n}", "Add", {}, {"a": f"keep{n}", "b": f"write{n}"}), (f"tc{n}", "Tanh", {}, {"x": f"c_{n}"}),
            (f"h_{n}", "Mul", {}, {"a": f"o{n}", "b": f"tc{n}"})]

    graph("LSTM-like cell, two steps", inputs(x) + parameters(own) + cell(0, "h", "c") + cell(1, "h_0", "c_0") + [
        ("square", "Mul", {}, {"a": "h_1", "b": "h_1"}), ("loss", "ReduceMean", {}, {"x": "square"})], x | own, lstm)

    # 5
    x = {"x": draw((4, 6), 0.1, 0.9)}
    own = {"code.kernel": w(6, 3), "code.bias": w(3), "decode.kernel": w(3, 6), "decode.bias": w(6)}
    graph("autoencoder", inputs(x) + [
        ("code", "Dense", {"units": 3, "activation": "tanh"}, {"x": "x"}),
        ("decode", "Dense", {"units": 6, "activation": "sigmoid"}, {"x": "code"}),
        ("target", "StopGradient", {}, {"x": "x"}),
        ("loss", "BinaryCrossEntropy", {}, {"prediction": "decode", "target": "target"}),
    ], x | own, lambda v: F.binary_cross_entropy(torch.sigmoid(
        torch.tanh(v["x"] @ v["code.kernel"] + v["code.bias"]) @ v["decode.kernel"] + v["decode.bias"]), v["x"].detach()))

    # 6
    x = {"x": draw((3, 8)), "t": draw((3, 4))}
    own = {"up.kernel": w(8, 8), "up.bias": w(8), "norm.scale": w(8), "norm.bias": w(8), "out.kernel": w(8, 4), "out.bias": w(4)}

    def mlp(v):
        y = v["x"] + F.gelu(v["x"] @ v["up.kernel"] + v["up.bias"])
        y = F.layer_norm(y, (8,), v["norm.scale"], v["norm.bias"], 0.001)
        return F.huber_loss(F.mish(y @ v["out.kernel"] + v["out.bias"]), v["t"], delta=0.5)

    graph("LayerNorm MLP", inputs(x) + [
        ("up", "Dense", {"units": 8, "activation": "gelu"}, {"x": "x"}),
        ("residual", "Add", {}, {"a": "x", "b": "up"}),
        ("norm", "LayerNorm", {"epsilon": 0.001}, {"x": "residual"}),
        ("out", "Dense", {"units": 4, "activation": "mish"}, {"x": "norm"}),
        ("loss", "Huber", {"delta": 0.5}, {"prediction": "out", "target": "t"}),
    ], x | own, mlp)

    # 7
    x = {"x": draw((4, 1, 2)), "t": draw((4, 3, 2))}
    own = {"a": draw((3, 1), 0.5, 1.5), "b": draw((2,)), "c": draw(()), "d": draw((1, 3, 1), 0.5, 2)}

    def regression(v):
        y = v["a"] * v["x"].abs() ** v["d"] + v["b"] - v["c"] / v["d"]
        y = torch.where(v["x"] > 0, y, torch.maximum(y, v["b"])) + v["x"].norm() * v["c"]
        return ((y - v["t"]) ** 2).mean((0, 2)).prod()

    graph("broadcast-heavy regression", inputs(x) + parameters(own) + [
        ("abs", "Abs", {}, {"x": "x"}), ("pow", "Pow", {}, {"a": "abs", "b": "d"}), ("ax", "Mul", {}, {"a": "a", "b": "pow"}),
        ("cd", "Div", {}, {"a": "c", "b": "d"}), ("axb", "Add", {}, {"a": "ax", "b": "b"}), ("y", "Sub", {}, {"a": "axb", "b": "cd"}),
        ("zero", "Constant", {"shape": [], "values": [0]}, {}), ("positive", "Greater", {}, {"a": "x", "b": "zero"}),
        ("larger", "Max", {}, {"a": "y", "b": "b"}), ("chosen", "Where", {}, {"condition": "positive", "a": "y", "b": "larger"}),
        ("norm", "ReduceL2", {}, {"x": "x"}), ("nc", "Mul", {}, {"a": "norm", "b": "c"}), ("p", "Add", {}, {"a": "chosen", "b": "nc"}),
        ("e", "MeanSquaredError", {"reduction": "none"}, {"prediction": "p", "target": "t"}),
        ("m", "ReduceMean", {"axes": [0, 2]}, {"x": "e"}), ("loss", "ReduceProd", {}, {"x": "m"}),
    ], x | own, regression)

    # 8
    x = {"index": np.array([[0, 3, 3, 6], [1, 1, 2, 0], [5, 4, 3, 3.0]]), "t": np.array([[0, 1.0], [1, 1], [1, 0]])}
    own = {"table.embeddings": w(7, 5), "out.kernel": w(5, 2), "out.bias": w(2)}
    graph("embedding and mean", inputs(x) + [
        ("table", "Embedding", {"inputDim": 7, "outputDim": 5}, {"x": "index"}),
        ("mean", "ReduceMean", {"axes": [1]}, {"x": "table"}),
        ("out", "Dense", {"units": 2}, {"x": "mean"}),
        ("loss", "BinaryCrossEntropyWithLogits", {}, {"prediction": "out", "target": "t"}),
    ], x | own, lambda v: F.binary_cross_entropy_with_logits(
        F.embedding(v["index"].long(), v["table.embeddings"]).mean(1) @ v["out.kernel"] + v["out.bias"], v["t"]))

    # 9
    x = {"x": draw((5, 2, 4, 4)), "index": np.array([0, 1, 2, 1, 0.0])}
    own = {"conv.kernel": w(3, 2, 2, 2), "norm.scale": w(3), "norm.bias": w(3), "out.kernel": w(12, 3), "out.bias": w(3)}

    def normed(v):
        y = F.batch_norm(F.conv2d(v["x"], v["conv.kernel"]), v["norm.running_mean"], v["norm.running_var"], v["norm.scale"], v["norm.bias"], True, 0.1)
        y = F.avg_pool2d(F.leaky_relu(y, 0.125), 2, 1).flatten(1)
        return F.nll_loss(F.log_softmax(y @ v["out.kernel"] + v["out.bias"], 1), v["index"].long())

    graph("batch-norm net", inputs(x) + [
        ("conv", "Conv2D", {"filters": 3, "kernel_shape": [2, 2], "useBias": False}, {"x": "x"}),
        ("norm", "BatchNorm", {}, {"x": "conv"}),
        ("leaky", "LeakyRelu", {"alpha": 0.125}, {"x": "norm"}),
        ("pool", "AveragePool", {}, {"x": "leaky"}),
        ("flat", "Flatten", {}, {"x": "pool"}),
        ("out", "Dense", {"units": 3}, {"x": "flat"}),
        ("log", "LogSoftmax", {}, {"x": "out"}),
        ("loss", "NegativeLogLikelihoodLoss", {}, {"prediction": "log", "target": "index"}),
    ], x | own, normed, kept={"norm.running_mean": np.zeros(3), "norm.running_var": np.ones(3)})

    # 10
    own = {"w0": np.array(2.0), "x0": np.array(-1.0), "w1": np.array(-3.0), "x1": np.array(-2.0), "w2": np.array(-3.0)}

    def neuron(v):
        y = 1 / (1 + torch.exp(-(v["w0"] * v["x0"] + v["w1"] * v["x1"] + v["w2"])))
        return (y.expand(3) * y).sum()

    graph("sigmoid neuron of gates", parameters(own) + [
        ("m0", "Mul", {}, {"a": "w0", "b": "x0"}), ("m1", "Mul", {}, {"a": "w1", "b": "x1"}), ("s0", "Add", {}, {"a": "m0", "b": "m1"}),
        ("s1", "Add", {}, {"a": "s0", "b": "w2"}), ("neg", "Neg", {}, {"x": "s1"}), ("exp", "Exp", {}, {"x": "neg"}),
        ("one", "Constant", {"shape": [], "values": [1]}, {}), ("plus", "Add", {}, {"a": "exp", "b": "one"}), ("y", "Reciprocal", {}, {"x": "plus"}),
        ("fork", "Branch", {}, {"x": "y"}), ("copies", "Repeat", {"repeats": 3}, {"x": "fork.out0"}),
        ("squares", "Mul", {}, {"a": "copies", "b": "fork.out1"}), ("loss", "ReduceSum", {}, {"x": "squares"}),
    ], own, neuron)

    return made
