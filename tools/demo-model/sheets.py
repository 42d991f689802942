"""Contact sheets: 40 fixed prompts, drawn originals beside what their captions give, and each LoRA from 0 to 1.

    python sheets.py base      docs/images/demo-model-prompts.png
    python sheets.py beside    docs/images/demo-model-beside.png: drawn scenes, and below each what its caption gives
    python sheets.py loras     docs/images/demo-model-loras.png: one row per LoRA, weights 0 to 1
    python sheets.py previews  a preview picture beside each LoRA
"""
import os
import sys

import numpy as np
from PIL import Image

from captions import caption
from diffusion import decode, sample
from networks import merged
from scenes import render, sample_scene
from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = os.path.join(HERE, "../../docs/images")
LORAS = os.path.join(HERE, "../../media/demo-model/loras")
PROMPTS = [
    "a red circle on a blue background", "a green star on a white background", "a yellow heart on a purple background",
    "a blue square on an orange background", "a small white triangle on a black background",
    "a red circle and a blue square on a white background", "a green triangle and a yellow star in a meadow",
    "a purple circle on a beach, at sunset", "a red house in a meadow", "a blue house in the mountains, at night, snow",
    "a tree on a beach", "a pink tree in a meadow, at sunset", "a red car in the mountains", "a yellow car in a meadow, rain",
    "a pink flower in a meadow", "a blue flower on a yellow background", "a black cat on a yellow background",
    "an orange cat on a beach, at night", "a white cat in the mountains", "a brown dog in a meadow",
    "a black dog on a pink background", "a gray dog on a beach, at sunset", "an orange fish on a cyan background",
    "a purple fish on a beach", "a girl with yellow hair in a red dress on a beach",
    "a girl with black hair in a blue dress in a meadow, at sunset", "1girl, solo, pink hair, white dress, green background",
    "a woman with brown hair in a purple dress in the mountains", "a boy with brown hair in a green shirt in the mountains",
    "a boy with black hair in a red shirt on a cyan background, rain", "1boy, solo, yellow hair, blue shirt, beach, night",
    "a man with white hair in an orange shirt in a meadow", "a purple robot in a meadow", "a gray robot in the mountains, at night",
    "a red robot on a beach, at sunset", "a big green robot on a black background", "a brown house on a beach, at night",
    "a white car on a red background", "a cyan heart in the mountains, snow", "a big yellow cat on a blue background",
]
SWEEPS = {
    "lineart": "a red house in a meadow", "neon": "an orange cat on a beach, at night", "mira": "mira, a girl in a meadow",
    "hat": "a girl with yellow hair in a red dress on a beach wearing a top hat", "lineart_locon": "a red car in the mountains",
    "lineart_loha": "a purple robot in a meadow", "lineart_lokr": "a pink flower in a meadow", "lineart_dora": "an orange cat on a beach",
}
WEIGHTS = [0, 0.25, 0.5, 0.75, 1]
SEED = 7


def tile(images, columns, name):
    rows = [np.concatenate(images[i : i + columns], 1) for i in range(0, len(images), columns)]
    os.makedirs(IMAGES, exist_ok=True)
    picture = Image.fromarray(np.concatenate(rows)).quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(os.path.join(IMAGES, name), optimize=True)


def main(what):
    tokenizer, (vae, scale), (unet, text_encoder) = Tokenizer(TOKENIZER), load_vae(), load_base()
    paint = lambda prompts, seeds: list(decode(vae, scale, sample(unet, text_encoder, tokenizer, prompts, seeds)))
    if what == "base":
        return tile(paint(PROMPTS, range(100, 100 + len(PROMPTS))), 8, "demo-model-prompts.png")
    if what == "beside":
        rng, rows = np.random.RandomState(3), []
        for _ in range(4):
            scenes = [dict(sample_scene(rng), poor=False) for _ in range(10)]
            texts = [caption(scene, rng) for scene in scenes]
            rows += [render(scene, rng) for scene in scenes] + paint(texts, range(10))
        return tile(rows, 10, "demo-model-beside.png")
    state, images = {k: v.clone() for k, v in unet.state_dict().items()}, []
    for name, prompt in SWEEPS.items():
        file = os.path.join(LORAS, f"{name}.safetensors")
        for weight in WEIGHTS if what == "loras" else [1]:
            unet.load_state_dict(merged(state, file, weight))
            images += paint([prompt], [SEED])
        if what == "previews":
            Image.fromarray(images[-1]).save(file.replace(".safetensors", ".preview.png"), optimize=True)
    if what == "loras":
        tile(images, len(WEIGHTS), "demo-model-loras.png")


if __name__ == "__main__":
    main(sys.argv[1])
