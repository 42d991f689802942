"""A CLIPTextModel of two layers, transformers' module names (`text_model.encoder.layers.0.self_attn.q_proj` …)."""
import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, mask):
        batch, length, width = x.shape
        size = width // self.heads
        split = lambda t: t.reshape(batch, length, self.heads, size).transpose(1, 2)
        q, k, v = split(self.q_proj(x) * size**-0.5), split(self.k_proj(x)), split(self.v_proj(x))
        weights = (torch.matmul(q, k.transpose(-1, -2)) + mask).softmax(-1)
        return self.out_proj(torch.matmul(weights, v).transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))


class Layer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.self_attn, self.layer_norm1 = SelfAttention(width, heads), nn.LayerNorm(width)
        self.mlp, self.layer_norm2 = Mlp(width, inner), nn.LayerNorm(width)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, vocabulary, width, length):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.position_embedding = nn.Embedding(length, width)

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding.weight[None, : ids.shape[1]]


class Layers(nn.Module):
    def __init__(self, count, width, heads, inner):
        super().__init__()
        self.layers = nn.ModuleList([Layer(width, heads, inner) for _ in range(count)])

    def forward(self, x, mask):
        for layer in self.layers:
            x = layer(x, mask)
        return x


class Transformer(nn.Module):
    def __init__(self, vocabulary, width, heads, layers, inner, length):
        super().__init__()
        self.embeddings = Embeddings(vocabulary, width, length)
        self.encoder = Layers(layers, width, heads, inner)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, ids, mask):
        length = ids.shape[1]
        return self.final_layer_norm(self.encoder(self.embeddings(ids), mask[:length, :length]))


class CLIPTextModel(nn.Module):
    """Token ids [B,77] → hidden states [B,77,width] after the final layer norm."""

    def __init__(self, vocabulary, width=64, heads=4, layers=2, inner=256, length=77):
        super().__init__()
        self.text_model = Transformer(vocabulary, width, heads, layers, inner, length)
        self.register_buffer("mask", torch.full((length, length), -1e4).triu(1), persistent=False)
        nn.init.normal_(self.text_model.embeddings.token_embedding.weight, std=0.1)
        nn.init.normal_(self.text_model.embeddings.position_embedding.weight, std=0.05)

    def forward(self, ids):
        return self.text_model(ids, self.mask)
