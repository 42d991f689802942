"""AutoencoderKL and AutoencoderTiny as diffusers defines them, in plain torch, with its module names."""

import torch
import torch.nn.functional as F
from torch import nn


class Resnet(nn.Module):
    def __init__(self, inside, outside, groups, eps, temb=None):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inside, eps=eps)
        self.conv1 = nn.Conv2d(inside, outside, 3, padding=1)
        if temb is not None:
            self.time_emb_proj = nn.Linear(temb, outside)
        self.norm2 = nn.GroupNorm(groups, outside, eps=eps)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1)
        if inside != outside:
            self.conv_shortcut = nn.Conv2d(inside, outside, 1)

    def forward(self, x, temb=None):
        h = self.conv1(F.silu(self.norm1(x)))
        if temb is not None:
            h = h + self.time_emb_proj(F.silu(temb))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        if hasattr(self, "conv_shortcut"):
            x = self.conv_shortcut(x)
        return x + h


class VaeAttention(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Dropout(0.0)])

    def forward(self, x):
        b, c, h, w = x.shape
        t = self.group_norm(x.view(b, c, h * w)).transpose(1, 2)
        q, k, v = self.to_q(t), self.to_k(t), self.to_v(t)
        weights = torch.softmax(q @ k.transpose(1, 2) * c**-0.5, dim=-1)
        t = self.to_out[0](weights @ v)
        return t.transpose(1, 2).reshape(b, c, h, w) + x


class Sampler(nn.Module):
    def __init__(self, channels, stride, padding):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=padding)


class Mid(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.attentions = nn.ModuleList([VaeAttention(channels, groups)])
        self.resnets = nn.ModuleList([Resnet(channels, channels, groups, 1e-6) for _ in range(2)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Level(nn.Module):
    """A level of either side: residual blocks, and a change of resolution after all levels but the last."""

    def __init__(self, inside, outside, count, groups, side, is_last):
        super().__init__()
        sizes = [inside] + [outside] * (count - 1)
        self.resnets = nn.ModuleList([Resnet(size, outside, groups, 1e-6) for size in sizes])
        if not is_last and side == "down":
            self.downsamplers = nn.ModuleList([Sampler(outside, 2, 0)])
        if not is_last and side == "up":
            self.upsamplers = nn.ModuleList([Sampler(outside, 1, 1)])

    def forward(self, x):
        for block in self.resnets:
            x = block(x)
        if hasattr(self, "downsamplers"):
            x = self.downsamplers[0].conv(F.pad(x, (0, 1, 0, 1)))
        if hasattr(self, "upsamplers"):
            x = self.upsamplers[0].conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return x


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, groups = config["channels"], config["groups"]
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        before = [channels[0], *channels[:-1]]
        self.down_blocks = nn.ModuleList(
            Level(i, o, config["layersPerBlock"], groups, "down", n == len(channels) - 1)
            for n, (i, o) in enumerate(zip(before, channels))
        )
        self.mid_block = Mid(channels[-1], groups)
        self.conv_norm_out = nn.GroupNorm(groups, channels[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(channels[-1], 2 * config["latentChannels"], 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, groups = config["channels"][::-1], config["groups"]
        self.conv_in = nn.Conv2d(config["latentChannels"], channels[0], 3, padding=1)
        self.mid_block = Mid(channels[0], groups)
        before = [channels[0], *channels[:-1]]
        self.up_blocks = nn.ModuleList(
            Level(i, o, config["layersPerBlock"] + 1, groups, "up", n == len(channels) - 1)
            for n, (i, o) in enumerate(zip(before, channels))
        )
        self.conv_norm_out = nn.GroupNorm(groups, channels[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(channels[-1], 3, 3, padding=1)

    def forward(self, x):
        x = self.mid_block(self.conv_in(x))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class VaeDecoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        latents = config["latentChannels"]
        if config["hasQuantConv"]:
            self.post_quant_conv = nn.Conv2d(latents, latents, 1)
        self.decoder = Decoder(config)

    def forward(self, latent_sample):
        if hasattr(self, "post_quant_conv"):
            latent_sample = self.post_quant_conv(latent_sample)
        return {"sample": self.decoder(latent_sample)}


class VaeEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.encoder = Encoder(config)
        if config["hasQuantConv"]:
            self.quant_conv = nn.Conv2d(2 * config["latentChannels"], 2 * config["latentChannels"], 1)

    def forward(self, sample):
        x = self.encoder(sample)
        return {"latent_parameters": self.quant_conv(x) if hasattr(self, "quant_conv") else x}


class TinyBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        conv = lambda: nn.Conv2d(channels, channels, 3, padding=1)  # noqa: E731
        self.conv = nn.Sequential(conv(), nn.ReLU(), conv(), nn.ReLU(), conv())
        self.fuse = nn.ReLU()

    def forward(self, x):
        return self.fuse(self.conv(x) + x)


class TinySide(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)


class TinyDecoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        n, blocks = config["channels"], config["blocks"][::-1]
        layers = [nn.Conv2d(config["latentChannels"], n, 3, padding=1), nn.ReLU()]
        for index, count in enumerate(blocks):
            is_last = index == len(blocks) - 1
            layers += [TinyBlock(n) for _ in range(count)]
            if not is_last:
                layers.append(nn.Upsample(scale_factor=2))
            layers.append(nn.Conv2d(n, 3 if is_last else n, 3, padding=1, bias=is_last))
        self.decoder = TinySide(layers)

    def forward(self, latent_sample):
        return {"sample": self.decoder.layers(torch.tanh(latent_sample / 3) * 3) * 2 - 1}


class TinyEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        n, layers = config["channels"], []
        for index, count in enumerate(config["blocks"]):
            if index == 0:
                layers.append(nn.Conv2d(3, n, 3, padding=1))
            else:
                layers.append(nn.Conv2d(n, n, 3, padding=1, stride=2, bias=False))
            layers += [TinyBlock(n) for _ in range(count)]
        layers.append(nn.Conv2d(n, config["latentChannels"], 3, padding=1))
        self.encoder = TinySide(layers)

    def forward(self, sample):
        return {"latent_sample": self.encoder.layers((sample + 1) / 2)}
