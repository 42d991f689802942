"""A small UNet2DConditionModel with diffusers' module names, so that LoRAs and ONNX exports look like real ones.

Every block is *called* as a module (never reached into from its parent's forward): torch's ONNX exporter then names
each node after its module path.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads, context=None):
        super().__init__()
        context = context or width
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Dropout(0.0)])

    def forward(self, x, context=None):
        context = x if context is None else context
        q, k, v = self.to_q(x), self.to_k(context), self.to_v(context)
        batch, _, width = q.shape
        size = width // self.heads
        q, k, v = (t.reshape(batch, -1, self.heads, size).transpose(1, 2) for t in (q, k, v))
        weights = torch.matmul(q * size**-0.5, k.transpose(-1, -2)).softmax(-1)
        return self.to_out[0](torch.matmul(weights, v).transpose(1, 2).reshape(batch, -1, width))


class GEGLU(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.proj = nn.Linear(width, inner * 2)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width, multiple=4):
        super().__init__()
        self.net = nn.ModuleList([GEGLU(width, width * multiple), nn.Dropout(0.0), nn.Linear(width * multiple, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class BasicTransformerBlock(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.norm1, self.attn1 = nn.LayerNorm(width), Attention(width, heads)
        self.norm2, self.attn2 = nn.LayerNorm(width), Attention(width, heads, context)
        self.norm3, self.ff = nn.LayerNorm(width), FeedForward(width)

    def forward(self, x, context):
        x = self.attn1(self.norm1(x)) + x
        x = self.attn2(self.norm2(x), context) + x
        return self.ff(self.norm3(x)) + x


class Transformer2DModel(nn.Module):
    def __init__(self, channels, heads, context, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList([BasicTransformerBlock(channels, heads, context)])
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x, context):
        batch, channels, height, width = x.shape
        h = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        h = self.transformer_blocks[0](h, context)
        h = h.reshape(batch, height, width, channels).permute(0, 3, 1, 2).contiguous()
        return self.proj_out(h) + x


class ResnetBlock2D(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups, eps=1e-5):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, inputs, eps=eps), nn.Conv2d(inputs, outputs, 3, padding=1)
        if embedding:
            self.time_emb_proj = nn.Linear(embedding, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(groups, outputs, eps=eps), nn.Conv2d(outputs, outputs, 3, padding=1)
        if inputs != outputs:
            self.conv_shortcut = nn.Conv2d(inputs, outputs, 1)
        self.has_shortcut = inputs != outputs

    def forward(self, x, embedding=None):
        h = self.conv1(F.silu(self.norm1(x)))
        if embedding is not None:
            h = h + self.time_emb_proj(F.silu(embedding))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.conv_shortcut(x) if self.has_shortcut else x) + h


class Downsample2D(nn.Module):
    """`padding=0` pads right and bottom only, as the VAE's encoder does."""

    def __init__(self, channels, padding=1):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=padding)
        self.padding = padding

    def forward(self, x):
        return self.conv(x if self.padding else F.pad(x, (0, 1, 0, 1)))


class Upsample2D(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Block(nn.Module):
    """One level, down or up: resnets, perhaps attentions, perhaps a resampler."""

    def __init__(self, widths, embedding, groups, heads=None, context=None, down=None, up=False, eps=1e-5):
        super().__init__()
        out = widths[-1][1]
        self.resnets = nn.ModuleList([ResnetBlock2D(i, o, embedding, groups, eps) for i, o in widths])
        if heads:
            self.attentions = nn.ModuleList([Transformer2DModel(out, heads, context, groups) for _ in widths])
        if down is not None:
            self.downsamplers = nn.ModuleList([Downsample2D(out, down)])
        if up:
            self.upsamplers = nn.ModuleList([Upsample2D(out)])
        self.has_attention, self.has_down, self.has_up = bool(heads), down is not None, up

    def forward(self, x, embedding=None, context=None, skips=None):
        """With `skips` (consumed from the end) returns x; without, returns x and the skips it leaves."""
        left = []
        for index, resnet in enumerate(self.resnets):
            if skips is not None:
                x = torch.cat([x, skips.pop()], 1)
            x = resnet(x, embedding)
            if self.has_attention:
                x = self.attentions[index](x, context)
            left.append(x)
        if self.has_down:
            x = self.downsamplers[0](x)
            left.append(x)
        if self.has_up:
            x = self.upsamplers[0](x)
        return x if skips is not None else (x, left)


class MidBlock(nn.Module):
    def __init__(self, channels, embedding, groups, heads, context):
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock2D(channels, channels, embedding, groups) for _ in range(2)])
        self.attentions = nn.ModuleList([Transformer2DModel(channels, heads, context, groups)])

    def forward(self, x, embedding, context):
        return self.resnets[1](self.attentions[0](self.resnets[0](x, embedding), context), embedding)


class TimestepEmbedding(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(inputs, outputs), nn.Linear(outputs, outputs)

    def forward(self, x):
        return self.linear_2(F.silu(self.linear_1(x)))


class UNet2DConditionModel(nn.Module):
    """(sample [B,4,H,W], timestep [B], encoder_hidden_states [B,S,context]) → noise [B,4,H,W]."""

    def __init__(self, channels=(64, 80, 80), layers=1, context=64, heads=4, groups=16):
        super().__init__()
        first, embedding = channels[0], channels[0] * 4
        self.conv_in = nn.Conv2d(4, first, 3, padding=1)
        self.time_embedding = TimestepEmbedding(first, embedding)
        width, skips, down = first, [first], []
        for level, out in enumerate(channels):
            last = level == len(channels) - 1
            widths = [(width if i == 0 else out, out) for i in range(layers)]
            down.append(Block(widths, embedding, groups, None if last else heads, context, None if last else 1))
            skips += [out] * layers + ([] if last else [out])
            width = out
        self.down_blocks = nn.ModuleList(down)
        self.mid_block = MidBlock(width, embedding, groups, heads, context)
        up = []
        for level, out in enumerate(reversed(channels)):
            widths = []
            for _ in range(layers + 1):
                widths.append((width + skips.pop(), out))
                width = out
            up.append(Block(widths, embedding, groups, heads if level else None, context, up=level < len(channels) - 1))
        self.up_blocks = nn.ModuleList(up)
        self.conv_norm_out = nn.GroupNorm(groups, first, eps=1e-5)
        self.conv_out = nn.Conv2d(first, 4, 3, padding=1)
        half = first // 2
        frequencies = torch.exp(-math.log(10000) * torch.arange(half).float() / half)
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, sample, timestep, encoder_hidden_states):
        angles = timestep.float()[:, None] * self.frequencies[None]
        embedding = self.time_embedding(torch.cat([angles.cos(), angles.sin()], -1))
        x = self.conv_in(sample)
        skips = [x]
        for block in self.down_blocks:
            x, left = block(x, embedding, encoder_hidden_states)
            skips += left
        x = self.mid_block(x, embedding, encoder_hidden_states)
        for block in self.up_blocks:
            x = block(x, embedding, encoder_hidden_states, skips)
        return self.conv_out(F.silu(self.conv_norm_out(x)))
