import { readSize } from '../analysis/infotext';
import { oldFirstPass } from '../analysis/oldFirstPass';
import { asciiDigits } from '../text/python';
import type { WrittenParameter } from './written';

/**
 * The parameters of a picture from before version 1.3 of the web UI in today's form: there, `Size` was that of the second
 * pass, and `First pass size` that of the first, 0x0 for one of 512² pixels.
 */
export function withFirstPassSize(parameters: readonly WrittenParameter[]): readonly WrittenParameter[] {
  const sizeOf = (key: string) => {
    const value = parameters.findLast((parameter) => parameter.key === key)?.value;
    return value === undefined ? undefined : readSize(value)?.map((side) => Number(asciiDigits(side)));
  };
  const first = sizeOf('First pass size');
  const size = sizeOf('Size') ?? [512, 512];
  if (first === undefined || parameters.some(({ key }) => key === 'Hires resize' || key === 'Hires upscale'))
    return parameters;
  const [width, height] = first.includes(0) ? oldFirstPass(size[0]!, size[1]!) : first;
  return [
    ...parameters,
    { key: 'Size', value: `${width}x${height}` },
    { key: 'Hires resize', value: size.join('x') },
  ];
}
