"""Trains a textual inversion on the frozen base model: a few word vectors that mean a rainy night.

    python train_embedding.py      media/demo-model/embeddings/demo-gloom.safetensors

It sees rainy nights under captions that say neither, with the new vectors at one end: in a prompt they bring the night, in
a negative prompt they lighten it. Needs work/base.pt and work/vae.pt.
"""
import argparse
import math
import os
import time

import numpy as np
import torch

from captions import caption
from diffusion import alphas_cumprod, min_snr_weights, stratified_timesteps
from safetensors_io import write
from scenes import pick, render, sample_scene
from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../media/demo-model/embeddings")
NAME, BATCH, LONGEST = "demo-gloom", 16, 60
PLACES = ["meadow", "beach", "mountains"]


def examples(count, seed, vae, scale, tokenizer):
    """Latents of rainy nights [N,4,12,12] and their captions as lists of ids without begin and end."""
    rng, latents, captions = np.random.RandomState(seed), [], []
    for _ in range(0, count, 32):
        scenes = [dict(sample_scene(rng), place=pick(rng, PLACES), time="day", weather="") for _ in range(32)]
        images = np.stack([render(dict(scene, time="night", weather="rain"), rng) for scene in scenes])
        for scene in scenes:
            ids = tokenizer(caption(scene, rng))
            captions.append(ids[1 : ids.index(tokenizer.end)][:LONGEST])
        with torch.no_grad():
            latents.append(vae.encode(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1)[0])
    return torch.cat(latents) * scale, captions


def encode(text_encoder, tokenizer, captions, vectors, rng):
    """Hidden states of captions with the vectors before or after the words, as a prompt writer might put them."""
    model, count = text_encoder.text_model, len(vectors)
    rows, places = [], []
    for ids in captions:
        place = 1 if rng.rand() < 0.5 else 1 + len(ids)
        line = ids[: place - 1] + [0] * count + ids[place - 1 :]
        rows.append(([tokenizer.start] + line + [tokenizer.end] * 77)[:77])
        places.append(place)
    hidden = model.embeddings(torch.tensor(rows))
    position = model.embeddings.position_embedding.weight
    lines = []
    for line, place in zip(hidden, places):
        lines.append(torch.cat([line[:place], vectors + position[place : place + count], line[place + count :]]))
    return model.final_layer_norm(model.encoder(torch.stack(lines), text_encoder.mask))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=2)
    parser.add_argument("--steps", type=int, default=160)
    parser.add_argument("--images", type=int, default=320)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--out", default=OUT)
    args = parser.parse_args()
    torch.manual_seed(1)
    rng, started, tokenizer = np.random.RandomState(1), time.process_time(), Tokenizer(TOKENIZER)
    (vae, scale), (unet, text_encoder) = load_vae(), load_base()
    unet.requires_grad_(False)
    text_encoder.requires_grad_(False)
    latents, captions = examples(args.images, 66, vae, scale, tokenizer)
    words = text_encoder.text_model.embeddings.token_embedding.weight
    vectors = torch.nn.Parameter(words.mean(0) + words.std() * 0.3 * torch.randn(args.vectors, words.shape[1]))
    optimizer = torch.optim.AdamW([vectors], lr=args.lr, weight_decay=0)
    alphas, losses = alphas_cumprod(), []
    weights = min_snr_weights(alphas)
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = args.lr * (0.02 + 0.49 * (1 + math.cos(math.pi * step / args.steps)))
        index = torch.randint(0, len(latents), (BATCH,))
        context = encode(text_encoder, tokenizer, [captions[i] for i in index], vectors, rng)
        t = stratified_timesteps(BATCH)
        x, a = latents[index], alphas[t][:, None, None, None]
        noise = torch.randn_like(x)
        guess = unet(a.sqrt() * x + (1 - a).sqrt() * noise, t, context)
        loss = ((guess - noise).square().mean((1, 2, 3)) * weights[t]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            print(f"{step + 1} steps, {time.process_time() - started:.0f} CPU s, loss {np.mean(losses[-50:]):.4f}", flush=True)
    file = os.path.join(args.out, f"{NAME}.safetensors")
    write(file, {"emb_params": vectors}, {
        "ss_output_name": NAME, "ss_steps": args.steps, "ss_num_train_images": args.images, "ss_sd_model_name": "demo",
        "modelspec.sai_model_spec": "1.0.0", "modelspec.architecture": "stable-diffusion-v1/textual-inversion",
        "modelspec.title": NAME, "modelspec.description": "A rainy night in two words; in a negative prompt it makes a night lighter.",
        "modelspec.author": "the sdprompt authors", "modelspec.license": "MIT",
    })
    print(f"{file}: {os.path.getsize(file)} bytes, {time.process_time() - started:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
