import type { MergeReport } from '../../server/src/shared/mergeReport';
import type { PreviewChanges, PreviewImage, PreviewState } from '../../server/src/shared/previewMessages';

/** `0.84 s`, `12.3 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** One number when text encoder and UNet share it, both when not. */
export function weightOf({ te, unet }: Pick<MergeReport, 'te' | 'unet'>): string {
  return te === unet ? short(unet) : `text ${short(te)}, image ${short(unet)}`;
}

/** `84 of 84 modules`; the second line of a merge's row. */
export function modulesOf({ applied, total }: Pick<MergeReport, 'applied' | 'total'>): string {
  return `${applied} of ${total} modules`;
}

/** `18 %`, `2.4 %`, `0.31 %`: two digits, and a space that no line ends at. */
export function percent(ratio: number): string {
  const digits = ratio < 0.01 ? 2 : ratio < 0.1 ? 1 : 0;
  return `${(100 * ratio).toFixed(digits)}\u00a0%`;
}

/** `up_blocks.1` as it is; a text encoder in words. */
export function blockName(block: string): string {
  return block.startsWith('text_encoder') ? block.replaceAll('_', ' ') : block;
}

/** What follows from two LoRAs of a prompt being one. */
export function twinsOf({ names: [first, second], isOpposite }: PreviewChanges['twins'][number]): string {
  return isOpposite
    ? `${first} and ${second} are the same changes with opposite signs: each takes back what the other does.`
    : `${first} and ${second} are the same changes under two names: their weights add up.`;
}

/** What a screen reader is told when the phase changes. Steps are left to the progress bar: twenty announcements help nobody. */
export function announcement(state: PreviewState): string {
  switch (state.phase) {
    case 'empty':
      return '';
    case 'running':
      return 'Generating a picture';
    case 'done':
      return state.image
        ? `Picture ready after ${duration(state.image.seconds)}, seed ${state.image.seed}`
        : '';
    case 'cancelled':
      return 'Generation cancelled';
    case 'failed':
      return '';
  }
}

/** Alternative text: what the picture was asked to show. */
export function alternative(image: PreviewImage, title: string | undefined): string {
  return `Generated picture${title ? `: ${title}` : ''}, ${image.width} by ${image.height} pixels, seed ${image.seed}`;
}

function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
