import type { Range } from '../../../shared/range';
import type { Parameter } from '../../syntax/nodes';

/** Parameters in which a number may have decimals. */
const DECIMAL_KEYS: ReadonlySet<string> = new Set(['CFG scale', 'Denoising strength']);

/** The range of the `,5` of `CFG scale: 7,5`, or undefined when the value ends as it should. */
export function decimalTail(text: string, parameter: Parameter): Range | undefined {
  if (!DECIMAL_KEYS.has(parameter.key)) return undefined;
  const { start, end } = parameter.valueRange;
  const tail = /^,\d+(?=\s*(?:,|$|[\r\n]))/u.exec(text.slice(end, end + 40));
  if (!tail || !/^[+-]?\d+$/u.test(text.slice(start, end))) return undefined;
  return { start: end, end: end + tail[0].length };
}
