"""Things and creatures, each standing on a foot point; `s` is about 1 for six tenths of the picture's height."""
import math

import numpy as np

from scenes import COLOURS, SKIN, draw_shape, shade


class Pen:
    """Draws on a canvas in coordinates relative to a foot point: x to the right, y upwards, in units of the figure."""

    def __init__(self, canvas, x, y, s):
        self.canvas, self.x, self.y, self.s = canvas, x, y, s

    def at(self, x, y):
        return self.x + x * self.s, self.y - y * self.s

    def ellipse(self, x, y, rx, ry, colour):
        self.canvas.ellipse(*self.at(x, y), rx * self.s, ry * self.s, colour)

    def dot(self, x, y, r, colour):
        self.canvas.dot(*self.at(x, y), r * self.s, colour)

    def polygon(self, points, colour):
        self.canvas.polygon([self.at(*p) for p in points], colour)

    def rectangle(self, x0, y0, x1, y1, colour):
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def line(self, points, colour, width):
        self.canvas.line([self.at(*p) for p in points], colour, width * self.s)


def top_hat(pen, y):
    dark = (35, 30, 40)
    pen.rectangle(-0.085, y + 0.2, 0.085, y, dark)
    pen.rectangle(-0.085, y + 0.06, 0.085, y + 0.005, (215, 35, 45))
    pen.rectangle(-0.15, y + 0.005, 0.15, y - 0.035, dark)


def house(pen, scene, colour):
    roof = (75, 75, 95) if scene["colour"] in ("red", "brown", "orange") else (150, 65, 50)
    pen.rectangle(-0.24, 0.34, 0.24, 0, colour)
    pen.polygon([(-0.3, 0.34), (0, 0.58), (0.3, 0.34)], roof)
    pen.rectangle(-0.06, 0.18, 0.06, 0, (95, 60, 40))
    for x in (0.11, -0.19):
        pen.rectangle(x, 0.27, x + 0.08, 0.18, (250, 240, 150))


def tree(pen, scene, colour):
    pen.rectangle(-0.04, 0.25, 0.04, 0, (115, 75, 45))
    for x, y, r in ((-0.13, 0.33, 0.14), (0.13, 0.33, 0.14), (0, 0.46, 0.17)):
        pen.ellipse(x, y, r, r, colour)


def car(pen, scene, colour):
    pen.polygon([(-0.17, 0.2), (-0.1, 0.34), (0.1, 0.34), (0.18, 0.2)], shade(colour, 0.8))
    glass = (200, 230, 245)
    pen.polygon([(-0.13, 0.21), (-0.08, 0.31), (-0.01, 0.31), (-0.01, 0.21)], glass)
    pen.polygon([(0.02, 0.21), (0.02, 0.31), (0.08, 0.31), (0.14, 0.21)], glass)
    pen.rectangle(-0.32, 0.21, 0.32, 0.06, colour)
    for x in (-0.19, 0.19):
        pen.ellipse(x, 0.06, 0.075, 0.075, (30, 30, 35))
        pen.dot(x, 0.06, 0.03, (180, 180, 185))


def flower(pen, scene, colour):
    green = (50, 140, 60)
    pen.line([(0, 0.35), (0, 0)], green, 0.03)
    pen.ellipse(0.07, 0.12, 0.07, 0.03, green)
    for i in range(6):
        angle = i * math.pi / 3
        pen.ellipse(0.11 * math.sin(angle), 0.4 + 0.11 * math.cos(angle), 0.075, 0.075, colour)
    pen.ellipse(0, 0.4, 0.065, 0.065, (120, 70, 40) if scene["colour"] in ("yellow", "orange") else (250, 210, 60))


def cat(pen, scene, colour):
    pen.line([(0.13, 0.06), (0.27, 0.1), (0.28, 0.26)], colour, 0.05)
    pen.ellipse(0, 0.15, 0.16, 0.16, colour)
    for side in (-1, 1):
        pen.polygon([(side * 0.15, 0.38), (side * 0.14, 0.56), (side * 0.02, 0.46)], colour)
    pen.ellipse(0, 0.37, 0.155, 0.13, colour)
    bright = scene["colour"] in ("black", "blue", "purple", "brown", "gray", "red", "green")
    for side in (-1, 1):
        pen.dot(side * 0.06, 0.39, 0.03, (250, 230, 90) if bright else (30, 60, 40))
    pen.dot(0, 0.335, 0.018, (235, 130, 150))
    if scene.get("hat"):
        top_hat(pen, 0.49)


