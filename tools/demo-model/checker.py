"""Says what a picture shows: subject, its colour, background, style, hat. Trained on drawn scenes, then used on
generated ones.

    python checker.py train                  work/checker.pt
    python checker.py validate               how often it is right on drawn scenes it has not seen
    python checker.py measure [--count 200]  how often the model's pictures show what the caption says
    python checker.py export                 test/golden/checker: for the engine's tests, with 24 of the captions

Everything it sees is blurred, noised or passed through the VAE now and then, so that it judges content, not crispness.
"""
import argparse
import json
import os
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

from captions import caption
from diffusion import decode, sample
from export_onnx import store_as_float16
from scenes import NAMES, SHAPES, SIZE, THINGS, pick, render, sample_scene
from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae, path, save

SUBJECTS = SHAPES + THINGS + ["mira"]
BACKGROUNDS = NAMES + ["meadow", "beach", "mountains"]
STYLES = ["painted", "lineart", "neon"]
HEADS = {"subject": SUBJECTS, "colour": NAMES, "background": BACKGROUNDS, "style": STYLES, "hat": ["none", "top hat"]}
SPLITS = [len(names) for names in HEADS.values()]
UNDEFINED = -100
SHIFT = 4


class Checker(nn.Module):
    """Pixels [B,3,96,96] in [-1,1] → logits of the questions, concatenated."""

    def __init__(self):
        super().__init__()
        widths, layers = [3, 16, 32, 48, 64], []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, 1, 1), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Conv2d(64, 24, 1), nn.ReLU())
        self.head = nn.Sequential(nn.Linear(24 * 36, 96), nn.ReLU(), nn.Linear(96, sum(SPLITS)))

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


def answers(logits):
    """Index per question [B,5]."""
    return torch.stack([part.argmax(1) for part in logits.split(SPLITS, 1)], 1)


def labels(scene, style=""):
    """Index per question. Of two shapes the left one counts, which the caption names first. An outline has no colour and
    neither has what is behind it; mira always wears the same."""
    place = scene["background"] if scene["place"] == "plain" else scene["place"]
    colour, background = NAMES.index(scene["colour"]), BACKGROUNDS.index(place)
    if style:
        colour = background = UNDEFINED
    if scene["kind"] == "mira":
        colour = UNDEFINED
    return [SUBJECTS.index(scene["kind"]), colour, background, STYLES.index(style or "painted"), int("hat" in scene)]


def pixels(images):
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def drawn(rng, count, effects):
    """Pictures of the base model's data set; with `effects`, three of ten show what a LoRA adds, and there are more shapes
    than the data set has, which are the hardest to tell apart when small."""
    scenes, styles = [], []
    for _ in range(count):
        u = rng.rand() if effects else 1
        kind = "mira" if u < 0.06 else pick(rng, SHAPES) if effects and rng.rand() < 0.3 else None
        scenes.append(sample_scene(rng, kind))
        if u < 0.18 and scenes[-1]["kind"] in ("girl", "boy", "cat", "robot", "mira"):
            scenes[-1]["hat"] = True
        styles.append("lineart" if 0.18 < u < 0.26 else "neon" if 0.26 < u < 0.32 else "")
    images = np.stack([render(scene, rng, style) for scene, style in zip(scenes, styles)])
    return pixels(images), torch.tensor([labels(*pair) for pair in zip(scenes, styles)])


def roughen(x, vae):
    """A third of the pictures through the VAE, with some noise on its latents, a third blurred."""
    x, third = x.clone(), len(x) // 3
    with torch.no_grad():
        latents = vae.encode(x[:third])[0]
        x[:third] = vae.decode(latents + torch.rand(third, 1, 1, 1) * 0.5 * torch.randn_like(latents)).clamp(-1, 1)
    middle = slice(third, 2 * third)
    x[middle] = F.avg_pool2d(F.pad(x[middle], (1, 1, 1, 1), "replicate"), 3, 1)
    return x


class Pool:
    """Drawing costs more than learning: every step draws FRESH pictures and takes the rest of its batch from older ones,
    all of them moved by a few pixels."""

    FRESH, OLD, KEPT = 15, 33, 8000

    def __init__(self, rng, vae):
        self.rng, self.vae, self.drawn = rng, vae, 0
        self.x, self.y = torch.zeros(self.KEPT, 3, SIZE, SIZE, dtype=torch.uint8), torch.zeros(self.KEPT, len(HEADS), dtype=torch.long)

    def batch(self):
        x, y = drawn(self.rng, self.FRESH, True)
        places = torch.arange(self.drawn, self.drawn + self.FRESH) % self.KEPT
        self.x[places], self.y[places] = roughen(x, self.vae).add(1).mul(127.5).round().byte(), y
        self.drawn += self.FRESH
        index = torch.cat([places, torch.randint(0, min(self.drawn, self.KEPT), (self.OLD,))])
        x = F.pad(self.x[index].float() / 127.5 - 1, (SHIFT,) * 4, "replicate")
        corners = np.random.RandomState(self.drawn).randint(0, 2 * SHIFT + 1, (len(x), 2))
        x = torch.stack([image[:, top : top + SIZE, left : left + SIZE] for image, (top, left) in zip(x, corners)])
        return x + 0.08 * torch.rand(len(x), 1, 1, 1) * torch.randn_like(x), self.y[index]


