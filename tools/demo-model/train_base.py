"""Trains the UNet and the text encoder together on latents of drawn scenes.

    python train_base.py --samples 400000 [--resume] [--lr 1e-3] [--device cuda]

The length is given in samples seen, so that a slow machine gives the same weights as a fast one. The learning rate is
constant after a warm-up and falls linearly to 2 % over the last part (--anneal). Needs work/vae.pt.
"""
import argparse
import os
import time

import numpy as np
import torch

from captions import caption
from diffusion import alphas_cumprod, min_snr_weights, stratified_timesteps
from scenes import render, sample_scene
from text_encoder import CLIPTextModel
from tokenizer import Tokenizer
from unet import UNet2DConditionModel
from weights import TOKENIZER, VOCABULARY, load_base, load_vae, path, save

BATCH, DROPOUT, EMA = 16, 0.1, 0.998


def make_latents(count, seed, tokenizer):
    """Latents [N,4,12,12], already scaled, and two captions each [N,2,77]; kept in work/ for the next run."""
    name = f"latents-{count}-{seed}.pt"
    if os.path.exists(path(name)):
        kept = torch.load(path(name))
        return kept["latents"], kept["captions"]
    vae, scale = load_vae()
    rng, latents, captions = np.random.RandomState(seed), [], []
    for _ in range(0, count, 32):
        scenes = [sample_scene(rng) for _ in range(32)]
        images = np.stack([render(scene, rng) for scene in scenes])
        captions += [[tokenizer(caption(scene, rng)) for _ in range(2)] for scene in scenes]
        with torch.no_grad():
            latents.append(vae.encode(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1)[0])
    kept = dict(latents=torch.cat(latents) * scale, captions=torch.tensor(captions, dtype=torch.int16))
    save(name, kept)
    return kept["latents"], kept["captions"]


def learning_rate(seen, total, peak, anneal):
    rise = min(1.0, (seen + BATCH) / (30 * BATCH))
    fall = min(1.0, max(0.0, (total - seen) / (total * anneal)))
    return peak * rise * (0.02 + 0.98 * fall)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=400_000)
    parser.add_argument("--images", type=int, default=25_600)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--anneal", type=float, default=1 / 3)
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--resume", action="store_true", help="go on from work/base.pt")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer(TOKENIZER)
    started = time.process_time()
    latents, captions = make_latents(args.images, args.seed, tokenizer)
    print(f"{len(latents)} latents after {time.process_time() - started:.0f} CPU s", flush=True)

    if args.resume:
        unet, text_encoder = load_base()
    else:
        unet, text_encoder = UNet2DConditionModel(), CLIPTextModel(VOCABULARY)
        torch.nn.init.zeros_(unet.conv_out.weight)
        torch.nn.init.zeros_(unet.conv_out.bias)
    unet.to(args.device).train()
    text_encoder.to(args.device).train()
    latents, captions = latents.to(args.device), captions.to(args.device).long()
    parameters = list(unet.parameters()) + list(text_encoder.parameters())
    average = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-3)
    alphas = alphas_cumprod().to(args.device)
    weights, empty = min_snr_weights(alphas), torch.tensor(tokenizer(""), device=args.device)

    def keep():
        current = [p.detach().clone() for p in parameters]
        for p, a in zip(parameters, average):
            p.data.copy_(a)
        save("base.pt", dict(unet=unet.state_dict(), text_encoder=text_encoder.state_dict()))
        for p, c in zip(parameters, current):
            p.data.copy_(c)

    losses, order, seen, step = [], torch.randperm(len(latents)), 0, 0
    while seen < args.samples:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(seen, args.samples, args.lr, args.anneal)
        if (step + 1) * BATCH % len(latents) < BATCH:
            order = torch.randperm(len(latents))
        index = order[torch.arange(step * BATCH, (step + 1) * BATCH) % len(latents)]
        x, ids = latents[index], captions[index, torch.randint(0, 2, (BATCH,))].clone()
        ids[torch.rand(BATCH) < DROPOUT] = empty
        t = stratified_timesteps(BATCH, args.device)
        a, noise = alphas[t][:, None, None, None], torch.randn_like(x)
        guess = unet(a.sqrt() * x + (1 - a).sqrt() * noise, t, text_encoder(ids))
        loss = ((guess - noise).square().mean((1, 2, 3)) * weights[t]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step, seen = step + 1, seen + BATCH
        with torch.no_grad():
            decay = min(EMA, (1 + step) / (10 + step))
            torch._foreach_mul_(average, decay)
            torch._foreach_add_(average, [p.data for p in parameters], alpha=1 - decay)
        losses.append(loss.item())
        if step % 250 == 0:
            print(f"{seen} seen, {time.process_time() - started:.0f} CPU s, loss {np.mean(losses[-250:]):.4f}", flush=True)
        if step % 500 == 0:
            keep()
    keep()
    print(f"done: {seen} seen, {time.process_time() - started:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
