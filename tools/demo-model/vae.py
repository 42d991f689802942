"""AutoencoderKL with a factor of 8 between pixels and latents, diffusers' module names."""
import torch
import torch.nn.functional as F
from torch import nn

from unet import Block, ResnetBlock2D


class VaeAttention(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Dropout(0.0)])

    def forward(self, x):
        batch, channels, height, width = x.shape
        h = self.group_norm(x).reshape(batch, channels, height * width).transpose(1, 2)
        weights = torch.matmul(self.to_q(h) * channels**-0.5, self.to_k(h).transpose(-1, -2)).softmax(-1)
        return x + self.to_out[0](torch.matmul(weights, self.to_v(h))).transpose(1, 2).reshape(x.shape)


class VaeMid(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock2D(channels, channels, 0, groups, 1e-6) for _ in range(2)])
        self.attentions = nn.ModuleList([VaeAttention(channels, groups)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Encoder(nn.Module):
    def __init__(self, channels, layers, groups, latents):
        super().__init__()
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        width, blocks = channels[0], []
        for level, out in enumerate(channels):
            widths = [(width if i == 0 else out, out) for i in range(layers)]
            blocks.append(Block(widths, 0, groups, down=0 if level < len(channels) - 1 else None, eps=1e-6))
            width = out
        self.down_blocks = nn.ModuleList(blocks)
        self.mid_block = VaeMid(width, groups)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 2 * latents, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)[0]
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, channels, layers, groups, latents):
        super().__init__()
        width = channels[-1]
        self.conv_in = nn.Conv2d(latents, width, 3, padding=1)
        self.mid_block = VaeMid(width, groups)
        blocks = []
        for level, out in enumerate(reversed(channels)):
            widths = [(width if i == 0 else out, out) for i in range(layers + 1)]
            blocks.append(Block(widths, 0, groups, up=level < len(channels) - 1, eps=1e-6))
            width = out
        self.up_blocks = nn.ModuleList(blocks)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)[0]
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class AutoencoderKL(nn.Module):
    def __init__(self, channels=(16, 32, 64, 64), layers=1, groups=8, latents=4):
        super().__init__()
        self.encoder = Encoder(channels, layers, groups, latents)
        self.decoder = Decoder(channels, layers, groups, latents)
        self.quant_conv = nn.Conv2d(2 * latents, 2 * latents, 1)
        self.post_quant_conv = nn.Conv2d(latents, latents, 1)

    def encode(self, x):
        """Pixels [B,3,H,W] in [-1,1] → mean and log-variance of the latents, unscaled."""
        mean, log_variance = self.quant_conv(self.encoder(x)).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))
