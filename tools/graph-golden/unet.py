"""UNet2DConditionModel as diffusers defines it, in plain torch, with its module names."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autoencoders import Resnet, Sampler


class Attention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Dropout(0.0)])

    def forward(self, x, context):
        b, n, d = x.shape
        split = lambda t: t.view(b, -1, self.heads, d // self.heads).transpose(1, 2)  # noqa: E731
        q, k, v = split(self.to_q(x)), split(self.to_k(context)), split(self.to_v(context))
        weights = torch.softmax(q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5, dim=-1)
        return self.to_out[0]((weights @ v).transpose(1, 2).reshape(b, n, d))


class GEGLU(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        hidden, gate = self.proj(x).chunk(2, dim=-1)
        return hidden * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([GEGLU(width), nn.Dropout(0.0), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, context, heads)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    def forward(self, x, context):
        n = self.norm1(x)
        x = self.attn1(n, n) + x
        x = self.attn2(self.norm2(x), context) + x
        return self.ff(self.norm3(x)) + x


class Transformer2D(nn.Module):
    def __init__(self, config, level, depth):
        super().__init__()
        width, heads = config["channels"][level], config["heads"][level]
        self.linear = config["linearProjection"]
        project = nn.Linear if self.linear else lambda i, o: nn.Conv2d(i, o, 1)
        self.norm = nn.GroupNorm(config["groups"], width, eps=1e-6)
        self.proj_in = project(width, width)
        self.transformer_blocks = nn.ModuleList(
            TransformerBlock(width, config["context"], heads) for _ in range(depth)
        )
        self.proj_out = project(width, width)

    def forward(self, x, context):
        b, c, h, w = x.shape
        residual, x = x, self.norm(x)
        if not self.linear:
            x = self.proj_in(x)
        x = x.permute(0, 2, 3, 1).reshape(b, h * w, c)
        if self.linear:
            x = self.proj_in(x)
        for block in self.transformer_blocks:
            x = block(x, context)
        if self.linear:
            x = self.proj_out(x)
        x = x.reshape(b, h, w, c).permute(0, 3, 1, 2)
        if not self.linear:
            x = self.proj_out(x)
        return x + residual


class Block(nn.Module):
    """A down or an up block. Without a single transformer it is a plain one and has no `attentions` at all."""

    def __init__(self, config, level, inputs, depths, temb):
        super().__init__()
        outside, groups, eps = config["channels"][level], config["groups"], config["epsilon"]
        self.resnets = nn.ModuleList(Resnet(inside, outside, groups, eps, temb) for inside in inputs)
        if any(depths):
            self.attentions = nn.ModuleList(Transformer2D(config, level, depth) for depth in depths)

    def step(self, index, x, temb, context):
        x = self.resnets[index](x, temb)
        return self.attentions[index](x, context) if hasattr(self, "attentions") else x


class Mid(nn.Module):
    def __init__(self, config, temb):
        super().__init__()
        level, depths = len(config["channels"]) - 1, config["middle"]
        width, groups, eps = config["channels"][level], config["groups"], config["epsilon"]
        if any(depths):
            self.attentions = nn.ModuleList(Transformer2D(config, level, depth) for depth in depths)
        self.resnets = nn.ModuleList(
            Resnet(width, width, groups, eps, temb) for _ in range(len(depths) + 1)
        )

    def forward(self, x, temb, context):
        x = self.resnets[0](x, temb)
        for index, resnet in enumerate(self.resnets[1:]):
            if hasattr(self, "attentions"):
                x = self.attentions[index](x, context)
            x = resnet(x, temb)
        return x


class Embedding(nn.Module):
    def __init__(self, inside, outside, guidance=None):
        super().__init__()
        self.linear_1 = nn.Linear(inside, outside)
        if guidance is not None:
            self.cond_proj = nn.Linear(guidance, inside, bias=False)
        self.linear_2 = nn.Linear(outside, outside)

    def forward(self, x, condition=None):
        if condition is not None:
            x = x + self.cond_proj(condition)
        return self.linear_2(F.silu(self.linear_1(x)))


def timestep_embedding(steps, width):
    """Cosines before sines (flip_sin_to_cos), no shift of the frequencies; computed in float32 as diffusers does."""
    half = width // 2
    exponent = -math.log(10000) * torch.arange(half, dtype=torch.float32) / half
    angles = steps[:, None].float() * torch.exp(exponent)[None, :]
    return torch.cat([torch.cos(angles), torch.sin(angles)], dim=-1)


class UNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels = config["channels"]
        temb = config.get("timeWidth", 4 * channels[0])
        self.config = config
        self.conv_in = nn.Conv2d(config["inChannels"], channels[0], 3, padding=1)
        self.time_embedding = Embedding(channels[0], temb, config.get("guidance"))
        if "addition" in config:
            added = config["addition"]
            self.add_embedding = Embedding(added["pooled"] + added["ids"] * added["waves"], temb)
        skips = [channels[0]]
        self.down_blocks = nn.ModuleList()
        previous = channels[0]
        for level, depths in enumerate(config["down"]):
            width = channels[level]
            inputs = [previous] + [width] * (len(depths) - 1)
            block = Block(config, level, inputs, depths, temb)
            skips += [width] * len(depths)
            if level < len(channels) - 1:
                block.downsamplers = nn.ModuleList([Sampler(width, 2, 1)])
                skips.append(width)
            self.down_blocks.append(block)
            previous = width
        self.mid_block = Mid(config, temb)
        self.up_blocks = nn.ModuleList()
        for index, depths in enumerate(config["up"]):
            level = len(channels) - 1 - index
            width = channels[level]
            inputs = [before + skips.pop() for before in [previous] + [width] * (len(depths) - 1)]
            block = Block(config, level, inputs, depths, temb)
            if level > 0:
                block.upsamplers = nn.ModuleList([Sampler(width, 1, 1)])
            self.up_blocks.append(block)
            previous = width
        self.conv_norm_out = nn.GroupNorm(config["groups"], channels[0], eps=config["epsilon"])
        self.conv_out = nn.Conv2d(channels[0], config["outChannels"], 3, padding=1)

    def forward(
        self,
        sample,
        timestep,
        encoder_hidden_states,
        timestep_cond=None,
        text_embeds=None,
        time_ids=None,
    ):
        channels, dtype = self.config["channels"], sample.dtype
        steps = timestep.expand(len(sample))
        temb = self.time_embedding(timestep_embedding(steps, channels[0]).to(dtype), timestep_cond)
        if time_ids is not None:
            waves = timestep_embedding(time_ids.flatten(), self.config["addition"]["waves"])
            rows = waves.reshape(len(sample), -1).to(dtype)
            temb = temb + self.add_embedding(torch.cat([text_embeds, rows], dim=-1))
        x = self.conv_in(sample)
        skips = [x]
        for block in self.down_blocks:
            for index in range(len(block.resnets)):
                x = block.step(index, x, temb, encoder_hidden_states)
                skips.append(x)
            if hasattr(block, "downsamplers"):
                x = block.downsamplers[0].conv(x)
                skips.append(x)
        x = self.mid_block(x, temb, encoder_hidden_states)
        for block in self.up_blocks:
            for index in range(len(block.resnets)):
                x = torch.cat([x, skips.pop()], dim=1)
                x = block.step(index, x, temb, encoder_hidden_states)
            if hasattr(block, "upsamplers"):
                x = F.interpolate(x, scale_factor=2.0, mode="nearest")
                x = block.upsamplers[0].conv(x)
        return {"out_sample": self.conv_out(F.silu(self.conv_norm_out(x)))}
