"""Input gradients and guided backpropagation of a score by PyTorch, in float64, for test/golden/saliency.test.ts.

Run with a Python that has PyTorch, behind make_saliency.ts, which writes what this reads:
python3 test/golden/make_saliency.py [FILE, else test/golden/saliency.json]
Each sample of the file gets its scores, the chosen score's index, gradient and guided gradient.
"""
import json
import pathlib
import sys

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def guide(module, grad_in, grad_out):
    """Springenberg et al. 2015: behind a ReLU, whose own rule has asked for a positive input, only what is positive."""
    return (torch.clamp(grad_in[0], min=0.0),)


def network(document, weights):
    """The chain of layers in the document's order, ReLUs as modules of their own."""
    layers = []
    for node in document["nodes"]:
        a, name = node.get("attributes", {}), node["id"]
        if node["op"] == "Dense":
            kernel, bias = weights[f"{name}.kernel"], weights[f"{name}.bias"]
            layer = nn.Linear(*kernel.shape)
            layer.weight.data, layer.bias.data = kernel.T.contiguous(), bias
            layers.append(layer)
        elif node["op"] == "Conv2D":
            kernel, bias = weights[f"{name}.kernel"], weights[f"{name}.bias"]
            layer = nn.Conv2d(kernel.shape[1], kernel.shape[0], a["kernel_shape"], stride=a["strides"], padding=a["pads"][:2])
            layer.weight.data, layer.bias.data = kernel, bias
            layers.append(layer)
        elif node["op"] == "MaxPool":
            layers.append(nn.MaxPool2d(a["kernel_shape"], stride=a["strides"]))
        elif node["op"] == "Flatten":
            layers.append(nn.Flatten())
        if a.get("activation") == "relu":
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def gradient(net, x, chosen):
    x = x.clone().requires_grad_(True)
    scores = net(x)[0]
    index = int(scores.argmax()) if chosen is None else chosen
    scores[index].backward()
    return [float(s) for s in scores], index, x.grad.flatten().tolist()


def short(numbers):
    return [float(f"{x:.7g}") for x in numbers]


path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "saliency.json"
golden = json.loads(path.read_text())
for case in golden["cases"]:
    weights = {t["name"]: torch.tensor(t["data"], dtype=torch.float32).double().reshape(t["shape"]) for t in case["weights"]}
    net = network(case["document"], weights)
    images = any(node["op"] == "Conv2D" for node in case["document"]["nodes"])
    for sample in case["samples"]:
        pixels = (torch.tensor(sample["pixels"], dtype=torch.float32) / 255).double()
        x = pixels.reshape((1, 1, 28, 28) if images else (1, 784))
        scores, index, plain = gradient(net, x, sample.get("chosen"))
        hooks = [m.register_full_backward_hook(guide) for m in net.modules() if isinstance(m, nn.ReLU)]
        _, _, guided = gradient(net, x, index)
        for hook in hooks:
            hook.remove()
        sample |= {"scores": short(scores), "index": index, "gradient": short(plain), "guided": short(guided)}
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
