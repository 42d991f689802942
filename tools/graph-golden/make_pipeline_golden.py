"""
Makes test/golden/pipeline.json: a small model from words to pixels, sampled by torch with the web UI's samplers.

    python3 tools/graph-golden/make_pipeline_golden.py

Needs torch (1.13 is enough) and numpy. Weights are not stored: both sides make them from names (weights.py). Words are
those of the built-in model. The networks run in float64, the latents between them are float32, as everywhere.
"""

import json
import math
from pathlib import Path

import torch

from autoencoders import VaeDecoder
from clip import ClipText
from make_lcm_golden import HEIGHT, TEXT, WIDTH, noise_levels, token_ids
from unet import UNet
from weights import fill

ROOT = Path(__file__).resolve().parents[2]
UNET = {
    **{"inChannels": 4, "outChannels": 4, "groups": 8, "epsilon": 1e-5, "linearProjection": False},
    **{"channels": [16, 24], "heads": [2, 2], "context": 20},
    **{"down": [[1, 1], [0, 0]], "up": [[0] * 3, [1] * 3], "middle": [1]},
}
VAE = {"channels": [8, 16, 16, 16], "layersPerBlock": 1, "latentChannels": 4, "groups": 8, "hasQuantConv": True}
SCALING = 0.18215
PROMPT, NEGATIVE, STEPS, SEED = "a red house in a meadow", "a blue fish", 20, 4711
SHAPE = (1, 4, HEIGHT // 8, WIDTH // 8)

BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
SIGNAL = torch.cumprod(1 - BETAS, dim=0)
SIGMAS = ((1 - SIGNAL) / SIGNAL).sqrt().float()


def timestep_of(sigma):
    """The fractional timestep of a noise level, even in its logarithm."""
    logs = SIGMAS.log()
    low = int((logs <= math.log(sigma)).sum()) - 1
    low = min(max(low, 0), 998)
    share = (math.log(sigma) - logs[low]) / (logs[low + 1] - logs[low])
    return low + min(max(float(share), 0), 1)


def even_levels(steps):
    """Levels at even timesteps, from the last to the first; then none."""
    places = torch.linspace(999, 0, steps)
    low, share = places.floor().long(), places.frac()
    logs = SIGMAS.log()
    return [*((1 - share) * logs[low] + share * logs[places.ceil().long()]).exp().tolist(), 0.0]


def karras_levels(steps, rho=7.0):
    ramp = torch.linspace(0, 1, steps)
    most, least = SIGMAS[-1] ** (1 / rho), SIGMAS[0] ** (1 / rho)
    return [*((most + ramp * (least - most)) ** rho).tolist(), 0.0]


def euler(denoise, noise, _):
    sigmas = even_levels(STEPS)
    x = noise() * sigmas[0]
    for sigma, following in zip(sigmas, sigmas[1:]):
        x = x + (x - denoise(x, sigma)) / sigma * (following - sigma)
    return x


def dpmpp_2m(denoise, noise, _):
    """DPM-Solver++(2M), with lambda = -log sigma."""
    sigmas = karras_levels(STEPS)
    x = noise() * sigmas[0]
    before, length_before = None, None
    for sigma, following in zip(sigmas, sigmas[1:]):
        now = denoise(x, sigma)
        if following == 0:
            return now
        length = math.log(sigma) - math.log(following)
        towards = now
        if before is not None:
            ratio = length_before / length
            towards = (1 + 1 / (2 * ratio)) * now - 1 / (2 * ratio) * before
        x = following / sigma * x - math.expm1(-length) * towards
        before, length_before = now, length
    return x


def ddim(_, noise, ask):
    """Even timesteps from 1 on; the web UI takes one step less than it is asked for."""
    timesteps = [1 + place * (1000 // STEPS) for place in range(STEPS)]
    x = noise()
    for at in range(STEPS - 1, 0, -1):
        signal, following = SIGNAL[timesteps[at]].float(), SIGNAL[timesteps[at - 1]].float()
        output = ask(x, float(timesteps[at]))
        clean = (x - (1 - signal).sqrt() * output) / signal.sqrt()
        x = following.sqrt() * clean + (1 - following).sqrt() * output
    return x


def lcm(_, noise, ask):
    logs = noise_levels().log()
    places = torch.linspace(49, 0, STEPS)
    low, share = places.floor().long(), places.frac()
    sigmas = ((1 - share) * logs[low] + share * logs[places.ceil().long()]).exp().tolist() + [0.0]
    x = noise() * sigmas[0]
    for sigma, following in zip(sigmas, sigmas[1:]):
        timestep = int((logs - math.log(sigma)).abs().argmin()) * 20 + 19
        scaled = x / math.sqrt(sigma**2 + 1)
        output = ask(scaled, float(timestep))
        time = 10.0 * timestep
        skip, out = 0.25 / (time**2 + 0.25), time / math.sqrt(time**2 + 0.25)
        x = out * (x - sigma * output) + skip * scaled
        if following > 0:
            x = x + following * noise()
    return x


CASES = [
    ("Euler", "Automatic", 7, euler),
    ("DPM++ 2M", "Karras", 7, dpmpp_2m),
    ("DDIM", "Automatic", 7, ddim),
    ("LCM", "Automatic", 1.5, lcm),
]


def rounded(values):
    return [float(f"{value:.8g}") for value in values.flatten().tolist()]


def main():
    unet, text, vae = UNet(UNET), ClipText(TEXT), VaeDecoder(VAE)
    for module in (unet, text, vae):
        fill(module)
        module.double().eval()
    cases = []
    with torch.no_grad():
        ids = torch.tensor([token_ids(NEGATIVE), token_ids(PROMPT)])
        hidden = text(ids)["last_hidden_state"]
        for sampler, schedule, scale, run in CASES:
            generator = torch.Generator().manual_seed(SEED)

            def ask(scaled, timestep):
                both = scaled.double().repeat(2, 1, 1, 1)
                without, wanted = unet(both, torch.tensor([timestep]), hidden)["out_sample"].float()
                return (without + scale * (wanted - without))[None]

            def denoise(x, sigma):
                return x - sigma * ask(x / math.sqrt(sigma**2 + 1), timestep_of(sigma))

            latents = run(denoise, lambda: torch.randn(SHAPE, generator=generator), ask)
            picture = vae((latents / SCALING).double())["sample"]
            row = picture[0, :, HEIGHT // 2]
            cases.append(
                {"sampler": sampler, "scheduleType": schedule, "cfgScale": scale}
                | {"latents": rounded(latents), "row": rounded(row)}
            )
            print(sampler, f"{latents.std():.3f}", f"{picture.std():.3f}")
    golden = {
        "source": "tools/graph-golden/make_pipeline_golden.py",
        **{"unet": UNET, "text": TEXT, "vae": VAE, "scalingFactor": SCALING},
        **{"prompt": PROMPT, "negative": NEGATIVE, "steps": STEPS, "seed": SEED},
        **{"height": HEIGHT, "width": WIDTH, "cases": cases},
    }
    (ROOT / "test/golden/pipeline.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
