"""Pictures and numbers that other programs made of them, for the tests of reading, enlarging and interpolating.

    python make_image_golden.py OUT        needs Pillow and torch; OUT is test/golden/image
"""
import json
import os
import random
import sys

import torch
from PIL import Image, __version__ as PILLOW

RESIZES = [((7, 5), (16, 8)), ((32, 24), (8, 16)), ((16, 16), (24, 40)), ((13, 9), (13, 4))]
INTERPOLATIONS = [((2, 3, 4), (6, 8)), ((1, 5, 3), (8, 7)), ((1, 4, 4), (3, 6))]
MODES = [("nearest", False), ("nearest-exact", False), ("bilinear", False), ("bicubic", False), ("bilinear", True),
         ("bicubic", True)]


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, separators=(",", ":"))


def lanczos(folder):
    random.seed(3)
    cases = []
    for (width, height), to in RESIZES:
        data = bytes(random.randrange(256) for _ in range(width * height * 3))
        result = Image.frombytes("RGB", (width, height), data).resize(to, Image.LANCZOS)
        cases.append({"width": width, "height": height, "rgb": list(data), "to": list(to), "result": list(result.tobytes())})
    write_json(os.path.join(folder, "lanczos.json"),
               {"source": f"Pillow {PILLOW}, Image.resize(size, LANCZOS)", "cases": cases})


def interpolate(folder):
    torch.manual_seed(5)
    rounded = lambda tensor: [round(value, 7) for value in tensor.flatten().tolist()]
    cases = []
    for shape, (height, width) in INTERPOLATIONS:
        x = torch.randn(1, *shape)
        for mode, antialias in MODES:
            y = torch.nn.functional.interpolate(x, size=(height, width), mode=mode, antialias=antialias)
            cases.append({"mode": mode + ("-antialias" if antialias else ""), "shape": list(shape),
                          "to": {"height": height, "width": width}, "latents": rounded(x), "result": rounded(y)})
    write_json(os.path.join(folder, "interpolate.json"),
               {"source": "torch 1.13.1, torch.nn.functional.interpolate, CPU, float32", "cases": cases})


def pictures(folder):
    size = (5, 4)
    image = Image.frombytes("RGB", size, bytes(i * 37 % 256 for i in range(60)))
    alpha = image.convert("RGBA")
    alpha.putalpha(Image.frombytes("L", size, bytes(i * 13 % 256 for i in range(20))))
    white = Image.new("RGBA", size, (255, 255, 255, 255))
    white.alpha_composite(alpha)
    kinds = {
        "rgb.png": (image, image, {}),
        "gray.png": (image.convert("L"), None, {}),
        "palette.png": (image.quantize(7), None, {}),
        "palette4.png": (image.quantize(13), None, {"bits": 4}),
        "bits.png": (image.convert("1"), None, {}),
        "rgba.png": (alpha, white, {}),
    }
    expected = {}
    for name, (picture, seen, options) in kinds.items():
        picture.save(os.path.join(folder, name), **options)
        expected[name] = list((seen or picture).convert("RGB").tobytes())
    write_json(os.path.join(folder, "png.json"),
               {"source": f"Pillow {PILLOW}; rgba laid over white with alpha_composite", "width": size[0],
                "height": size[1], "pictures": expected})


os.makedirs(sys.argv[1], exist_ok=True)
lanczos(sys.argv[1])
interpolate(sys.argv[1])
pictures(sys.argv[1])
