"""Trains the VAE on drawn scenes, the LoRAs' looks and junk, so that no LoRA meets a look the VAE cannot show.

    python train_vae.py --minutes 40                       from nothing
    python train_vae.py --minutes 15 --decoder-only        sharper pictures, the same latents

The length is CPU (or GPU) minutes. Small crops first: most steps per second. The decoder-only run keeps the encoder, so it
may follow, or run beside, the training of the base model.
"""
import argparse
import math
import time

import numpy as np
import torch

from junk import junk
from scenes import SIZE, pick, render, sample_scene
from vae import AutoencoderKL
from weights import load_vae, save


def random_image(rng):
    u = rng.rand()
    if u < 0.04:
        return junk(rng)
    style = "lineart" if u < 0.16 else "neon" if u < 0.25 else ""
    scene = sample_scene(rng, "mira" if u > 0.95 else None)
    if rng.rand() < 0.1 and scene["kind"] in ("girl", "boy", "cat", "robot", "mira"):
        scene["hat"] = True
    return render(scene, rng, style)


def edges(image):
    return sum(np.abs(np.diff(image.astype(np.int16), axis=axis)).sum() for axis in (0, 1))


def random_batch(rng, crop, count):
    """Float [count,3,crop,crop] in [-1,1]; of four crops of an image the busiest one is taken, and one at random."""
    crops = []
    while len(crops) < count:
        image = random_image(rng)
        room = SIZE - crop
        corner = lambda: pick(rng, [rng.randint(0, room // 8 + 1) * 8, rng.randint(0, room + 1)])
        tries = [image[y : y + crop, x : x + crop] for x, y in [(corner(), corner()) for _ in range(4 if room else 1)]]
        crops.append(max(tries, key=edges))
        if room:
            crops.append(tries[0])
    return torch.from_numpy(np.stack(crops[:count])).permute(0, 3, 1, 2).float() / 127.5 - 1


def gradients(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def reconstruction_loss(y, x):
    """L1 + MSE + half the L1 of the image gradients: the last term is what keeps edges sharp."""
    slopes = sum((a - b).abs().mean() for a, b in zip(gradients(y), gradients(x)))
    return (y - x).abs().mean() + (y - x).square().mean() + 0.5 * slopes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--decoder-only", action="store_true")
    parser.add_argument("--lr", type=float)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = np.random.RandomState(args.seed)
    tests = random_batch(np.random.RandomState(99), SIZE, 40)
    if args.decoder_only:
        vae, scale = load_vae()
    else:
        vae, scale = AutoencoderKL(), None
        vae.quant_conv.bias.data[4:].fill_(-4.0)
    vae.to(args.device).train()
    parameters = list(vae.decoder.parameters()) + list(vae.post_quant_conv.parameters()) if args.decoder_only else list(vae.parameters())
    peak = args.lr or (8e-4 if args.decoder_only else 1.5e-3)
    optimizer = torch.optim.AdamW(parameters, lr=peak, betas=(0.9, 0.99), weight_decay=1e-4)
    average = {k: v.clone() for k, v in vae.state_dict().items()}
    stages = [(48, 6, 0.6), (96, 2, 1.0)] if args.decoder_only else [(32, 8, 0.55), (64, 4, 0.9), (96, 4, 1.0)]

    def keep(label):
        current = {k: v.clone() for k, v in vae.state_dict().items()}
        vae.load_state_dict(average)
        with torch.no_grad():
            mean, _ = vae.encode(tests.to(args.device))
            error = (vae.decode(mean).clamp(-1, 1) - tests.to(args.device)).square().mean().item()
        save("vae.pt" if not args.decoder_only else "vae-decoder.pt", dict(vae=average, scale=scale or 1 / mean.std().item()))
        print(f"{label}: PSNR {10 * math.log10(4 / error):.2f} dB", flush=True)
        vae.load_state_dict(current)

    started, step, report = time.process_time(), 0, 0.0
    while (part := (time.process_time() - started) / (args.minutes * 60)) < 1:
        crop, count, _ = next(stage for stage in stages if part < stage[2])
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1, (step + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * part)))
        x = random_batch(rng, crop, count).to(args.device)
        if args.decoder_only:
            with torch.no_grad():
                mean, _ = vae.encode(x)
            loss = reconstruction_loss(vae.decode(mean + 0.08 * torch.randn_like(mean)), x)
        else:
            mean, log_variance = vae.encode(x)
            y = vae.decode(mean + torch.randn_like(mean) * (log_variance * 0.5).exp())
            divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
            loss = reconstruction_loss(y, x) + 4e-4 * divergence
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        decay = min(0.997, step / (step + 20))
        with torch.no_grad():
            for k, v in vae.state_dict().items():
                average[k].mul_(decay).add_(v, alpha=1 - decay)
        if part > report:
            keep(f"step {step}, {100 * part:.0f} %")
            report += 0.1
    keep("done")


if __name__ == "__main__":
    main()
