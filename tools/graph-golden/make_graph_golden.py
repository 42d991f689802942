"""
Makes test/golden/graph/*.json: small networks of every kind, run by torch in float64.

    python3 tools/graph-golden/make_graph_golden.py

Needs torch (1.13 is enough) and numpy. Weights and inputs are not stored: both sides make them from names (weights.py).
"""

import json
from pathlib import Path

import torch

from autoencoders import TinyDecoder, TinyEncoder, VaeDecoder, VaeEncoder
from clip import ClipText
from unet import UNet
from weights import fill, picture

TARGET = Path(__file__).resolve().parents[2] / "test/golden/graph"

PLAIN = {"inChannels": 4, "outChannels": 4, "groups": 8, "epsilon": 1e-5}
ADDED = {"pooled": 12, "ids": 6, "waves": 8}

UNETS = {
    "sd1": PLAIN
    | {"channels": [16, 24, 32, 32], "heads": [4, 4, 4, 4], "context": 20, "linearProjection": False}
    | {"down": [[1, 1], [1, 1], [1, 1], [0, 0]], "up": [[0] * 3, [1] * 3, [1] * 3, [1] * 3], "middle": [1]},
    "one-layer": PLAIN
    | {"channels": [16, 24, 24], "heads": [2, 2, 2], "context": 20, "linearProjection": False, "timeWidth": 40}
    | {"down": [[1], [1], [0]], "up": [[0, 0], [1, 1], [1, 1]], "middle": [1]},
    "sd2": PLAIN
    | {"channels": [16, 32, 64], "heads": [1, 2, 4], "context": 28, "linearProjection": True}
    | {"down": [[1, 1], [1, 1], [0, 0]], "up": [[0] * 3, [1] * 3, [1] * 3], "middle": [1]},
    "sdxl": PLAIN
    | {"channels": [16, 32, 32], "heads": [1, 2, 2], "context": 28, "linearProjection": True}
    | {"down": [[0, 0], [2, 2], [3, 3]], "up": [[3] * 3, [2] * 3, [0] * 3], "middle": [3], "addition": ADDED},
    "refiner": PLAIN
    | {"channels": [16, 32, 48, 48], "heads": [1, 2, 3, 3], "context": 20, "linearProjection": True}
    | {"down": [[0, 0], [2, 2], [2, 2], [0, 0]], "up": [[0] * 3, [2] * 3, [2] * 3, [0] * 3], "middle": [2]}
    | {"addition": {"pooled": 20, "ids": 5, "waves": 8}},
    "ssd1b": PLAIN
    | {"channels": [16, 32, 32], "heads": [1, 2, 2], "context": 28, "linearProjection": True}
    | {"down": [[0, 0], [2, 2], [4, 4]], "up": [[4, 4, 5], [2, 1, 1], [0] * 3], "middle": [0], "addition": ADDED},
    "no-middle": PLAIN
    | {"channels": [16, 32], "heads": [1, 2], "context": 28, "linearProjection": True}
    | {"down": [[1, 1], [1, 1]], "up": [[1] * 3, [1] * 3], "middle": []},
    "lcm": PLAIN
    | {"channels": [16, 24], "heads": [2, 2], "context": 20, "linearProjection": False, "guidance": 32}
    | {"down": [[1, 1], [0, 0]], "up": [[0] * 3, [1] * 3], "middle": [1]},
    "inpainting": PLAIN
    | {"inChannels": 9, "channels": [16, 24], "heads": [2, 2], "context": 20, "linearProjection": False}
    | {"down": [[1, 1], [0, 0]], "up": [[0] * 3, [1] * 3], "middle": [1]},
}

CLIPS = {
    "clip-l": {"layers": 3, "width": 32, "inner": 128, "heads": 4, "activation": "quick_gelu"},
    "openclip": {"layers": 3, "width": 48, "inner": 96, "heads": 3, "activation": "gelu", "projection": 20},
}

VAES = {
    "kl": {"channels": [8, 16, 24, 24], "layersPerBlock": 2, "latentChannels": 4, "groups": 8},
    "kl-plain": {"channels": [8, 16], "layersPerBlock": 1, "latentChannels": 6, "groups": 4},
}

TINY = {"channels": 12, "latentChannels": 4, "blocks": [1, 3, 3, 3]}


def unet_inputs(name, config):
    height, width, tokens = 16, 8, 11
    inputs = {
        "sample": picture(f"{name}.sample", 2, config["inChannels"], height, width),
        "timestep": torch.tensor([981.0, 17.25] if name == "sd1" else [653.5]),
        "encoder_hidden_states": picture(f"{name}.text", 2, tokens, config["context"]),
    }
    if "guidance" in config:
        inputs["timestep_cond"] = picture(f"{name}.guidance", 2, config["guidance"])
    if "addition" in config:
        inputs["text_embeds"] = picture(f"{name}.pooled", 2, config["addition"]["pooled"])
        ids = [1024.0, 768.0, 0.0, 64.0, 1024.0, 1024.0]
        inputs["time_ids"] = torch.tensor([ids, ids[::-1]])[:, : config["addition"]["ids"]]
    return inputs


def cases():
    for name, config in UNETS.items():
        yield "unet", name, config, UNet(config), unet_inputs(name, config)
    for name, config in CLIPS.items():
        config = config | {"vocabulary": 60, "positions": 16, "epsilon": 1e-5}
        ids = torch.tensor([[58, 3, 41, 7, 7, 12, 59, 59, 59], [58, 0, 1, 57, 59, 0, 0, 0, 0]])
        yield "clipText", name, config, ClipText(config), {"input_ids": ids}
    for name, config in VAES.items():
        config = config | {"hasQuantConv": name == "kl"}
        latents = picture(f"{name}.latents", 2, config["latentChannels"], 3, 4)
        yield "vaeDecoder", f"{name}-decoder", config, VaeDecoder(config), {"latent_sample": latents}
        image = picture(f"{name}.image", 2, 3, 16, 24)
        yield "vaeEncoder", f"{name}-encoder", config, VaeEncoder(config), {"sample": image}
    latents = picture("tiny.latents", 1, TINY["latentChannels"], 2, 3) * 2
    yield "tinyDecoder", "tiny-decoder", TINY, TinyDecoder(TINY), {"latent_sample": latents}
    image = picture("tiny.image", 1, 3, 16, 24)
    yield "tinyEncoder", "tiny-encoder", TINY, TinyEncoder(TINY), {"sample": image}


def stored(value):
    numbers = value.flatten().tolist()
    if value.is_floating_point():
        numbers = [float(f"{number:.8g}") for number in numbers]
    return {"shape": list(value.shape), "data": numbers}


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for network, name, config, module, inputs in cases():
        fill(module)
        module.double().eval()
        wide = {key: v.double() if v.is_floating_point() else v for key, v in inputs.items()}
        with torch.no_grad():
            outputs = module(**wide)
        golden = {
            "source": "tools/graph-golden/make_graph_golden.py",
            "network": network,
            "config": config,
            "parameters": {key: list(p.shape) for key, p in module.named_parameters()},
            "inputs": {key: stored(value) for key, value in inputs.items()},
            "outputs": {key: stored(value) for key, value in outputs.items()},
        }
        (TARGET / f"{name}.json").write_text(json.dumps(golden) + "\n")
        spread = {key: f"{value.std().item():.3f}" for key, value in outputs.items()}
        print(name, sum(p.numel() for p in module.parameters()), spread)


if __name__ == "__main__":
    main()
