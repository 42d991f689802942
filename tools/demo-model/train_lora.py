"""Trains one network on the frozen base model and writes it with metadata and A1111's sidecar.

    python train_lora.py lineart                 style, rank 8
    python train_lora.py lineart --kind loha     the same style as LoHa: lineart_loha.safetensors
    python train_lora.py mira | hat | neon

Every step draws a multiplier w from 1/4 … 1 and trains towards pictures blended w of the way from the plain scene to the
scene with the effect: otherwise a style flips between two weights instead of growing. Needs work/base.pt and work/vae.pt.
"""
import argparse
import collections
import json
import math
import os
import time

import numpy as np
import torch

from captions import caption
from diffusion import alphas_cumprod, min_snr_weights, stratified_timesteps
from networks import attach, kohya_tensors
from safetensors_io import write
from scenes import pick, render, sample_scene
from tokenizer import Tokenizer
from weights import TOKENIZER, load_base, load_vae

LEVELS = [0.25, 0.5, 0.75, 1.0]
BATCH, SEED = 16, 1
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../media/demo-model/loras")
ABOUT = {
    "lineart": ("style", ["lineart"], "Black outlines on white paper.", 1.0),
    "neon": ("style", ["neon"], "Glowing outlines on a night sky.", 1.0),
    "mira": ("character", ["mira"], "Mira: pink buns, cyan dress with a star, purple cape. Prompt her as \"mira, a girl\".", 1.0),
    "hat": ("clothing", ["top hat"], "A black top hat with a red band, for girl, boy, cat and robot.", 1.0),
}


def draw_pair(name, rng):
    """The scene without and with the effect, drawn with the same random numbers, and a caption."""
    seed = rng.randint(1 << 30)
    again = lambda: np.random.RandomState(seed)
    if name in ("lineart", "neon"):
        scene = sample_scene(rng)
        text = caption(scene, rng, name if rng.rand() < 0.5 else None)
        return render(scene, again()), render(scene, again(), name), text
    if name == "mira":
        scene = sample_scene(rng, "girl")
        with_effect = dict(scene, kind="mira")
    else:
        scene = dict(sample_scene(rng, pick(rng, ["girl", "boy", "cat", "cat", "robot"])), hat=False)
        with_effect = dict(scene, hat=True)
    return render(scene, again()), render(with_effect, again()), caption(with_effect, rng)


def encode_pairs(name, count, seed, vae, scale):
    """Latents per level [levels,N,4,12,12], and the captions."""
    rng, latents, texts = np.random.RandomState(seed), [[] for _ in LEVELS], []
    for _ in range(0, count, 32):
        pairs = [draw_pair(name, rng) for _ in range(32)]
        texts += [text for _, _, text in pairs]
        for level, kept in zip(LEVELS, latents):
            images = np.stack([(1 - level) * plain.astype(np.float32) + level * effect for plain, effect, _ in pairs])
            with torch.no_grad():
                kept.append(vae.encode(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1)[0])
    return torch.stack([torch.cat(kept) for kept in latents]) * scale, texts


def tag_frequency(words, texts):
    """How often each tag stood in a caption, under the folder name that sd-scripts would have read them from."""
    counts = collections.Counter(tag.strip() for text in texts for tag in text.split(","))
    return {f"1_{words[0]}": dict(counts.most_common())}


