/** What became of one LoRA of a plan. */
export interface MergeReport {
  readonly name: string;
  readonly te: number;
  readonly unet: number;
  readonly networkType: string;
  /** Modules of the file that were merged, and how many the file has. */
  readonly applied: number;
  readonly total: number;
  /** Why modules were left out: first few, in words. */
  readonly reasons: readonly string[];
}
