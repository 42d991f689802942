/** What compel's grammar makes of a text, before weights are multiplied. */
export type CompelNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'attention'; readonly weight: number; readonly children: readonly CompelNode[] }
  | {
      readonly type: 'swap';
      readonly original: readonly CompelNode[];
      readonly edited: readonly CompelNode[];
      readonly options: CompelOptions;
    }
  | { readonly type: 'lora'; readonly name: string; readonly weight: number };

/** Named options of an operator, as written: numbers or words. */
export type CompelOptions = Readonly<Record<string, number | string>>;

/** The parts of a prompt and, for `.blend` and `.and`, what joins them. */
export interface CompelRoot {
  readonly join: 'none' | 'blend' | 'and';
  readonly parts: readonly (readonly CompelNode[])[];
  /** Bare arguments of the join: weights and flags as written. */
  readonly flags: readonly string[];
  /** LoRA terms before and after a blend. */
  readonly loras: readonly CompelNode[];
}

/** A word as a node; only brackets and quotation marks lose their backslash. */
export function textNode(text: string): CompelNode {
  return { type: 'text', text: text.replace(/\\([()"])/g, '$1') };
}