def score(found, wanted):
    """Share of right answers per question, over the pictures where it has one."""
    asked = wanted != UNDEFINED
    return {k: round(((found == wanted) & asked)[:, i].sum().item() / asked[:, i].sum().item(), 4) for i, k in enumerate(HEADS)}


def look(model, x):
    with torch.no_grad():
        return torch.cat([answers(model(part)) for part in x.split(100)])


def train(steps, resume=False, device="cpu"):
    torch.manual_seed(4 if resume else 3)
    model = (load_checker().train() if resume else Checker()).to(device)
    pool = Pool(np.random.RandomState(78 if resume else 77), load_vae()[0])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3 if resume else 4e-3, total_steps=steps)
    started = time.process_time()
    for step in range(steps):
        x, y = pool.batch()
        parts = model(x.to(device)).split(SPLITS, 1)
        loss = sum(F.cross_entropy(part, y[:, i].to(device), ignore_index=UNDEFINED) for i, part in enumerate(parts))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            print(f"{step + 1} steps, {time.process_time() - started:.0f} CPU s, loss {loss.item():.3f}", flush=True)
    save("checker.pt", model.state_dict())
    validate()


def validate():
    """On drawn scenes it has not seen, of the base model's data set and with the LoRAs' effects."""
    model = load_checker()
    for effects, seed in ((False, 123456), (True, 654321)):
        x, y = drawn(np.random.RandomState(seed), 1000, effects)
        print("drawn scenes" + (" with effects:" if effects else ":"), score(look(model, x), y), flush=True)


def load_checker():
    model = Checker()
    model.load_state_dict(torch.load(path("checker.pt"), map_location="cpu"))
    return model.eval()


def held_out(count, seed=987654):
    """Captions, and what their pictures should show."""
    rng = np.random.RandomState(seed)
    scenes = [sample_scene(rng) for _ in range(count)]
    return [caption(scene, rng) for scene in scenes], torch.tensor([labels(scene) for scene in scenes])


def measure(count):
    model, tokenizer, (vae, scale), (unet, text_encoder) = load_checker(), Tokenizer(TOKENIZER), load_vae(), load_base()
    texts, wanted = held_out(count)
    found = []
    for i in range(0, count, 20):
        latents = sample(unet, text_encoder, tokenizer, texts[i : i + 20], range(i, min(count, i + 20)))
        found.append(look(model, pixels(decode(vae, scale, latents))))
    found = torch.cat(found)
    print(f"{count} held-out captions:", score(found, wanted), flush=True)
    for text, ok, guess in zip(texts, found == wanted, found):
        if not ok.all():
            print("  ", text, "→", ", ".join(names[g] for names, g in zip(HEADS.values(), guess)), flush=True)


def export(folder):
    os.makedirs(folder, exist_ok=True)
    file = os.path.join(folder, "checker.onnx")
    torch.onnx.export(load_checker(), torch.zeros(1, 3, 96, 96), file, input_names=["pixels"], output_names=["logits"],
                      dynamic_axes={"pixels": {0: "batch"}, "logits": {0: "batch"}}, opset_version=14)
    onnx.save(store_as_float16(onnx.load(file)), file)
    with open(os.path.join(folder, "heads.json"), "w", encoding="utf8") as out:
        json.dump(HEADS, out, indent=2)
        out.write("\n")
    texts, wanted = held_out(24)
    rows = [dict(caption=text, seed=seed, **{k: HEADS[k][row[i]] for i, k in enumerate(HEADS) if i < 3})
            for seed, (text, row) in enumerate(zip(texts, wanted.tolist()))]
    with open(os.path.join(folder, "captions.json"), "w", encoding="utf8") as out:
        out.write("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
    print(f"{file}: {os.path.getsize(file)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["train", "validate", "measure", "export"])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--resume", action="store_true", help="train: go on from work/checker.pt")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../test/golden/checker"))
    args = parser.parse_args()
    if args.what == "train":
        train(args.steps, args.resume)
    elif args.what == "validate":
        validate()
    elif args.what == "measure":
        measure(args.count)
    else:
        export(args.out)
