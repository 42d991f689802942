"""Distils the base model into a LoRA for pictures in four steps: sampler LCM, CFG scale 1, media/demo-model/loras/lcm.safetensors.

    python train_lcm.py [--pairs 512] [--steps 450]

The teacher solves the sampling ODE with guidance, from pure noise and from its own pictures noised to some level; the
student learns to name the end of that way from its beginning, in one evaluation and without guidance. Needs work/base.pt.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch

from captions import caption
from diffusion import alphas_cumprod
from networks import attach, kohya_tensors
from safetensors_io import write
from scenes import sample_scene
from tokenizer import Tokenizer
from train_lora import OUT
from weights import TOKENIZER, load_base

BATCH, RANK, GUIDANCE, SOLVER_STEPS, SEED = 16, 16, 5.0, 12, 1
ABOUT = "Pictures in four steps: sampler LCM, CFG scale 1."


@torch.no_grad()
def solve(unet, alphas, x, start, context, empty):
    """From noise level `start` (a timestep) down to the clean latents, by DDIM with guidance."""
    steps = max(2, round(SOLVER_STEPS * start / 999))
    times = [int(round(t)) for t in np.linspace(start, 0, steps + 1)[:-1]]
    both = torch.cat([empty.expand(len(x), -1, -1), context])
    for t, after in zip(times, times[1:] + [None]):
        without, guided = unet(torch.cat([x, x]), torch.full((2 * len(x),), t), both).chunk(2)
        noise = without + GUIDANCE * (guided - without)
        a, a_next = alphas[t], torch.tensor(1.0) if after is None else alphas[after]
        x = a_next.sqrt() * (x - (1 - a).sqrt() * noise) / a.sqrt() + (1 - a_next).sqrt() * noise
    return x


def make_pairs(unet, alphas, contexts, empty):
    """(noised latents, timestep, clean latents): the first half from pure noise, the second from the first's pictures."""
    levels = np.random.RandomState(SEED).randint(2, 49, math.ceil(len(contexts) / BATCH)) * 20 + 19
    starts, times, ends = [], [], []
    for part in contexts.split(BATCH):
        noise = torch.randn(len(part), 4, 12, 12)
        starts.append(noise)
        times.append(torch.full((len(part),), 999))
        ends.append(solve(unet, alphas, noise, 999, part, empty))
    for part, clean, level in zip(contexts.split(BATCH), list(ends), levels):
        noised = alphas[level].sqrt() * clean + (1 - alphas[level]).sqrt() * torch.randn_like(clean)
        starts.append(noised)
        times.append(torch.full((len(part),), int(level)))
        ends.append(solve(unet, alphas, noised, int(level), part, empty))
    return torch.cat(starts), torch.cat(times), torch.cat(ends)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=512)
    parser.add_argument("--steps", type=int, default=450)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--out", default=OUT)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    rng, started, tokenizer, (unet, text_encoder) = np.random.RandomState(88), time.process_time(), Tokenizer(TOKENIZER), load_base()
    unet.requires_grad_(False)
    texts = [caption(sample_scene(rng), rng) for _ in range(args.pairs)]
    with torch.no_grad():
        contexts = torch.cat([text_encoder(part) for part in torch.tensor([tokenizer(t) for t in texts]).split(64)])
        empty = text_encoder(torch.tensor([tokenizer("")]))
    alphas = alphas_cumprod()
    x, t, clean = make_pairs(unet, alphas, contexts, empty)
    contexts = torch.cat([contexts, contexts])
    print(f"{len(x)} pairs after {time.process_time() - started:.0f} CPU s", flush=True)
    adapted = attach(unet, "lora", RANK)
    parameters = [p for module in adapted.values() for p in module.network.parameters()]
    optimizer, losses = torch.optim.AdamW(parameters, lr=args.lr, betas=(0.9, 0.99), weight_decay=0), []
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = args.lr * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * step / args.steps)))
        index = torch.randint(0, len(x), (BATCH,))
        a = alphas[t[index]][:, None, None, None]
        guess = unet(x[index], t[index], contexts[index])
        error = ((x[index] - (1 - a).sqrt() * guess) / a.sqrt() - clean[index]).square().mean((1, 2, 3))
        loss = ((error + 1e-3).sqrt() - 1e-3**0.5).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            print(f"{step + 1} steps, {time.process_time() - started:.0f} CPU s, loss {np.mean(losses[-50:]):.4f}", flush=True)
    file = os.path.join(args.out, "lcm.safetensors")
    write(file, kohya_tensors(adapted, RANK), {
        "ss_base_model_version": "sd_v1", "ss_network_module": "networks.lora", "ss_network_dim": RANK, "ss_network_alpha": RANK,
        "ss_output_name": "lcm", "ss_sd_model_name": "demo", "ss_steps": args.steps, "ss_learning_rate": args.lr, "ss_seed": SEED,
        "modelspec.sai_model_spec": "1.0.0", "modelspec.architecture": "stable-diffusion-v1/lora", "modelspec.title": "lcm",
        "modelspec.description": ABOUT, "modelspec.author": "the sdprompt authors", "modelspec.license": "MIT",
    })
    with open(file.replace(".safetensors", ".json"), "w", encoding="utf8") as out:
        sidecar = {"description": ABOUT, "sd version": "SD1", "activation text": "", "preferred weight": 1.0, "notes": ""}
        json.dump(sidecar, out, indent=2)
        out.write("\n")
    print(f"{file}: {os.path.getsize(file)} bytes, {time.process_time() - started:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
