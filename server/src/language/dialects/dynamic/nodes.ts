import type { Range } from '../../../shared/range';

/** The tree of a dynamic prompt: a template that stands for many prompts. */
export type DynamicNode =
  | LiteralNode
  | SequenceNode
  | VariantsNode
  | WildcardNode
  | VariableNode
  | AssignmentNode
  | WrapNode;

/** How a choice is made: at random, every one in turn for the whole prompt, or one after the other. */
export type DynamicSampler = 'random' | 'combinatorial' | 'cycle';

export interface LiteralNode {
  readonly type: 'literal';
  readonly text: string;
}

export interface SequenceNode {
  readonly type: 'sequence';
  readonly nodes: readonly DynamicNode[];
}

/** `{2$$ and $$a|0.5::b}` */
export interface VariantsNode {
  readonly type: 'variants';
  readonly options: readonly { readonly value: DynamicNode; readonly weight: number }[];
  readonly min: number;
  readonly max: number;
  readonly separator: string;
  readonly sampler: DynamicSampler | null;
  /** Where it stands in its template. */
  readonly range: Range;
}

/** `__name(key=value)__`; the name may hold choices and variables of its own. */
export interface WildcardNode {
  readonly type: 'wildcard';
  readonly path: DynamicNode;
  readonly sampler: DynamicSampler | null;
  readonly variables: ReadonlyMap<string, DynamicNode>;
  readonly range: Range;
}

/** `${name:default}` */
export interface VariableNode {
  readonly type: 'variable';
  readonly name: string;
  readonly fallback?: DynamicNode;
  readonly range: Range;
}

/** `${name=value}`; `?=` keeps an existing value, `=!` settles the value at once. */
export interface AssignmentNode {
  readonly type: 'assignment';
  readonly name: string;
  readonly value: DynamicNode;
  readonly immediate: boolean;
  readonly overwrite: boolean;
  readonly range: Range;
}

/** `%{before ... after$$inner}` */
export interface WrapNode {
  readonly type: 'wrap';
  readonly wrapper: DynamicNode;
  readonly inner: DynamicNode;
}

/** The marks of the dialect; they can be changed, as in the extension's own settings. */
export interface DynamicMarks {
  readonly variantStart: string;
  readonly variantEnd: string;
  readonly wildcardWrap: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly wrapStart: string;
  readonly wrapEnd: string;
}

export const DEFAULT_MARKS: DynamicMarks = {
  variantStart: '{',
  variantEnd: '}',
  wildcardWrap: '__',
  variableStart: '${',
  variableEnd: '}',
  wrapStart: '%{',
  wrapEnd: '}',
};

/** A structural key: equal templates have equal keys. */
export function nodeKey(node: DynamicNode): string {
  let key = keys.get(node);
  if (key === undefined) {
    key = JSON.stringify(node, (name, value: unknown) =>
      name === 'range' ? undefined : value instanceof Map ? [...value] : value,
    );
    keys.set(node, key);
  }
  return key;
}

const keys = new WeakMap<DynamicNode, string>();