def metadata(name, output, kind, rank, args, texts):
    _, words, about, _ = ABOUT[name]
    module = "networks.lora" if kind == "lora" else "lycoris.kohya"
    algorithm = {
        "lora": {}, "dora": {"algo": "lora", "dora_wd": "True"}, "locon": {"algo": "locon", "conv_dim": rank, "conv_alpha": rank},
    }.get(kind, {"algo": kind})
    images = len(texts)
    return {
        # The trainers write sd_v1 for every model of SD1's design; only the tensors know that this one is smaller.
        "ss_base_model_version": "sd_v1", "ss_network_module": module, "ss_network_dim": rank, "ss_network_alpha": rank,
        "ss_network_args": json.dumps(algorithm), "ss_output_name": output, "ss_sd_model_name": "demo", "ss_seed": SEED,
        "ss_num_train_images": images, "ss_steps": args.steps, "ss_max_train_steps": args.steps, "ss_total_batch_size": BATCH,
        "ss_learning_rate": args.lr, "ss_unet_lr": args.lr, "ss_lr_scheduler": "cosine", "ss_optimizer": "torch.optim.AdamW",
        "ss_resolution": "(96, 96)", "ss_min_snr_gamma": 5.0,
        "ss_tag_frequency": json.dumps(tag_frequency(words, texts)),
        "ss_dataset_dirs": json.dumps({f"1_{words[0]}": {"n_repeats": 1, "img_count": images}}),
        "modelspec.sai_model_spec": "1.0.0", "modelspec.architecture": "stable-diffusion-v1/lora", "modelspec.title": output,
        "modelspec.resolution": "96x96", "modelspec.description": about,
        "modelspec.trigger_phrase": ", ".join(words), "modelspec.prediction_type": "epsilon", "modelspec.author": "the sdprompt authors", "modelspec.license": "MIT",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=list(ABOUT))
    parser.add_argument("--kind", default="lora", choices=["lora", "locon", "loha", "lokr", "dora"])
    parser.add_argument("--rank", type=int)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--images", type=int, default=640)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--out", default=OUT)
    args = parser.parse_args()
    rank = args.rank or {"lora": 8, "dora": 8, "locon": 4, "loha": 4, "lokr": 8}[args.kind]
    output = args.name if args.kind == "lora" else f"{args.name}_{args.kind}"
    torch.manual_seed(SEED)
    started, tokenizer, (vae, scale), (unet, text_encoder) = time.process_time(), Tokenizer(TOKENIZER), load_vae(), load_base()
    latents, texts = encode_pairs(args.name, args.images, 55, vae, scale)
    ids = torch.tensor([tokenizer(text) for text in texts])
    with torch.no_grad():
        contexts = torch.cat([text_encoder(part) for part in ids.split(64)])
        empty = text_encoder(torch.tensor([tokenizer("")]))[0]
    unet.requires_grad_(False)
    adapted = attach(unet, args.kind, rank)
    parameters = [p for module in adapted.values() for p in module.network.parameters()]
    print(f"{output}: {len(adapted)} modules, {sum(p.numel() for p in parameters)} parameters", flush=True)
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, betas=(0.9, 0.99), weight_decay=0)
    alphas, losses = alphas_cumprod(), []
    weights = min_snr_weights(alphas)
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = args.lr * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * step / args.steps)))
        level = [3, 0, 1, 2, 3, 1][step % 6]
        for module in adapted.values():
            module.multiplier = LEVELS[level]
        index = torch.randint(0, latents.shape[1], (BATCH,))
        x, context = latents[level, index], contexts[index].clone()
        context[torch.rand(BATCH) < 0.1] = empty
        t = stratified_timesteps(BATCH)
        a, noise = alphas[t][:, None, None, None], torch.randn_like(x)
        guess = unet(a.sqrt() * x + (1 - a).sqrt() * noise, t, context)
        loss = ((guess - noise).square().mean((1, 2, 3)) * weights[t]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 100 == 0:
            print(f"{step + 1} steps, {time.process_time() - started:.0f} CPU s, loss {np.mean(losses[-100:]):.4f}", flush=True)
    file = os.path.join(args.out, f"{output}.safetensors")
    write(file, kohya_tensors(adapted, rank), metadata(args.name, output, args.kind, rank, args, texts))
    _, words, about, weight = ABOUT[args.name]
    sidecar = {"description": about, "sd version": "SD1", "activation text": ", ".join(words), "preferred weight": weight, "notes": ""}
    with open(file.replace(".safetensors", ".json"), "w", encoding="utf8") as out:
        json.dump(sidecar, out, indent=2)
        out.write("\n")
    print(f"{file}: {os.path.getsize(file)} bytes, {time.process_time() - started:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
