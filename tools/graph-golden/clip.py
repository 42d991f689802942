"""CLIPTextModel and CLIPTextModelWithProjection as transformers defines them, in plain torch, with its module names."""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, d = x.shape
        head = d // self.heads
        split = lambda t: t.view(b, n, self.heads, head).transpose(1, 2)  # noqa: E731
        q, k, v = split(self.q_proj(x) * head**-0.5), split(self.k_proj(x)), split(self.v_proj(x))
        mask = torch.full((n, n), float("-inf"), dtype=x.dtype).triu(1)
        a = torch.softmax(q @ k.transpose(-1, -2) + mask, dim=-1) @ v
        return self.out_proj(a.transpose(1, 2).reshape(b, n, d))


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.activation = config["activation"]
        self.fc1 = nn.Linear(config["width"], config["inner"])
        self.fc2 = nn.Linear(config["inner"], config["width"])

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(F.gelu(x) if self.activation == "gelu" else x * torch.sigmoid(1.702 * x))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, eps = config["width"], config["epsilon"]
        self.self_attn = Attention(width, config["heads"])
        self.layer_norm1 = nn.LayerNorm(width, eps=eps)
        self.mlp = MLP(config)
        self.layer_norm2 = nn.LayerNorm(width, eps=eps)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.token_embedding = nn.Embedding(config["vocabulary"], config["width"])
        self.position_embedding = nn.Embedding(config["positions"], config["width"])

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding(torch.arange(ids.shape[1]))


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["layers"]))


class TextTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.final_layer_norm = nn.LayerNorm(config["width"], eps=config["epsilon"])


class ClipText(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.text_model = TextTransformer(config)
        if "projection" in config:
            self.text_projection = nn.Linear(config["width"], config["projection"], bias=False)

    def forward(self, input_ids):
        model = self.text_model
        states = [model.embeddings(input_ids)]
        for layer in model.encoder.layers:
            states.append(layer(states[-1]))
        last = model.final_layer_norm(states[-1])
        pooled = last[torch.arange(len(last)), input_ids.argmax(dim=-1)]
        outputs = {"last_hidden_state": last}
        if hasattr(self, "text_projection"):
            outputs["text_embeds"] = self.text_projection(pooled)
        else:
            outputs["pooler_output"] = pooled
        return outputs | {f"hidden_states.{n}": state for n, state in enumerate(states)}
