"""A model of Stable Diffusion XL's shape, small enough for a repository, and what torch makes of it.

    python make_tiny_sdxl.py OUT        needs torch and onnx; OUT is test/golden/sdxl

Two CLIP text encoders (the second with a projection), a UNet that takes pooled text and size conditioning, a VAE decoder:
all with seeded random weights, exported in optimum's layout. golden.json holds the conditioning and the final latents of
a few Euler steps as the web UI's rules give them, computed here without any of the engine's code.
"""
import json
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY = os.path.join(HERE, "..", "..", "media", "demo-model", "tokenizer", "vocab.json")
WORDS, LENGTH, LAYERS, HEADS = 770, 77, 2, 2
WIDTHS, PROJECTION, CHANNELS, TIME = (8, 12), 10, 16, 8
PROMPT, SEED, STEPS, SCALE, SIZE = "a red house", 42, 5, 5.0, (64, 96)
BEGIN, END = 768, 769


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.k_proj, self.v_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, mask):
        split = lambda y: y.view(y.shape[0], y.shape[1], HEADS, -1).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + mask
        y = (scores.softmax(-1) @ v).transpose(1, 2)
        return self.out_proj(y.reshape(x.shape))


class Mlp(nn.Module):
    def __init__(self, width, quick):
        super().__init__()
        self.fc1, self.fc2, self.quick = nn.Linear(width, 2 * width), nn.Linear(2 * width, width), quick

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x) if self.quick else F.gelu(x))


class Layer(nn.Module):
    def __init__(self, width, quick):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attn, self.mlp = Attention(width), Mlp(width, quick)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


class Encoder(nn.Module):
    def __init__(self, width, quick):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, quick) for _ in range(LAYERS))
        self.register_buffer("mask", torch.full((LENGTH, LENGTH), float("-inf")).triu(1), persistent=False)

    def forward(self, x):
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1], self.mask))
        return states


class Embeddings(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.token_embedding, self.position_embedding = nn.Embedding(WORDS, width), nn.Embedding(LENGTH, width)

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding(torch.arange(LENGTH))


class TextTransformer(nn.Module):
    def __init__(self, width, quick):
        super().__init__()
        self.embeddings, self.encoder = Embeddings(width), Encoder(width, quick)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, ids):
        states = self.encoder(self.embeddings(ids))
        last = self.final_layer_norm(states[-1])
        return states, last, last[torch.arange(ids.shape[0]), ids.to(torch.int).argmax(-1)]


