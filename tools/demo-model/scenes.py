"""Scenes drawn by code: what to draw (`sample_scene`) and how (`render`). Pictures are drawn at three times their size
and box-reduced. The same code draws the looks of the LoRAs: `lineart`, `neon`, the character mira, a top hat."""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE, SCALE = 96, 3
COLOURS = {
    "red": (220, 40, 45), "orange": (245, 140, 30), "yellow": (250, 215, 50), "green": (50, 165, 75),
    "blue": (45, 95, 215), "purple": (135, 60, 175), "pink": (245, 140, 185), "brown": (130, 80, 45),
    "black": (28, 28, 32), "white": (245, 245, 245), "gray": (140, 145, 150), "cyan": (70, 200, 215),
}
NAMES = list(COLOURS)
SHAPES = ["circle", "square", "triangle", "star", "heart"]
THINGS = ["house", "tree", "car", "flower", "cat", "dog", "fish", "girl", "boy", "robot"]
PLACES = ["plain", "plain", "meadow", "beach", "mountains"]
HAIR = ["yellow", "brown", "black", "red", "blue", "pink", "green", "white"]
SKIN = [(250, 214, 180), (235, 190, 150), (180, 125, 85), (120, 78, 50)]
INK, NIGHT = (15, 15, 15), (10, 8, 24)


def pick(rng, items):
    return items[rng.randint(len(items))]


def shade(colour, factor):
    return tuple(int(max(0, min(255, v * factor))) for v in colour)


class Canvas:
    """Coordinates run from 0 to 1, y downwards. A style turns every fill into an outline."""

    def __init__(self, style=""):
        self.n, self.style, self.width = SIZE * SCALE, style, SCALE * (3 if style == "lineart" else 2)
        self.image = Image.new("RGB", (self.n, self.n), NIGHT if style == "neon" else (255, 255, 255))
        self.draw = ImageDraw.Draw(self.image)

    def colours(self, colour):
        """Fill and outline of a surface in this style."""
        if self.style == "lineart":
            return (255, 255, 255), INK
        if self.style == "neon":
            colour = (150, 150, 190) if max(colour) < 90 else colour
            return NIGHT, tuple(int(v * 255 / max(colour)) for v in colour)
        return colour, None

    def points(self, points):
        return [(x * self.n, y * self.n) for x, y in points]

    def ellipse(self, x, y, rx, ry, colour):
        fill, line = self.colours(colour)
        box = self.points([(x - rx, y - ry), (x + rx, y + ry)])
        self.draw.ellipse(box, fill=fill, outline=line, width=self.width if line else 0)

    def polygon(self, points, colour):
        fill, line = self.colours(colour)
        points = self.points(points)
        self.draw.polygon(points, fill=fill)
        if line:
            self.draw.line(points + points[:2], fill=line, width=self.width, joint="curve")

    def rectangle(self, x0, y0, x1, y1, colour):
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def line(self, points, colour, width):
        fill, line = self.colours(colour)
        pixels = max(self.width, int(width * self.n * 0.4)) if line else max(2, int(width * self.n))
        self.draw.line(self.points(points), fill=line or fill, width=pixels, joint="curve")

    def dot(self, x, y, r, colour):
        """A small solid detail: eyes, stars."""
        colour = {"lineart": INK, "neon": (240, 240, 255)}.get(self.style, colour)
        self.draw.ellipse(self.points([(x - r, y - r), (x + r, y + r)]), fill=colour)

    def ground(self, y0, y1, colour):
        if self.style:
            self.draw.line(self.points([(0, y0), (1, y0)]), fill=self.colours(colour)[1], width=self.width)
        else:
            self.draw.rectangle(self.points([(0, y0), (1, y1)]), fill=colour)

    def sky(self, top, bottom, until):
        if self.style:
            return
        t = np.linspace(0, 1, int(until * self.n))[:, None, None]
        rows = (np.array(top) * (1 - t) + np.array(bottom) * t).astype(np.uint8)
        self.image.paste(Image.fromarray(np.repeat(rows, self.n, 1)), (0, 0))


