import type { KnownChanges } from '../../../server/src/shared/measurement';
import type { PlanLora } from '../../../server/src/shared/plan';
import type { PreviewChange, PreviewChanges } from '../../../server/src/shared/previewMessages';

/** From this cosine on two files are the same changes, but for rounding. */
const SAME = 0.999;

/**
 * What a picture's LoRAs change, at their weights, out of what is known of their files at weight 1.
 *
 * @param files the files that `known` is about, in its order
 */
export function changesOf(
  loras: readonly PlanLora[],
  files: readonly string[],
  known: KnownChanges,
): PreviewChanges {
  return {
    loras: loras.flatMap((lora) => changeOf(lora, known.loras[files.indexOf(lora.path)]?.blocks ?? [])),
    twins: known.pairs.flatMap(({ first, second, overlaps }) => {
      const cosine = cosineOf(known.loras[first]?.blocks ?? [], known.loras[second]?.blocks ?? [], overlaps);
      if (Math.abs(cosine) < SAME) return [];
      const nameOf = (index: number) => loras.find(({ path }) => path === files[index])?.name ?? '';
      return [{ names: [nameOf(first), nameOf(second)] as const, isOpposite: cosine < 0 }];
    }),
  };
}

type Blocks = KnownChanges['loras'][number]['blocks'];

function changeOf({ name, te, unet, dyn }: PlanLora, all: Blocks): PreviewChange[] {
  const blocks = all.flatMap(({ block, change, base, touched, modules }) => {
    const weight = Math.abs(block.startsWith('text_encoder') ? te : unet);
    return weight === 0 ? [] : [{ block, change: weight * change, base, touched, modules }];
  });
  if (blocks.length === 0) return [];
  const ratio = ratioOf(length(blocks.map(({ change }) => change)), length(blocks.map(({ base }) => base)));
  return [
    {
      // Files are measured whole.
      name: dyn === undefined ? name : `${name}, all ranks`,
      ratio,
      blocks: blocks.map(({ change, base, ...block }) => ({ ...block, ratio: ratioOf(change, base) })),
    },
  ];
}

/** Cosine of the angle between two files' changes of the whole model; 0 where one changes nothing. */
function cosineOf(
  first: Blocks,
  second: Blocks,
  overlaps: KnownChanges['pairs'][number]['overlaps'],
): number {
  const product = length(first.map(({ change }) => change)) * length(second.map(({ change }) => change));
  const dot = overlaps.reduce((sum, block) => sum + block.dot, 0);
  return product > 0 ? dot / product : 0;
}

function ratioOf(change: number, base: number): number {
  return base > 0 ? change / base : 0;
}

function length(values: readonly number[]): number {
  return Math.hypot(...values);
}