class TextModel(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.text_model = TextTransformer(width, True)

    def forward(self, ids):
        states, last, pooled = self.text_model(ids)
        return (last, pooled, *states)


class TextModelWithProjection(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.text_model = TextTransformer(width, False)
        self.text_projection = nn.Linear(width, PROJECTION, bias=False)

    def forward(self, ids):
        states, last, pooled = self.text_model(ids)
        return (self.text_projection(pooled), last, *states)


def waves(values, count):
    frequencies = torch.exp(-torch.arange(count // 2) * (9.2103404 / (count // 2)))
    angles = values[..., None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], -1)


class Unet(nn.Module):
    def __init__(self, width=sum(WIDTHS), sizes=6):
        super().__init__()
        self.sizes = sizes
        self.conv_in, self.conv_out = nn.Conv2d(4, CHANNELS, 3, padding=1), nn.Conv2d(CHANNELS, 4, 3, padding=1)
        self.time_embedding, self.add_embedding = nn.Linear(TIME, CHANNELS), nn.Linear(PROJECTION + sizes * TIME, CHANNELS)
        self.norm, self.conv = nn.GroupNorm(4, CHANNELS), nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.to_q = nn.Linear(CHANNELS, CHANNELS, bias=False)
        self.to_k, self.to_v = (nn.Linear(width, CHANNELS, bias=False) for _ in range(2))

    def forward(self, sample, timestep, encoder_hidden_states, text_embeds, time_ids):
        time = self.time_embedding(waves(timestep.reshape(-1).to(sample.dtype), TIME)).expand(sample.shape[0], CHANNELS)
        sizes = waves(time_ids / 100, TIME).reshape(time_ids.shape[0], self.sizes * TIME)
        extra = self.add_embedding(torch.cat([text_embeds, sizes], -1))
        x = self.conv_in(sample)
        x = x + self.conv(F.silu(self.norm(x))) + (time + extra)[:, :, None, None]
        q = self.to_q(x.flatten(2).transpose(1, 2))
        k, v = self.to_k(encoder_hidden_states), self.to_v(encoder_hidden_states)
        y = (q @ k.transpose(-1, -2) * CHANNELS ** -0.5).softmax(-1) @ v
        x = x + y.transpose(1, 2).reshape(x.shape)
        return self.conv_out(F.silu(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 3, 3, padding=1)

    def forward(self, latents):
        return torch.tanh(F.interpolate(self.conv(latents), scale_factor=8.0, mode="nearest"))


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, separators=(",", ":"))


def export(folder, part, model, arguments, inputs, outputs, axes, config):
    os.makedirs(os.path.join(folder, part), exist_ok=True)
    file = os.path.join(folder, part, "model.onnx")
    torch.onnx.export(model, arguments, file, opset_version=14, input_names=inputs, output_names=outputs,
                      dynamic_axes=axes, do_constant_folding=True)
    write_json(os.path.join(folder, part, "config.json"), config)


def ids_of(prompt, pad):
    with open(VOCABULARY) as file:
        vocabulary = json.load(file)
    ids = [BEGIN, *(vocabulary[word + "</w>"] for word in prompt.split()), END]
    return torch.tensor([ids + [pad] * (LENGTH - len(ids))])


def write_refiner(folder, shape):
    """A refiner's UNet: text of the second encoder alone, an aesthetic score in place of the target size."""
    torch.manual_seed(2)
    refiner = Unet(WIDTHS[1], 5)
    refiner.eval().requires_grad_(False)
    batch = {name: {0: "batch_size"} for name in ("sample", "encoder_hidden_states", "text_embeds", "time_ids")}
    batch["sample"].update({2: "height", 3: "width"})
    batch["encoder_hidden_states"][1] = "sequence_length"
    export(folder, "unet", refiner, (torch.randn(2, 4, *shape), torch.tensor(1.0), torch.randn(2, LENGTH, WIDTHS[1]),
                                     torch.randn(2, PROJECTION), torch.ones(2, 5)),
           ["sample", "timestep", "encoder_hidden_states", "text_embeds", "time_ids"], ["out_sample"],
           batch, {"addition_embed_type": "text_time", "in_channels": 4, "cross_attention_dim": WIDTHS[1]})
    write_json(os.path.join(folder, "model_index.json"),
               {"_class_name": "StableDiffusionXLImg2ImgPipeline", "requires_aesthetics_score": True})
    return refiner


def main(folder):
    torch.manual_seed(1)
    first, second, unet, decoder = TextModel(WIDTHS[0]), TextModelWithProjection(WIDTHS[1]), Unet(), Decoder()
    for model in (first, second, unet, decoder):
        model.eval().requires_grad_(False)
    for model in (first, second):
        model.text_model.embeddings.token_embedding.weight.mul_(0.5)

    height, width = (side // 8 for side in SIZE)
    ids = {"input_ids": {0: "batch_size", 1: "sequence_length"}}
    states = [f"hidden_states.{i}" for i in range(LAYERS + 1)]
    example = ids_of(PROMPT, END)
    batch = {name: {0: "batch_size"} for name in ("sample", "encoder_hidden_states", "text_embeds", "time_ids")}
    batch["sample"].update({2: "height", 3: "width"})
    batch["encoder_hidden_states"][1] = "sequence_length"
    export(folder, "text_encoder", first, (example,), ["input_ids"],
           ["last_hidden_state", "pooler_output", *states], ids, {"hidden_size": WIDTHS[0], "hidden_act": "quick_gelu"})
    export(folder, "text_encoder_2", second, (example,), ["input_ids"],
           ["text_embeds", "last_hidden_state", *states], ids, {"hidden_size": WIDTHS[1], "projection_dim": PROJECTION})
    shapes = (torch.randn(2, 4, height, width), torch.tensor(1.0), torch.randn(2, LENGTH, sum(WIDTHS)),
              torch.randn(2, PROJECTION), torch.ones(2, 6))
    export(folder, "unet", unet, shapes,
           ["sample", "timestep", "encoder_hidden_states", "text_embeds", "time_ids"], ["out_sample"],
           batch, {"addition_embed_type": "text_time", "in_channels": 4, "cross_attention_dim": sum(WIDTHS)})
    export(folder, "vae_decoder", decoder, (shapes[0],), ["latent_sample"], ["sample"],
           {"latent_sample": {0: "batch_size", 2: "height", 3: "width"}}, {"scaling_factor": 0.13025, "latent_channels": 4})
    os.makedirs(os.path.join(folder, "scheduler"), exist_ok=True)
    write_json(os.path.join(folder, "scheduler", "scheduler_config.json"),
               {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
                "prediction_type": "epsilon"})
    write_json(os.path.join(folder, "model_index.json"), {"_class_name": "StableDiffusionXLPipeline"})

    # The layer before the last of both encoders side by side, without the final norm; pooled text of the second.
    left = first(ids_of(PROMPT, END))[2:][-2]
    pooled, _, *right = second(ids_of(PROMPT, 0))
    hidden = torch.cat([left, right[-2]], -1)
    conditions = torch.cat([torch.zeros_like(hidden), hidden])
    texts = torch.cat([torch.zeros_like(pooled), pooled])
    sizes = torch.tensor([[SIZE[0], SIZE[1], 0, 0, SIZE[0], SIZE[1]]] * 2, dtype=torch.float32)

    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000, dtype=torch.float64) ** 2
    products = torch.cumprod(1 - betas, 0)
    logs = (((1 - products) / products) ** 0.5).log()
    timesteps = torch.linspace(999, 0, STEPS, dtype=torch.float64)
    below = timesteps.floor().long()
    share = timesteps - below
    sigmas = ((1 - share) * logs[below] + share * logs[(below + 1).clamp(max=999)]).exp()
    sigmas = torch.cat([sigmas, torch.zeros(1)]).tolist()

    refiner = write_refiner(os.path.join(folder, "refiner"), (height, width))
    refined_hidden = torch.cat([torch.zeros_like(right[-2]), right[-2]])
    scores = torch.tensor([[SIZE[0], SIZE[1], 0, 0, score] for score in (2.5, 6.0)])

    def sample(refined_from):
        torch.manual_seed(SEED)
        x = torch.randn(1, 4, height, width) * sigmas[0]
        for step, (t, sigma, after) in enumerate(zip(timesteps.tolist(), sigmas, sigmas[1:])):
            given = (x / (sigma ** 2 + 1) ** 0.5).repeat(2, 1, 1, 1)
            if step >= refined_from:
                output = refiner(given, torch.tensor(t), refined_hidden, texts, scores)
            else:
                output = unet(given, torch.tensor(t), conditions, texts, sizes)
            without, with_text = output.chunk(2)
            x = x + (without + SCALE * (with_text - without)) * (after - sigma)
        return x

    x = sample(STEPS)
    # Of five steps at t = 999, 749.25, 499.5, 249.75 and 0, 70 per cent of the timesteps lie behind the fourth, and 70 per
    # cent of the steps behind the fifth.
    by_timestep, by_step = sample(3), sample(4)
    picture = decoder(x / 0.13025)
    write_json(os.path.join(folder, "golden.json"), {
        "source": f"tools/tiny-sdxl/make_tiny_sdxl.py, torch {torch.__version__}, CPU, float32",
        "prompt": PROMPT, "seed": SEED, "steps": STEPS, "cfgScale": SCALE, "height": SIZE[0], "width": SIZE[1],
        "hidden": [round(value, 6) for value in hidden[0, :6].flatten().tolist()],
        "padded": [round(value, 6) for value in hidden[0, -1].tolist()],
        "pooled": [round(value, 6) for value in pooled[0].tolist()],
        "latents": [round(value, 5) for value in x.flatten().tolist()],
        "refinedByTimestep": [round(value, 5) for value in by_timestep.flatten().tolist()],
        "refinedByStep": [round(value, 5) for value in by_step.flatten().tolist()],
        "corner": [round(value, 5) for value in picture[0, :, 0, 0].tolist()],
    })


main(sys.argv[1])
