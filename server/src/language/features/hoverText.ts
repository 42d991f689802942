import type { Range } from '../../shared/range';

/** Markdown about the text of a range. */
export interface Hover {
  readonly range: Range;
  readonly markdown: string;
  /** Path of an image to show under it. */
  readonly picture?: string;
  /** Path of a LoRA whose training tags are worth showing too; they are in the file only. */
  readonly lora?: string;
}
