"""Reads the committed weights back, so that LoRAs and embeddings can be trained without training the base model first.

    python from_onnx.py [--from FOLDER]      work/base.pt and work/vae.pt out of media/demo-model
"""
import argparse
import json
import os

import onnx
import torch
from onnx import numpy_helper

from text_encoder import CLIPTextModel
from unet import UNet2DConditionModel
from vae import AutoencoderKL
from weights import VOCABULARY, save

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../media/demo-model")


# Where the exporter folds a parameter into a numbered initializer: the node that reads it, and what it is then.
FOLDED = {"MatMul": ("weight", lambda t: t.T), "Mul": ("weight", torch.flatten), "Add": ("bias", torch.flatten)}


def initializers(folder):
    """Tensors of `folder`/model.onnx under torch's names. The exporter transposes the weight of a Linear, flattens a group
    norm into Mul and Add, and numbers both; the nodes that read them are still named after their modules."""
    graph = onnx.load(os.path.join(folder, "model.onnx")).graph
    stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()).float() for t in graph.initializer}
    behind_cast = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast" and node.input[0] in stored}
    tensors = stored | {name: stored[source] for name, source in behind_cast.items()}
    for node in graph.node:
        numbered = [name for name in node.input if name.startswith("onnx::") and name in tensors]
        if numbered and node.op_type in FOLDED:
            suffix, restore = FOLDED[node.op_type]
            module = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            tensors[f"{module}.{suffix}"] = restore(tensors[numbered[0]])
        elif numbered and node.op_type == "Slice":
            tensors["text_model.embeddings.position_embedding.weight"] = tensors[numbered[0]][0]
    return tensors


def fill(model, tensors, prefix=""):
    """Loads every parameter below `prefix`; a missing one is an error."""
    state = model.state_dict()
    for name in state:
        if name.startswith(prefix):
            state[name] = tensors[name].reshape(state[name].shape)
    model.load_state_dict(state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", default=MODEL)
    folder = parser.parse_args().folder
    unet, text_encoder, vae = UNet2DConditionModel(), CLIPTextModel(VOCABULARY), AutoencoderKL()
    fill(unet, initializers(f"{folder}/unet"))
    fill(text_encoder, initializers(f"{folder}/text_encoder"))
    decoder, encoder = initializers(f"{folder}/vae_decoder"), initializers(f"{folder}/vae_encoder")
    for part, tensors in (("decoder", decoder), ("post_quant_conv", decoder), ("encoder", encoder), ("quant_conv", encoder)):
        fill(vae, tensors, f"{part}.")
    with open(f"{folder}/vae_decoder/config.json", encoding="utf8") as file:
        scale = json.load(file)["scaling_factor"]
    save("base.pt", dict(unet=unet.state_dict(), text_encoder=text_encoder.state_dict()))
    save("vae.pt", dict(vae=vae.state_dict(), scale=scale))


if __name__ == "__main__":
    main()
