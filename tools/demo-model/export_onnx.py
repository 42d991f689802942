"""Writes the trained weights as optimum lays out an ONNX model folder: media/demo-model/{text_encoder,unet,vae_*}/model.onnx.

    python export_onnx.py [--out FOLDER]

Big initializers are stored as float16 behind a Cast, which ONNX Runtime folds away when it loads the graph: half the size,
the same speed. The folder's configuration files do not change with the weights and stay as they are.
"""
import argparse
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae

OPSET = 14


class TextEncoder(torch.nn.Module):
    def __init__(self, model, end):
        super().__init__()
        self.text_model, self.end = model.text_model, end
        self.register_buffer("mask", model.mask, persistent=False)

    def forward(self, input_ids):
        ids = input_ids.long()
        hidden = self.text_model(ids, self.mask)
        last = (ids == self.end).int().argmax(-1)
        return hidden, hidden.gather(1, last[:, None, None].expand(-1, 1, hidden.shape[-1]))[:, 0]


class Decoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.decoder, self.post_quant_conv = vae.decoder, vae.post_quant_conv

    def forward(self, latent_sample):
        return self.decoder(self.post_quant_conv(latent_sample))


class Encoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.encoder, self.quant_conv = vae.encoder, vae.quant_conv

    def forward(self, sample):
        return self.quant_conv(self.encoder(sample)).chunk(2, 1)[0]


def store_as_float16(model):
    """Replaces every float32 initializer of more than 256 values by a float16 one and a Cast."""
    graph, casts = model.graph, []
    for index, tensor in enumerate(graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) > 256:
            half, name = numpy_helper.to_array(tensor).astype(np.float16), tensor.name
            graph.initializer[index].CopyFrom(numpy_helper.from_array(half, name + "_h"))
            casts.append(helper.make_node("Cast", [name + "_h"], [name], to=TensorProto.FLOAT, name="cast_" + name))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    return model


def export(module, example, folder, inputs, outputs, axes):
    file = os.path.join(folder, "model.onnx")
    os.makedirs(folder, exist_ok=True)
    with torch.no_grad():
        torch.onnx.export(module.eval(), example, file, input_names=inputs, output_names=outputs, dynamic_axes=axes,
                          opset_version=OPSET, do_constant_folding=True)
    model = onnx.load(file)
    onnx.checker.check_model(model)
    onnx.save(store_as_float16(model), file)
    print(f"{file}: {os.path.getsize(file) / 1e6:.2f} MB")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(here, "../../media/demo-model"))
    out = parser.parse_args().out
    (vae, _), (unet, text_encoder), tokenizer = load_vae(), load_base(), Tokenizer(TOKENIZER)
    ids = torch.tensor([tokenizer("a red circle on a blue background")])
    export(TextEncoder(text_encoder, tokenizer.end), (ids.int(),), f"{out}/text_encoder", ["input_ids"],
           ["last_hidden_state", "pooler_output"], {"input_ids": {0: "batch_size", 1: "sequence_length"}})
    context, latents = text_encoder(torch.cat([ids, ids])).detach(), torch.randn(2, 4, 12, 12)
    export(unet, (latents, torch.tensor([500]), context), f"{out}/unet", ["sample", "timestep", "encoder_hidden_states"], ["out_sample"], {
        "sample": {0: "batch_size", 2: "height", 3: "width"}, "timestep": {0: "steps"},
        "encoder_hidden_states": {0: "batch_size", 1: "sequence_length"}, "out_sample": {0: "batch_size", 2: "height", 3: "width"}})
    export(Decoder(vae), (latents[:1],), f"{out}/vae_decoder", ["latent_sample"], ["sample"],
           {"latent_sample": {0: "batch_size", 2: "latent_height", 3: "latent_width"}})
    export(Encoder(vae), (torch.rand(1, 3, 96, 96),), f"{out}/vae_encoder", ["sample"], ["latent_parameters"],
           {"sample": {0: "batch_size", 2: "height", 3: "width"}})


if __name__ == "__main__":
    main()
