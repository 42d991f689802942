import { describe, expect, it } from 'vitest';
import { oldFirstPass } from '../../../server/src/language/analysis/oldFirstPass';
import { hiresSize, type Size } from '../../../server/src/language/plan/hiresSize';
import { webuiRows } from './data';

type Pair = [width: number, height: number];
interface Row {
  width: number;
  height: number;
  scale: number;
  resizeX: number;
  resizeY: number;
  oldBehaviour: boolean;
  firstPass: Pair;
  upscaleTo: Pair;
  truncate: Pair;
  cutFrom: Pair;
  secondLatent: Pair;
  picture: Pair;
}

describe('sizes of hires fix in the web UI', () => {
  it('are the same', () => {
    const rows = webuiRows<Row>('hires-size.json');
    expect(rows.length).toBe(400);
    const pair = ({ width, height }: Size): Pair => [width, height];
    for (const row of rows) {
      const [width, height] = row.oldBehaviour
        ? oldFirstPass(row.width, row.height)
        : [row.width, row.height];
      const resize = row.oldBehaviour
        ? { width: row.width, height: row.height }
        : { width: row.resizeX, height: row.resizeY };
      const own = hiresSize({ first: { width, height }, scale: row.scale, resize });
      const found = {
        firstPass: [width, height],
        upscaleTo: pair(own.upscaleTo),
        truncate: pair(own.truncate),
        cutFrom: pair(own.truncate).map((cells) => Math.floor(cells / 2)),
        secondLatent: pair(own.secondLatent),
        picture: pair(own.picture),
      };
      const { firstPass, upscaleTo, truncate, cutFrom, secondLatent, picture } = row;
      expect(found).toEqual({ firstPass, upscaleTo, truncate, cutFrom, secondLatent, picture });
    }
  });
});
