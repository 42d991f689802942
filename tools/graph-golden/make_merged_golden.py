"""
Makes test/golden/merge/unet_float64.json: the small UNet `sd1` with a LoRA on every matrix, merged and run in float64.

    python3 tools/graph-golden/make_merged_golden.py

Needs torch (1.13 is enough) and numpy. Weights, factors and inputs are not stored: both sides make them from names
(weights.py). W' = W0 + strength * up @ down, with no alpha, so that the scale is 1.
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch

from make_graph_golden import UNETS, stored, unet_inputs
from unet import UNet
from weights import fill, mixed

TARGET = Path(__file__).resolve().parents[2] / "test/golden/merge/unet_float64.json"
NAME, RANK, STRENGTH = "sd1", 4, 0.75


def factor(name, rows, columns, by):
    """Rounded to float32, as the file stores it."""
    numbers = (mixed(zlib.crc32(name.encode()), rows * columns) * by).astype(np.float32)
    return torch.from_numpy(numbers).reshape(rows, columns).double()


def main():
    module = UNet(UNETS[NAME])
    fill(module)
    module.double().eval()
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if weight.dim() < 2:
                continue
            path = name[: -len(".weight")]
            out, width = weight.shape[0], weight[0].numel()
            down = factor(f"{path}.lora_down", RANK, width, 1 / np.sqrt(width))
            up = factor(f"{path}.lora_up", out, RANK, 0.3)
            weight += STRENGTH * (up @ down).reshape(weight.shape)
        inputs = unet_inputs(NAME, UNETS[NAME])
        outputs = module(**{key: value.double() for key, value in inputs.items()})
    golden = {
        "source": "tools/graph-golden/make_merged_golden.py",
        "network": NAME,
        "rank": RANK,
        "strength": STRENGTH,
        "outputs": {key: stored(value) for key, value in outputs.items()},
    }
    TARGET.write_text(json.dumps(golden) + "\n")


main()
