"""Writes a LoRA in the shape of Stable Diffusion XL: examples/loras/poster_xl.safetensors, for the story of a LoRA that does
not fit. Its names and sizes are SDXL's own, of six modules only to keep it small; its numbers are a seeded draw and no
picture is worth making with it.

    python make_mismatch.py [--out FILE]
"""
import argparse
import json
import os

import torch

from safetensors_io import write

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/loras/poster_xl.safetensors")
RANK = 2
# kohya's name → (out, in) in SDXL's UNet, with text from both encoders (2048 wide). The last of the ten blocks in the
# middle is what tells it from SDXL's pruned sister SSD-1B.
LEVELS = {"lora_unet_input_blocks_4_1_transformer_blocks_1": 640, "lora_unet_middle_block_1_transformer_blocks_9": 1280}
MODULES = {f"{block}_{name}": (width, inputs or width) for block, width in LEVELS.items() for name, inputs in (
    ("attn1_to_q", None), ("attn2_to_k", 2048), ("attn2_to_v", 2048))}
METADATA = {
    "ss_base_model_version": "sdxl_base_v1-0", "ss_network_module": "networks.lora", "ss_network_dim": RANK, "ss_network_alpha": 1,
    "ss_output_name": "poster_xl", "ss_resolution": "(1024, 1024)", "ss_steps": 0,
    "ss_tag_frequency": json.dumps({"1_poster": {"poster style": 1}}), "modelspec.sai_model_spec": "1.0.0",
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora", "modelspec.title": "poster_xl",
    "modelspec.description": "An untrained file in the shape of an SDXL LoRA, to show what happens when one does not fit.",
    "modelspec.trigger_phrase": "poster style", "modelspec.author": "the sdprompt authors", "modelspec.license": "MIT",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=OUT)
    file = parser.parse_args().out
    generator, tensors = torch.Generator().manual_seed(1), {}
    for name, (out, inputs) in MODULES.items():
        tensors[f"{name}.lora_down.weight"] = (torch.randn(RANK, inputs, generator=generator) * inputs**-0.5).half()
        tensors[f"{name}.lora_up.weight"] = (torch.randn(out, RANK, generator=generator) * 0.01).half()
        tensors[f"{name}.alpha"] = torch.tensor(1.0).half()
    write(file, tensors, METADATA)
    print(f"{file}: {os.path.getsize(file)} bytes")


if __name__ == "__main__":
    main()