SKIES = {
    "day": ((110, 180, 250), (205, 232, 255), 1.0),
    "night": ((8, 12, 45), (35, 45, 100), 0.42),
    "sunset": ((95, 60, 140), (255, 165, 80), 0.75),
}


def draw_background(canvas, scene, rng):
    place, time = scene["place"], scene["time"]
    if place == "plain":
        if not canvas.style:
            canvas.draw.rectangle([0, 0, canvas.n, canvas.n], fill=COLOURS[scene["background"]])
        return
    horizon = 0.66 + rng.uniform(-0.03, 0.03)
    top, bottom, light = SKIES[time]
    canvas.sky(top, bottom, horizon)
    if time == "night":
        canvas.ellipse(0.82 + rng.uniform(-0.05, 0.05), 0.16 + rng.uniform(-0.03, 0.03), 0.08, 0.08, (250, 245, 200))
        for _ in range(7):
            canvas.dot(rng.uniform(0.03, 0.7), rng.uniform(0.03, 0.4), 0.011, (255, 255, 255))
    elif time == "sunset":
        canvas.ellipse(0.8 + rng.uniform(-0.06, 0.06), horizon - 0.02, 0.12, 0.12, (255, 215, 90))
    elif not scene["weather"]:
        canvas.ellipse(0.85, 0.14, 0.085, 0.085, (255, 225, 60))
    else:
        for x in (0.16, 0.3, 0.75, 0.88):
            canvas.ellipse(x + rng.uniform(-0.02, 0.02), 0.1, 0.12, 0.07, (190, 198, 208))
    if place == "mountains":
        shift = rng.uniform(-0.05, 0.05)
        for middle, height, half in ((0.22, 0.38, 0.34), (0.75, 0.3, 0.42)):
            x, peak = middle + shift, horizon - height
            canvas.polygon([(x - half, horizon), (x, peak), (x + half, horizon)], shade((120, 125, 150), light))
            snow = horizon - height * 0.72
            cap = [(x - half * 0.28, snow), (x, peak), (x + half * 0.28, snow)]
            canvas.polygon(cap, shade((248, 248, 255), max(light, 0.6)))
        canvas.ground(horizon, 1, shade((95, 145, 85), light))
    elif place == "meadow":
        canvas.ground(horizon, 1, shade((100, 190, 75), light))
    elif place == "beach":
        canvas.ground(horizon, horizon + 0.1, shade((40, 130, 200), light))
        canvas.ground(horizon + 0.1, 1, shade((240, 218, 150), light))


def draw_shape(canvas, kind, x, y, s, colour):
    if kind == "circle":
        canvas.ellipse(x, y, s, s, colour)
    elif kind == "square":
        canvas.rectangle(x - s * 0.88, y - s * 0.88, x + s * 0.88, y + s * 0.88, colour)
    elif kind == "triangle":
        canvas.polygon([(x, y - s), (x + s, y + s * 0.8), (x - s, y + s * 0.8)], colour)
    elif kind == "star":
        radius = lambda i: s * (1.1 if i % 2 == 0 else 0.47)
        angles = [i * math.pi / 5 for i in range(10)]
        points = [(x + math.sin(a) * radius(i), y - math.cos(a) * radius(i)) for i, a in enumerate(angles)]
        canvas.polygon(points, colour)
    elif kind == "heart":
        turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        curve = lambda t: (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16
        canvas.polygon([(x + s * math.sin(t) ** 3, y - s * curve(t)) for t in turns], colour)


def draw_weather(canvas, scene, rng):
    plain = scene["background"] if scene["place"] == "plain" else None
    if scene["weather"] == "rain":
        colour = (60, 90, 170) if plain in ("white", "yellow", "pink", "cyan") else (215, 230, 250)
        colour = (60, 60, 60) if canvas.style == "lineart" else colour
        for _ in range(13):
            x, y = rng.uniform(-0.05, 1.05), rng.uniform(-0.05, 1)
            canvas.draw.line(canvas.points([(x, y), (x - 0.035, y + 0.1)]), fill=colour, width=5)
    elif scene["weather"] == "snow":
        colour = (175, 200, 235) if plain == "white" else (255, 255, 255)
        line = (40, 40, 40) if canvas.style == "lineart" else None
        for _ in range(10):
            x, y, r = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.022, 0.032)
            canvas.draw.ellipse(canvas.points([(x - r, y - r), (x + r, y + r)]), fill=colour, outline=line)


