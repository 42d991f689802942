"""Says what a picture shows: subject, its colour, background. Trained on drawn scenes, then used on generated ones.

    python checker.py train                  work/checker.pt; validated on drawn scenes it has not seen
    python checker.py measure [--count 200]  how often the model's pictures show what the caption says
    python checker.py export                 test/golden/checker/checker.onnx, for the engine's tests

Everything it sees is blurred, noised or passed through the VAE now and then, so that it judges content, not crispness.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from captions import caption
from diffusion import decode, sample
from scenes import NAMES, SHAPES, THINGS, render, sample_scene
from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae, path, save

SUBJECTS = SHAPES + THINGS
BACKGROUNDS = NAMES + ["meadow", "beach", "mountains"]
HEADS = {"subject": SUBJECTS, "colour": NAMES, "background": BACKGROUNDS}


class Checker(nn.Module):
    """Pixels [B,3,96,96] in [-1,1] → logits of the three questions, concatenated."""

    def __init__(self):
        super().__init__()
        widths, layers = [3, 16, 32, 48, 64], []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, 1, 1), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Linear(64 * 36, 128), nn.ReLU(), nn.Linear(128, sum(map(len, HEADS.values()))))

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


def answers(logits):
    """Index per question [B,3]."""
    return torch.stack([part.argmax(1) for part in logits.split([len(v) for v in HEADS.values()], 1)], 1)


def labels(scene):
    place = scene["background"] if scene["place"] == "plain" else scene["place"]
    return [SUBJECTS.index(scene["kind"]), NAMES.index(scene["colour"]), BACKGROUNDS.index(place)]


def drawn(rng, count):
    scenes = [sample_scene(rng, single=True) for _ in range(count)]
    images = np.stack([render(scene, rng) for scene in scenes])
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1, torch.tensor([labels(s) for s in scenes])


def roughen(x, vae):
    """Half of the batch through the VAE, with some noise on its latents, the rest blurred or noised."""
    x, half = x.clone(), len(x) // 2
    with torch.no_grad():
        latents = vae.encode(x[:half])[0]
        x[:half] = vae.decode(latents + torch.rand(half, 1, 1, 1) * 0.5 * torch.randn_like(latents)).clamp(-1, 1)
    quarter = len(x) // 4
    x[half : half + quarter] = F.avg_pool2d(F.pad(x[half : half + quarter], (1, 1, 1, 1), "replicate"), 3, 1)
    return x + 0.05 * torch.rand(len(x), 1, 1, 1) * torch.randn_like(x)


def train(steps, device="cpu"):
    torch.manual_seed(3)
    rng, model, (vae, _) = np.random.RandomState(77), Checker().to(device), load_vae()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    started = time.process_time()
    for step in range(steps):
        x, y = drawn(rng, 48)
        logits = model(roughen(x, vae).to(device))
        parts = logits.split([len(v) for v in HEADS.values()], 1)
        loss = sum(F.cross_entropy(part, y[:, i].to(device)) for i, part in enumerate(parts))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            print(f"{step + 1} steps, {time.process_time() - started:.0f} CPU s, loss {loss.item():.3f}", flush=True)
    model.eval()
    x, y = drawn(np.random.RandomState(123456), 1000)
    with torch.no_grad():
        right = (torch.cat([answers(model(part)) for part in x.split(100)]) == y).float().mean(0)
    print("on 1000 drawn scenes it has not seen:", {k: f"{v:.3f}" for k, v in zip(HEADS, right.tolist())}, flush=True)
    save("checker.pt", model.state_dict())


def load_checker():
    model = Checker()
    model.load_state_dict(torch.load(path("checker.pt"), map_location="cpu"))
    return model.eval()


def measure(count, seed=987654):
    rng, model, tokenizer = np.random.RandomState(seed), load_checker(), Tokenizer(TOKENIZER)
    (vae, scale), (unet, text_encoder) = load_vae(), load_base()
    scenes = [sample_scene(rng, single=True) for _ in range(count)]
    texts, y = [caption(s, rng) for s in scenes], torch.tensor([labels(s) for s in scenes])
    found = []
    for i in range(0, count, 20):
        pictures = decode(vae, scale, sample(unet, text_encoder, tokenizer, texts[i : i + 20], range(i, min(count, i + 20))))
        with torch.no_grad():
            found.append(answers(model(torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1)))
    found = torch.cat(found)
    right = (found == y).float()
    print(f"on {count} held-out captions:", {k: f"{v:.3f}" for k, v in zip(HEADS, right.mean(0).tolist())}, flush=True)
    for text, ok, guess in zip(texts, right, found):
        if ok.min() == 0:
            print("  ", text, "→", [names[g] for names, g in zip(HEADS.values(), guess)], flush=True)


def export(folder):
    os.makedirs(folder, exist_ok=True)
    torch.onnx.export(load_checker(), torch.zeros(1, 3, 96, 96), os.path.join(folder, "checker.onnx"), input_names=["pixels"],
                      output_names=["logits"], dynamic_axes={"pixels": {0: "batch"}, "logits": {0: "batch"}}, opset_version=14)
    with open(os.path.join(folder, "heads.json"), "w", encoding="utf8") as file:
        json.dump(HEADS, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["train", "measure", "export"])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../test/golden/checker"))
    args = parser.parse_args()
    if args.what == "train":
        train(args.steps)
    elif args.what == "measure":
        measure(args.count)
    else:
        export(args.out)
