"""Noise and noise levels at parameters the other golden files leave out, from torch and numpy alone.

    python make_noise_golden.py OUT.json        needs torch and numpy

torch draws the normal numbers; Philox, the Brownian path and the schedules are written here from their published
definitions, in other ways than the engine has them. SeedSequence is numpy's own.
"""
import json
import math
import sys

import numpy as np
import torch

SEEDS = [0, -1, -42, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 42, 2 ** 53 - 1]
SHAPES = [[1], [7], [15], [16], [17], [31], [33], [3, 5], [4, 3, 5], [4, 9, 7], [4, 13, 11]]
STEPS = [1, 2, 3, 4, 7, 15, 37, 50, 99, 150]


def listed(tensor):
    return [float(value) for value in tensor.flatten().tolist()]


def torch_cases():
    rows = []
    for seed in SEEDS:
        for shape in SHAPES:
            torch.manual_seed(seed)
            first = torch.randn(shape)
            rows.append({"seed": seed, "shape": shape, "first": listed(first)[:40], "second": listed(torch.randn(shape))[-20:]})
    # Draws of all paths one after the other: a pair's second half is kept, also across a large draw.
    torch.manual_seed(5)
    sizes = [3, 16, 1, 20, 2, 5, 35, 1]
    rows.append({"seed": 5, "sizes": sizes, "draws": [listed(torch.randn(size)) for size in sizes]})
    return rows


def philox(seed, offset, count):
    """Philox 4x32 with ten rounds, counter (offset, 0, index, 0); two of the words become one normal number."""
    seed &= 2 ** 64 - 1
    values = []
    for index in range(count):
        counter, key = [offset, 0, index, 0], [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            left, right = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
            counter = [(right >> 32) ^ counter[1] ^ key[0], right & 0xFFFFFFFF,
                       (left >> 32) ^ counter[3] ^ key[1], left & 0xFFFFFFFF]
            key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
        # float32 all the way, as on the card.
        inverse = np.float32(2.3283064e-10)
        turn = np.float32(2.3283064e-10 * 6.2831855)
        u = np.float32(counter[0]) * inverse + inverse / np.float32(2)
        v = np.float32(counter[1]) * turn + turn / np.float32(2)
        values.append(float(np.sqrt(np.float32(-2) * np.log(u)) * np.sin(v)))
    return values


def philox_cases():
    return [{"seed": seed, "count": count, "draws": [philox(seed, offset, count) for offset in range(3)]}
            for seed in [0, 42, 2 ** 32 - 1, 2 ** 32 + 42, 2 ** 53 - 1] for count in (1, 5, 60)]


def path_value(entropy, start, end, time, shape):
    """The Brownian path's increment from `start` to `time`, by halving, to six decimals, until `time` is an end."""
    def draw(state, scale):
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(int(state))) * scale

    total = draw(np.random.SeedSequence(entropy, pool_size=24).generate_state(3)[0], math.sqrt(end - start))
    value, key, depth = torch.zeros(shape), 0, 0
    left, right = start, end
    while left < time < right:
        middle = round((left + right) / 2, 6)
        sequence = np.random.SeedSequence(entropy, spawn_key=(key, depth), pool_size=24)
        spread = math.sqrt((middle - left) * (right - middle) / (right - left))
        half = total * ((middle - left) / (right - left)) + draw(sequence.generate_state(4)[0], spread)
        if time >= middle:
            value, total, left, key = value + half, total - half, middle, 2 * key + 1
        else:
            total, right, key = half, middle, 2 * key
        depth += 1
    return value + total if time >= right else value


def noise_table():
    betas = np.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2
    products = np.cumprod(1 - betas)
    return torch.from_numpy(products.astype(np.float32))


def schedules():
    products = noise_table()
    sigmas = ((1 - products) / products) ** 0.5
    logs = sigmas.log()
    low, high = sigmas[0].item(), sigmas[-1].item()

    def at(t):
        below, above, weight = t.floor().long(), t.ceil().long(), t.frac()
        return ((1 - weight) * logs[below] + weight * logs[above]).exp()

    def close(values):
        return torch.cat([values, torch.zeros(1)])

    ends = torch.tensor([999.0, 0.0])
    made = {name: {} for name in ("Uniform", "Karras", "Exponential", "Polyexponential", "SGM Uniform", "KL Optimal",
                                  "Simple", "Normal", "DDIM")}
    for n in STEPS:
        ramp = torch.linspace(0, 1, n)
        made["Uniform"][n] = close(at(torch.linspace(999, 0, n)))
        made["Karras"][n] = close((high ** (1 / 7) + ramp * (low ** (1 / 7) - high ** (1 / 7))) ** 7)
        made["Exponential"][n] = close(torch.linspace(math.log(high), math.log(low), n).exp())
        made["Polyexponential"][n] = close((torch.linspace(1, 0, n) * (math.log(high) - math.log(low)) + math.log(low)).exp())
        made["SGM Uniform"][n] = close(at(torch.linspace(ends[0].item(), ends[1].item(), n + 1)[:-1]))
        made["Normal"][n] = close(at(torch.linspace(ends[0].item(), ends[1].item(), n)))
        share = torch.arange(n + 1) / n
        made["KL Optimal"][n] = (share * math.atan(low) + (1 - share) * math.atan(high)).tan()
        made["Simple"][n] = close(torch.stack([sigmas[-(1 + int(i * 1000 / n))] for i in range(n)]))
        made["DDIM"][n] = close(sigmas[torch.arange(1, 1000, max(1000 // n, 1))].flip(0))
    return {name: {str(n): listed(values) for n, values in rows.items()} for name, rows in made.items()}


def brownian_cases():
    rows = []
    for seed, shape in ((7, [4, 3, 5]), (2 ** 32 + 42, [4, 2, 2]), (2 ** 53 - 1, [1])):
        start, end = 0.029167, 14.614643
        levels = [14.614643, 9.2, 3.861, 1.0, 0.1521, 0.029167]
        whole = [path_value(seed, start, end, level, shape) for level in levels]
        draws = [(whole[i + 1] - whole[i]) / math.sqrt(levels[i] - levels[i + 1]) for i in range(len(levels) - 1)]
        rows.append({"seed": seed, "shape": shape, "sigmaMin": start, "sigmaMax": end, "levels": levels,
                     "draws": [listed(draw) for draw in draws]})
    return rows


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


with open(sys.argv[1], "w") as file:
    json.dump(rounded({
        "source": f"tools/noise-golden/make_noise_golden.py, torch {torch.__version__}, numpy {np.__version__}, CPU",
        "torch": torch_cases(), "philox": philox_cases(), "brownian": brownian_cases(), "schedules": schedules(),
    }), file, separators=(",", ":"))
