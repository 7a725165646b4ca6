"""Every value and gradient of three graphs by PyTorch, in float64: what test/golden/steps.test.ts compares steps with.

Run with a Python that has PyTorch: python3 test/golden/make_steps.py > test/golden/steps.json
"""
import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)

ROOT = pathlib.Path(__file__).parents[2]
GRAPHS = ["examples/apples-and-oranges", "examples/sigmoid-neuron", "test/golden/steps-net"]

OPS = {
    "Add": lambda a, b: a + b,
    "Mul": lambda a, b: a * b,
    "Neg": lambda x: -x,
    "Exp": torch.exp,
    "Reciprocal": lambda x: 1 / x,
    "MeanSquaredError": lambda prediction, target: ((prediction - target) ** 2).mean(),
}

# Settings as the graph file has them, and the same by PyTorch: one step of a new optimizer.
OPTIMIZERS = [
    ({"kind": "sgd", "learningRate": 0.1}, None, lambda p: torch.optim.SGD(p, lr=0.1)),
    ({"kind": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.1}, None, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1)),
    ({"kind": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": True}, None, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
    ({"kind": "adagrad", "learningRate": 0.1}, None, lambda p: torch.optim.Adagrad(p, lr=0.1)),
    ({"kind": "rmsprop", "learningRate": 0.01, "rho": 0.9, "epsilon": 1e-7}, None, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7)),
    ({"kind": "rmsprop", "learningRate": 0.01, "rho": 0.8, "epsilon": 1e-7, "momentum": 0.9}, None, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.8, eps=1e-7, momentum=0.9)),
    ({"kind": "adam", "learningRate": 0.01, "beta1": 0.8, "beta2": 0.9}, None, lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.9))),
    ({"kind": "adamw", "learningRate": 0.02, "weightDecay": 0.3}, None, lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.3)),
    ({"kind": "sgd", "learningRate": 0.1}, {"norm": 0.25}, lambda p: torch.optim.SGD(p, lr=0.1)),
    ({"kind": "sgd", "learningRate": 0.1}, {"value": 0.05}, lambda p: torch.optim.SGD(p, lr=0.1)),
]


def run(document):
    values, edges, parameters = {}, {}, {}

    def parameter(name, shape, init):
        made = torch.tensor(init["values"], dtype=torch.float64).reshape(shape).requires_grad_(True)
        parameters[name] = values[name] = made
        return made

    def keep(name, tensor):
        values[name] = tensor
        if tensor.requires_grad:
            tensor.retain_grad()
        return tensor

    def layer(node, x):
        a, name = node["attributes"], node["id"]
        kernel = parameter(f"{name}.kernel", (x.shape[-1], a["units"]), a["kernelInit"])
        bias = parameter(f"{name}.bias", (a["units"],), a["biasInit"])
        z = keep(f"{name}.add", keep(f"{name}.matmul", x @ kernel) + bias)
        return keep(f"{name}.activation", torch.sigmoid(z)) if a.get("activation") == "sigmoid" else z

    waiting = list(document["nodes"])
    while waiting:
        node = waiting.pop(0)
        name, a = node["id"], node.get("attributes", {})
        into = [e for e in document["edges"] if e["target"] == name]
        if any(e["source"] not in values for e in into):
            waiting.append(node)
            continue
        # each wire is a tensor of its own, so that it has a gradient of its own
        inputs = {}
        for e in into:
            wire = values[e["source"]] * 1
            edges[e["id"]] = wire
            inputs[e["targetHandle"]] = wire
            if wire.requires_grad:
                wire.retain_grad()
        if node["op"] == "Parameter":
            parameter(name, a["shape"], a["init"])
        elif node["op"] == "Constant":
            # its gradient is asked for too: steps show it
            values[name] = torch.tensor(a["values"], dtype=torch.float64).reshape(a["shape"]).requires_grad_(True)
        elif node["op"] == "Dense":
            values[name] = layer(node, inputs["x"])
        else:
            keep(name, OPS[node["op"]](**inputs))
    objective = values[document["objective"]]
    objective.retain_grad()
    objective.sum().backward()
    return values, edges, parameters


def flat(t):
    return None if t is None else t.detach().flatten().tolist()


def updates(document):
    made = []
    for settings, clip, make in OPTIMIZERS:
        _, _, parameters = run(document)
        optimizer = make(list(parameters.values()))
        if clip and "norm" in clip:
            torch.nn.utils.clip_grad_norm_(parameters.values(), clip["norm"])
        if clip and "value" in clip:
            torch.nn.utils.clip_grad_value_(parameters.values(), clip["value"])
        optimizer.step()
        made.append({"optimizer": settings, "clip": clip, "after": {n: flat(p) for n, p in parameters.items()}})
    return made


def case(graph):
    document = json.loads((ROOT / f"{graph}.chainrule.json").read_text())
    values, edges, _ = run(document)
    return {
        "graph": graph,
        "values": {n: flat(v) for n, v in values.items()},
        "gradients": {n: flat(v.grad) for n, v in values.items()},
        "edges": {n: {"value": flat(v), "gradient": flat(v.grad)} for n, v in edges.items()},
        "updates": updates(document),
    }


print(json.dumps({"torch": torch.__version__, "cases": [case(graph) for graph in GRAPHS]}, indent=1))
