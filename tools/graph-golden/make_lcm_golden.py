"""
Makes test/golden/lcm.json: a small latent consistency model, which takes guidance as an input, sampled by torch.

    python3 tools/graph-golden/make_lcm_golden.py

Needs torch (1.13 is enough) and numpy. Weights are not stored: both sides make them from names (weights.py). Words are
those of the built-in model.
"""

import json
import math
from pathlib import Path

import torch

from clip import ClipText
from unet import UNet
from weights import fill

ROOT = Path(__file__).resolve().parents[2]
TOKENIZER = ROOT / "media/demo-model/tokenizer"

UNET = {
    **{"inChannels": 4, "outChannels": 4, "groups": 8, "epsilon": 1e-5, "linearProjection": False},
    **{"channels": [16, 24], "heads": [2, 2], "context": 20, "guidance": 32},
    **{"down": [[1, 1], [0, 0]], "up": [[0] * 3, [1] * 3], "middle": [1]},
}
TEXT = {
    **{"layers": 2, "width": 20, "inner": 40, "heads": 2, "activation": "quick_gelu"},
    **{"vocabulary": 770, "positions": 77, "epsilon": 1e-5},
}
PROMPT = "a red house in a meadow"
HEIGHT, WIDTH = 48, 64
CASES = [
    {"steps": 4, "cfgScale": 8, "seed": 7},
    {"steps": 4, "cfgScale": 1.5, "seed": 7},
    {"steps": 1, "cfgScale": 1, "seed": 4294967303},
]


def token_ids(text):
    """Byte pairs of plain words, between the marks of begin and end, filled up with the latter."""
    vocabulary = json.loads((TOKENIZER / "vocab.json").read_text())
    lines = (TOKENIZER / "merges.txt").read_text().split("\n")[1:]
    ranks = {tuple(line.split()): rank for rank, line in enumerate(lines) if line}
    ids = []
    for word in text.split():
        pieces = [*word[:-1], word[-1] + "</w>"]
        while len(pieces) > 1:
            rank, at = min((ranks.get(pair, math.inf), i) for i, pair in enumerate(zip(pieces, pieces[1:])))
            if rank == math.inf:
                break
            pieces[at : at + 2] = ["".join(pieces[at : at + 2])]
        ids += [vocabulary[piece] for piece in pieces]
    begin, end = vocabulary["<|startoftext|>"], vocabulary["<|endoftext|>"]
    return [begin, *ids] + [end] * (76 - len(ids))


def guidance_embedding(scale, width):
    """diffusers' get_guidance_scale_embedding."""
    half = width // 2
    waves = torch.exp(torch.arange(half, dtype=torch.float32) * -(math.log(10000.0) / (half - 1)))
    angles = torch.tensor([[scale - 1.0]]) * 1000.0 * waves
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def noise_levels():
    """The fifty levels such models were distilled at, of timesteps 19, 39 … 999."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    signal = torch.cumprod(1 - betas, dim=0)[19::20].float()
    return ((1 - signal) / signal).sqrt()


def sample(unet, hidden, steps, cfgScale, seed):
    """LCM over even places in the list of known levels, each asked at the timestep that lies nearest in log sigma."""
    logs = noise_levels().log()
    places = torch.linspace(49, 0, steps)
    low, share = places.floor().long(), places.frac()
    sigmas = ((1 - share) * logs[low] + share * logs[places.ceil().long()]).exp().tolist() + [0.0]
    generator = torch.Generator().manual_seed(seed)
    draw = lambda: torch.randn(1, 4, HEIGHT // 8, WIDTH // 8, generator=generator)  # noqa: E731
    condition = guidance_embedding(cfgScale, UNET["guidance"]).double()
    x = draw() * sigmas[0]
    timesteps = []
    for sigma, following in zip(sigmas, sigmas[1:]):
        timestep = int((logs - math.log(sigma)).abs().argmin()) * 20 + 19
        timesteps.append(timestep)
        scaled = (x / math.sqrt(sigma**2 + 1)).double()
        output = unet(scaled, torch.tensor([float(timestep)]), hidden, condition)["out_sample"].float()
        time = 10.0 * timestep
        skip, out = 0.25 / (time**2 + 0.25), time / math.sqrt(time**2 + 0.25)
        x = out * (x - sigma * output) + skip * scaled.float()
        if following > 0:
            x = x + following * draw()
    return timesteps, [float(f"{value:.8g}") for value in x.flatten().tolist()]


def main():
    unet, text = UNet(UNET), ClipText(TEXT)
    for module in (unet, text):
        fill(module)
        module.double().eval()
    ids = token_ids(PROMPT)
    cases = []
    with torch.no_grad():
        hidden = text(torch.tensor([ids]))["last_hidden_state"]
        for case in CASES:
            timesteps, latents = sample(unet, hidden, **case)
            cases.append({**case, "timesteps": timesteps, "latents": latents})
            print(case, timesteps, f"{torch.tensor(latents).std():.3f}")
    golden = {
        "source": "tools/graph-golden/make_lcm_golden.py",
        **{"unet": UNET, "text": TEXT, "prompt": PROMPT, "height": HEIGHT, "width": WIDTH, "ids": ids, "cases": cases},
    }
    (ROOT / "test/golden/lcm.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