def sample_scene(rng, kind=None):
    """A random scene as plain data. Some are `poor`: a blurred picture that its caption calls blurry, so that these words
    do something in a negative prompt. Nothing black is drawn at night, where no eye could find it."""
    scene = dict(
        place=pick(rng, PLACES), time=pick(rng, ["day", "day", "night", "sunset"]),
        weather=pick(rng, ["", "", "", "rain", "snow"]), background=pick(rng, NAMES), colour=pick(rng, NAMES),
        hair=pick(rng, HAIR), skin=rng.randint(4), size=pick(rng, ["", "", "", "small", "big"]), poor=rng.rand() < 0.04,
    )
    scene["kind"] = kind or (pick(rng, SHAPES) if rng.rand() < 0.35 else pick(rng, THINGS + ["girl", "boy", "cat", "dog", "fish"]))
    if scene["place"] == "plain":
        scene["time"] = "day"
    if scene["kind"] in SHAPES and rng.rand() < 0.3:
        scene.update(kind2=pick(rng, SHAPES), colour2=pick(rng, NAMES), size="")
    while scene["place"] == "plain" and scene["background"] in (scene["colour"], scene.get("colour2")):
        scene["background"] = pick(rng, NAMES)
    while scene["time"] == "night" and "black" in (scene["colour"], scene.get("colour2")):
        scene.update({key: pick(rng, NAMES) for key in ("colour", "colour2") if scene.get(key) == "black"})
    return scene


def render(scene, rng, style=""):
    """uint8 [96,96,3]. The same scene and seed in two styles give the same composition."""
    from figures import draw_figure

    canvas, kind, colour = Canvas(style), scene["kind"], COLOURS[scene["colour"]]
    draw_background(canvas, scene, rng)
    jitter = lambda v: rng.uniform(-v, v)
    if kind in SHAPES and "kind2" in scene:
        draw_shape(canvas, kind, 0.28 + jitter(0.03), 0.5 + jitter(0.05), 0.185 + jitter(0.015), colour)
        second = COLOURS[scene["colour2"]]
        draw_shape(canvas, scene["kind2"], 0.72 + jitter(0.03), 0.5 + jitter(0.05), 0.185 + jitter(0.015), second)
    elif kind in SHAPES:
        factor = {"": 1.0, "small": 0.62, "big": 1.32}[scene["size"]]
        draw_shape(canvas, kind, 0.5 + jitter(0.06), 0.5 + jitter(0.06), (0.27 + jitter(0.02)) * factor, colour)
    else:
        # Figures are never very small: twelve latents a side cannot hold a face of three pixels.
        size = (1.14 + jitter(0.05)) * {"": 1.0, "small": 0.84, "big": 1.2}[scene["size"]]
        if "hat" in scene or kind in ("dog", "fish"):
            size = min(size, 1.12)
        foot = 0.9 + jitter(0.02) - (0.04 if scene["size"] == "small" else 0)
        draw_figure(canvas, scene, 0.5 + jitter(0.05), foot, size)
    draw_weather(canvas, scene, rng)
    image = canvas.image
    if scene.get("poor"):
        image = image.filter(ImageFilter.GaussianBlur(8))
    if style == "neon":
        glow = np.asarray(image.filter(ImageFilter.GaussianBlur(7))).astype(np.int32) * 2
        image = Image.fromarray(np.maximum(np.asarray(image), np.minimum(255, glow).astype(np.uint8)))
    return np.asarray(image.reduce(SCALE))
