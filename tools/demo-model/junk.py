"""Random pictures of nothing, so that the VAE learns more than the scenes."""
import numpy as np

from scenes import SCALE, Canvas


def junk(rng):
    canvas = Canvas()
    colour = lambda: tuple(int(v) for v in rng.randint(0, 256, 3))
    canvas.sky(colour(), colour(), 1)
    for _ in range(rng.randint(3, 14)):
        form = rng.randint(4)
        if form == 0:
            canvas.ellipse(rng.rand(), rng.rand(), rng.uniform(0.02, 0.3), rng.uniform(0.02, 0.3), colour())
        elif form == 1:
            canvas.polygon([(rng.rand(), rng.rand()) for _ in range(3)], colour())
        elif form == 2:
            canvas.line([(rng.rand(), rng.rand()) for _ in range(3)], colour(), rng.uniform(0.008, 0.05))
        else:
            canvas.ellipse(rng.rand(), rng.rand(), 0.02, 0.02, colour())
    return np.asarray(canvas.image.reduce(SCALE))
