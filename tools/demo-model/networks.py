"""LoRA-like networks on a frozen UNet, one class per kind. Each gives ΔW for its module and names its tensors as the
trainers do (kohya's sd-scripts for LoRA and LoCon, LyCORIS for the others)."""
import collections

import torch
import torch.nn.functional as F
from torch import nn

from safetensors_io import read


def matrix_shape(weight):
    """(out, in·kh·kw) of a Linear's or a convolution's weight."""
    return weight.shape[0], weight[0].numel()


def small(*shape):
    return nn.Parameter(torch.randn(*shape) * shape[-1] ** -0.5)


def zeros(*shape):
    return nn.Parameter(torch.zeros(*shape))


class Lora(nn.Module):
    """up · down; also LoCon, when it sits on a 3×3 convolution."""

    def __init__(self, weight, rank):
        super().__init__()
        out, inputs = matrix_shape(weight)
        self.shape, self.rank = weight.shape, rank
        self.down, self.up = small(rank, inputs), zeros(out, rank)

    def delta(self):
        return (self.up @ self.down).reshape(self.shape)

    def tensors(self):
        down, up = self.down, self.up
        if len(self.shape) == 4:
            down, up = down.reshape(self.rank, *self.shape[1:]), up.reshape(*up.shape, 1, 1)
        return {"lora_down.weight": down, "lora_up.weight": up}


class Loha(nn.Module):
    """(w1_a · w1_b) ⊙ (w2_a · w2_b)."""

    def __init__(self, weight, rank):
        super().__init__()
        out, inputs = matrix_shape(weight)
        self.shape, self.rank = weight.shape, rank
        self.w1_a, self.w1_b = nn.Parameter(torch.randn(out, rank) * 0.3), small(rank, inputs)
        self.w2_a, self.w2_b = zeros(out, rank), nn.Parameter(torch.randn(rank, inputs))

    def delta(self):
        return ((self.w1_a @ self.w1_b) * (self.w2_a @ self.w2_b)).reshape(self.shape)

    def tensors(self):
        return {"hada_w1_a": self.w1_a, "hada_w1_b": self.w1_b, "hada_w2_a": self.w2_a, "hada_w2_b": self.w2_b}


class Lokr(nn.Module):
    """w1 ⊗ (w2_a · w2_b), w1 of side 4."""

    def __init__(self, weight, rank):
        super().__init__()
        out, inputs = matrix_shape(weight)
        self.shape, self.rank = weight.shape, rank
        self.w1 = nn.Parameter(torch.randn(4, 4) * 0.5)
        self.w2_a, self.w2_b = zeros(out // 4, rank), small(rank, inputs // 4)

    def delta(self):
        return torch.kron(self.w1, self.w2_a @ self.w2_b).reshape(self.shape)

    def tensors(self):
        return {"lokr_w1": self.w1, "lokr_w2_a": self.w2_a, "lokr_w2_b": self.w2_b}


class Dora(Lora):
    """m ⊙ (W + ΔW)/‖W + ΔW‖ with one magnitude per output row; `delta` is the difference from W."""

    def __init__(self, weight, rank):
        super().__init__(weight, rank)
        self.weight = [weight.detach()]
        self.magnitude = nn.Parameter(weight.detach().flatten(1).norm(dim=1))

    def delta(self):
        weight = self.weight[0].flatten(1)
        moved = weight + self.up @ self.down
        return (moved * (self.magnitude / moved.norm(dim=1))[:, None] - weight).reshape(self.shape)

    def tensors(self):
        ones = [1] * (len(self.shape) - 1)
        return super().tensors() | {"dora_scale": self.magnitude.reshape(-1, *ones)}


KINDS = {"lora": Lora, "locon": Lora, "loha": Loha, "lokr": Lokr, "dora": Dora}


class Adapted(nn.Module):
    """A Linear or Conv2d whose weight is W + multiplier · ΔW. alpha equals rank, so alpha/rank is 1."""

    def __init__(self, base, network):
        super().__init__()
        self.base, self.network, self.multiplier = [base], network, 1.0

    def forward(self, x):
        base = self.base[0]
        weight = base.weight + self.multiplier * self.network.delta()
        if isinstance(base, nn.Linear):
            return F.linear(x, weight, base.bias)
        return F.conv2d(x, weight, base.bias, base.stride, base.padding)


def targets(unet, kind):
    """Names of the modules a network of this kind sits on: what the trainers take by default."""
    for name, module in unet.named_modules():
        in_attention, last = ".attentions." in name, name.split(".")[-1]
        if in_attention and (isinstance(module, nn.Linear) or last in ("proj_in", "proj_out")):
            yield name
        elif kind == "locon" and last in ("conv1", "conv2") and isinstance(module, nn.Conv2d):
            yield name


def attach(unet, kind, rank):
    """Wraps the targets in place; returns name → Adapted."""
    adapted = {}
    for name in list(targets(unet, kind)):
        *parents, last = name.split(".")
        parent = unet.get_submodule(".".join(parents))
        module = parent.get_submodule(last)
        wrapped = Adapted(module, KINDS[kind](module.weight, rank))
        if last.isdigit():
            parent[int(last)] = wrapped
        else:
            setattr(parent, last, wrapped)
        adapted[name] = wrapped
    return adapted


def kohya_tensors(adapted, rank):
    """float16 tensors under kohya's names."""
    out = {}
    for name, module in adapted.items():
        key = "lora_unet_" + name.replace(".", "_")
        for suffix, tensor in module.network.tensors().items():
            out[f"{key}.{suffix}"] = tensor.half()
        out[f"{key}.alpha"] = torch.tensor(float(rank)).half()
    return out


def stored_delta(tensors, weight):
    """ΔW at weight 1 from one module's tensors as they stand in a file (alpha equals rank in all of ours)."""
    t = {suffix: tensor.float() for suffix, tensor in tensors.items()}
    if "hada_w1_a" in t:
        delta = (t["hada_w1_a"] @ t["hada_w1_b"]) * (t["hada_w2_a"] @ t["hada_w2_b"])
    elif "lokr_w1" in t:
        delta = torch.kron(t["lokr_w1"], t["lokr_w2_a"] @ t["lokr_w2_b"])
    else:
        delta = t["lora_up.weight"].flatten(1) @ t["lora_down.weight"].flatten(1)
    delta = delta.reshape(weight.shape)
    if "dora_scale" not in t:
        return delta
    moved = (weight + delta).flatten(1)
    return (moved * (t["dora_scale"].flatten() / moved.norm(dim=1))[:, None]).reshape(weight.shape) - weight


def merged(state, file, multiplier):
    """A copy of the UNet's state with the network of a file in it."""
    tensors, _ = read(file)
    modules = collections.defaultdict(dict)
    for key, tensor in tensors.items():
        name, suffix = key.split(".", 1)
        modules[name][suffix] = tensor
    names = {"lora_unet_" + k[: -len(".weight")].replace(".", "_"): k for k in state if k.endswith(".weight")}
    state = dict(state)
    for name, own in modules.items():
        weight = state[names[name]]
        state[names[name]] = weight + multiplier * stored_delta(own, weight)
    return state
