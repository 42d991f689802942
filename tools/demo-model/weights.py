"""Where trained weights live between the steps: `work/*.pt`, tensors only."""
import os

import torch

from text_encoder import CLIPTextModel
from unet import UNet2DConditionModel
from vae import AutoencoderKL

WORK = os.environ.get("DEMO_MODEL_WORK", os.path.join(os.path.dirname(os.path.abspath(__file__)), "work"))
TOKENIZER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../media/demo-model/tokenizer")
VOCABULARY = 770


def path(name):
    os.makedirs(WORK, exist_ok=True)
    return os.path.join(WORK, name)


def save(name, data):
    """Whole or not at all."""
    torch.save(data, path(name + ".tmp"))
    os.replace(path(name + ".tmp"), path(name))


def load_vae():
    """The VAE and the factor its latents are scaled by (one over their standard deviation)."""
    data = torch.load(path("vae.pt"), map_location="cpu")
    vae = AutoencoderKL()
    vae.load_state_dict(data["vae"])
    return vae.eval(), data["scale"]


def load_base():
    data = torch.load(path("base.pt"), map_location="cpu")
    unet, text_encoder = UNet2DConditionModel(), CLIPTextModel(VOCABULARY)
    unet.load_state_dict(data["unet"])
    text_encoder.load_state_dict(data["text_encoder"])
    return unet.eval(), text_encoder.eval()
