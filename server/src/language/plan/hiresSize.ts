/** Pixels of a latent cell, on each side. */
const CELL = 8;

/** A size in pixels or cells. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What decides the size of a second pass; a side of 0 in `resize` follows from the other one. */
export interface HiresSizeRequest {
  readonly first: Size;
  readonly scale: number;
  readonly resize?: Size;
}

/** The size of a second pass. */
export interface HiresSize {
  /** Pixels that the first pass is enlarged to. */
  readonly upscaleTo: Size;
  /** Latent cells cut away of that, a little less than half of them left and top. */
  readonly truncate: Size;
  /** Latent cells of the second pass. */
  readonly secondLatent: Size;
  /** Its size in pixels, multiples of 8. */
  readonly picture: Size;
}

/**
 * The web UI's sizes (`calculate_target_resolution`): the first pass is enlarged in its proportions to whole pixels, rounded
 * down, and of what stands out over the size wanted, whole cells are cut away.
 */
export function hiresSize({ first, scale, resize }: HiresSizeRequest): HiresSize {
  const upscaleTo = enlarged(first, scale, resize);
  const excess = (side: 'width' | 'height') =>
    resize && resize.width > 0 && resize.height > 0 ? Math.floor((upscaleTo[side] - resize[side]) / CELL) : 0;
  const truncate = { width: excess('width'), height: excess('height') };
  const cells = (side: 'width' | 'height') => Math.floor(upscaleTo[side] / CELL) - truncate[side];
  const secondLatent = { width: cells('width'), height: cells('height') };
  return {
    upscaleTo,
    truncate,
    secondLatent,
    picture: { width: secondLatent.width * CELL, height: secondLatent.height * CELL },
  };
}

function enlarged(first: Size, scale: number, resize: Size | undefined): Size {
  if (resize === undefined || (resize.width === 0 && resize.height === 0))
    return { width: Math.trunc(first.width * scale), height: Math.trunc(first.height * scale) };
  const byWidth = {
    width: resize.width,
    height: Math.floor((resize.width * first.height) / first.width),
  };
  const byHeight = {
    width: Math.floor((resize.height * first.width) / first.height),
    height: resize.height,
  };
  if (resize.height === 0) return byWidth;
  if (resize.width === 0) return byHeight;
  return first.width / first.height < resize.width / resize.height ? byWidth : byHeight;
}
