"""Measures what each LoRA does, on pictures the base model makes of fixed prompts.

    python effects.py [--weights -0.5 0 0.5 1] [--prompts 10] [names…]

Saturation and darkness are means over pixels (0 to 1); `dark` is the share of pixels below 0.25 of white; `change` is
the mean difference from the picture without it, of 255; the rest says how often the checker sees the style, the hat,
mira, and still the subject of the prompt.
"""
import argparse
import os

import numpy as np

from checker import HEADS, load_checker, look, pixels
from diffusion import decode, sample
from networks import merged
from sheets import LORAS
from tokenizer import Tokenizer
from train_lora import ABOUT
from weights import TOKENIZER, load_base, load_vae

SCENES = [
    ("a red house in a meadow", "house"), ("a yellow car in the mountains", "car"), ("a purple robot in a meadow", "robot"),
    ("an orange cat on a beach", "cat"), ("a blue fish on a yellow background", "fish"), ("a pink flower in a meadow", "flower"),
    ("a green tree on a beach", "tree"), ("a brown dog in a meadow", "dog"), ("a purple star on an orange background", "star"),
    ("a girl with yellow hair in a red dress on a beach", "girl"), ("a boy with black hair in a green shirt in a meadow", "boy"),
    ("a blue heart on a white background", "heart"),
]
WEARERS = [("a girl with yellow hair in a red dress on a beach", "girl"), ("a boy with black hair in a green shirt in a meadow", "boy"),
           ("an orange cat on a beach", "cat"), ("a purple robot in a meadow", "robot"), ("a woman with brown hair in a blue dress", "girl"),
           ("a white cat in a meadow", "cat"), ("a red robot in the mountains", "robot"), ("a man in an orange shirt on a beach", "boy")]


def prompts_for(effect, count):
    if effect == "mira":
        return [(f"mira, a girl {place}", "mira") for place in ("in a meadow", "on a beach", "in the mountains", "in a meadow, at night")] * 2
    if effect == "hat":
        return [(f"{text}, wearing a top hat", subject) for text, subject in WEARERS]
    return SCENES[:count]


def describe(images, before):
    x = images.astype(np.float32) / 255
    saturation = (x.max(-1) - x.min(-1)).mean()
    grey = x.mean(-1)
    change = np.abs(images.astype(np.float32) - before.astype(np.float32)).mean()
    return f"saturation {saturation:.3f}  dark {(grey < 0.25).mean():.3f}  change {change:5.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--weights", type=float, nargs="+", default=[0, -0.5, 0.25, 0.5, 0.75, 1])
    parser.add_argument("--prompts", type=int, default=10)
    args = parser.parse_args()
    checker, tokenizer, (vae, scale), (unet, text_encoder) = load_checker(), Tokenizer(TOKENIZER), load_vae(), load_base()
    state = {k: v.clone() for k, v in unet.state_dict().items()}
    files = sorted(name[: -len(".safetensors")] for name in os.listdir(LORAS) if name.endswith(".safetensors"))
    for name in args.names or [name for name in files if name != "lcm"]:
        effect = name.split("_")[0]
        scenes = prompts_for(effect, args.prompts)
        subjects = np.array([HEADS["subject"].index(subject) for _, subject in scenes])
        before = None
        for weight in [0] + [w for w in args.weights if w != 0]:
            unet.load_state_dict(merged(state, os.path.join(LORAS, f"{name}.safetensors"), weight))
            latents = sample(unet, text_encoder, tokenizer, [text for text, _ in scenes], range(500, 500 + len(scenes)))
            images = decode(vae, scale, latents)
            before = images if before is None else before
            found = look(checker, pixels(images)).numpy()
            seen = {"subject": (found[:, 0] == subjects).mean()}
            if ABOUT[effect][0] == "style":
                seen[effect] = (found[:, 3] == HEADS["style"].index(effect)).mean()
            if effect == "hat":
                seen["hat"] = (found[:, 4] == 1).mean()
            print(f"{name} {weight:5.2f}  {describe(images, before)}  " + "  ".join(f"{k} {v:.2f}" for k, v in seen.items()), flush=True)


if __name__ == "__main__":
    main()
