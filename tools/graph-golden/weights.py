"""Numbers that every language can make: a value follows from a tensor's name and a position in it, and nothing is stored."""

import zlib

import numpy as np
import torch


def mixed(seed: int, count: int) -> np.ndarray:
    """`count` numbers in [-1, 1): the last mixing steps of MurmurHash3 over seed + position."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) + np.uint32(seed)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return h.astype(np.float64) / 2.0**31 - 1.0


def tensor(name: str, shape) -> torch.Tensor:
    """Matrices keep the size of what they multiply, norms stay near 1, biases near 0. Rounded to float32."""
    values = mixed(zlib.crc32(name.encode()), int(np.prod(shape)))
    if len(shape) > 1:
        values = values * np.sqrt(3.0 / np.prod(shape[1:]))
    elif name.endswith(".weight"):
        values = 1.0 + 0.2 * values
    else:
        values = 0.1 * values
    return torch.from_numpy(values.astype(np.float32)).reshape(tuple(shape))


def fill(module: torch.nn.Module) -> None:
    """Gives every parameter its numbers."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(tensor(name, parameter.shape))


def picture(name: str, *shape: int) -> torch.Tensor:
    """An input of about unit variance."""
    values = mixed(zlib.crc32(name.encode()), int(np.prod(shape))) * np.sqrt(3.0)
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)