def dog(pen, scene, colour):
    """Seen from the side, long and on four legs: nothing like the cat at twelve latents a side."""
    dark = shade(colour, 0.7) if sum(colour) > 200 else shade(colour, 2.2)
    for x in (-0.22, -0.12, 0.1, 0.2):
        pen.rectangle(x - 0.03, 0.16, x + 0.03, 0, colour)
    pen.line([(-0.24, 0.26), (-0.34, 0.4)], colour, 0.05)
    pen.rectangle(-0.26, 0.32, 0.24, 0.13, colour)
    pen.ellipse(0.24, 0.4, 0.13, 0.12, colour)
    pen.ellipse(0.35, 0.37, 0.08, 0.06, colour)
    pen.ellipse(0.16, 0.4, 0.05, 0.1, dark)
    pen.dot(0.27, 0.44, 0.025, (20, 20, 25) if sum(colour) > 200 else (240, 240, 240))
    pen.dot(0.42, 0.385, 0.022, (20, 20, 25))


def fish(pen, scene, colour):
    dark = shade(colour, 0.75) if sum(colour) > 200 else shade(colour, 2.0)
    pen.polygon([(-0.2, 0.3), (-0.38, 0.46), (-0.38, 0.14)], colour)
    pen.polygon([(-0.1, 0.42), (0.02, 0.56), (0.12, 0.42)], dark)
    pen.ellipse(0.04, 0.3, 0.28, 0.17, colour)
    pen.dot(0.19, 0.34, 0.045, (250, 250, 250))
    pen.dot(0.2, 0.34, 0.022, (15, 15, 20))


def robot(pen, scene, colour):
    metal = (110, 115, 125)
    pen.line([(0, 0.58), (0, 0.66)], (120, 120, 130), 0.02)
    pen.dot(0, 0.67, 0.028, (230, 50, 50))
    for side in (-1, 1):
        pen.rectangle(side * 0.08 - 0.035, 0.12, side * 0.08 + 0.035, 0, metal)
        pen.line([(side * 0.14, 0.32), (side * 0.24, 0.2)], metal, 0.05)
    pen.rectangle(-0.15, 0.36, 0.15, 0.1, colour)
    pen.rectangle(-0.07, 0.29, 0.07, 0.19, shade(colour, 0.6 if sum(colour) > 300 else 1.6))
    pen.rectangle(-0.13, 0.58, 0.13, 0.385, colour)
    for side in (-1, 1):
        pen.dot(side * 0.055, 0.49, 0.036, (250, 250, 220))
        pen.dot(side * 0.055, 0.49, 0.016, (20, 20, 30))
    if scene.get("hat"):
        top_hat(pen, 0.6)


def person(pen, scene, colour):
    kind, mira = scene["kind"], scene["kind"] == "mira"
    skin, hair = SKIN[scene["skin"]], COLOURS[scene["hair"]]
    if mira:
        skin, hair, colour = SKIN[0], COLOURS["pink"], COLOURS["cyan"]
        pen.polygon([(-0.06, 0.37), (-0.27, 0.02), (0.27, 0.02), (0.06, 0.37)], COLOURS["purple"])
        for side in (-1, 1):
            pen.ellipse(side * 0.14, 0.6, 0.075, 0.075, hair)
        pen.ellipse(0, 0.48, 0.155, 0.155, hair)
    elif kind == "girl":
        pen.ellipse(0, 0.44, 0.175, 0.2, hair)
    for side in (-1, 1):
        trousers = kind == "boy"
        pen.line([(side * 0.05, 0.15), (side * 0.05, 0)], (60, 70, 110) if trousers else skin, 0.075 if trousers else 0.05)
        pen.line([(side * 0.06, 0.32), (side * 0.17, 0.17)], skin, 0.045)
    if kind == "boy":
        pen.rectangle(-0.1, 0.35, 0.1, 0.13, colour)
    else:
        pen.polygon([(-0.06, 0.36), (0.06, 0.36), (0.17, 0.09), (-0.17, 0.09)], colour)
    if mira:
        draw_shape(pen.canvas, "star", *pen.at(0, 0.21), 0.06 * pen.s, COLOURS["yellow"])
    pen.ellipse(0, 0.46, 0.135, 0.13, skin)
    brow = [(0.14 * math.sin(t), 0.465 + 0.135 * math.cos(t)) for t in np.linspace(-1.45, 1.45, 16)]
    pen.polygon(brow + [(0.05, 0.53), (-0.05, 0.53)], hair)
    for side in (-1, 1):
        pen.dot(side * 0.055, 0.455, 0.027, (40, 150, 60) if mira else (30, 30, 40))
    pen.line([(-0.04, 0.395), (0, 0.385), (0.04, 0.395)], (190, 60, 60), 0.02)
    if scene.get("hat"):
        top_hat(pen, 0.57)


FIGURES = dict(house=house, tree=tree, car=car, flower=flower, cat=cat, dog=dog, fish=fish, robot=robot,
               girl=person, boy=person, mira=person)


def draw_figure(canvas, scene, x, y, s):
    FIGURES[scene["kind"]](Pen(canvas, x, y, s), scene, COLOURS[scene["colour"]])
