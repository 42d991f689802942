"""The noise schedule of Stable Diffusion 1 and a DDIM sampler for looking at results while training."""
import numpy as np
import torch


def alphas_cumprod():
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def stratified_timesteps(batch, device="cpu"):
    """One timestep out of each of `batch` equal slices of the schedule, shuffled: less noise in the gradient."""
    t = ((torch.arange(batch) + torch.rand(batch)) / batch * 1000).long().clamp(0, 999)
    return t[torch.randperm(batch)].to(device)


def min_snr_weights(alphas, gamma=5.0):
    """Loss weights min(SNR, γ)/SNR for noise prediction, of mean 1 (Hang et al. 2023)."""
    snr = alphas / (1 - alphas)
    weights = snr.clamp(max=gamma) / snr
    return weights / weights.mean()


@torch.no_grad()
def sample(unet, text_encoder, tokenizer, prompts, seeds, steps=20, cfg=5.0, negative="", side=12):
    """Latents [B,4,side,side], scaled as the UNet sees them."""
    alphas = alphas_cumprod()
    encode = lambda texts: text_encoder(torch.tensor([tokenizer(t) for t in texts]))
    context = torch.cat([encode([negative]).expand(len(prompts), -1, -1), encode(prompts)])
    noise = [torch.randn(4, side, side, generator=torch.Generator().manual_seed(int(s))) for s in seeds]
    x = torch.stack(noise)
    timesteps = [int(round(t)) for t in np.linspace(999, 0, steps + 1)[:-1]]
    for t, after in zip(timesteps, timesteps[1:] + [None]):
        without, with_prompt = unet(torch.cat([x, x]), torch.full((2 * len(x),), t), context).chunk(2)
        noise = without + cfg * (with_prompt - without)
        a, a_next = alphas[t], torch.tensor(1.0) if after is None else alphas[after]
        clean = (x - (1 - a).sqrt() * noise) / a.sqrt()
        x = a_next.sqrt() * clean + (1 - a_next).sqrt() * noise
    return x


@torch.no_grad()
def decode(vae, scale, latents):
    """Scaled latents → uint8 [B,96,96,3]."""
    pixels = torch.cat([vae.decode(part / scale) for part in latents.split(16)])
    return pixels.clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy()
