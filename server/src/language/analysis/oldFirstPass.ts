/** Pixels that the first pass of an old hires fix was made for. */
const FIRST_PASS_PIXELS = 512 * 512;

/** Sides of the first pass, multiples of 64 of about 512² pixels in the proportions of the picture. */
export function oldFirstPass(width: number, height: number): [width: number, height: number] {
  const scale = Math.sqrt(FIRST_PASS_PIXELS / (width * height));
  const side = (length: number) => Math.ceil((scale * length) / 64) * 64;
  return [side(width), side(height)];
}
