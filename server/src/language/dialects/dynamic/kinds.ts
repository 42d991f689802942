import type { WildcardLookup } from '../../../shared/wildcards';
import { type Kind, optionNumber, textKind } from '../kind';
import { expandAll, missingInVariants } from './expand';
import { DEFAULT_MARKS, type DynamicMarks, type DynamicNode } from './nodes';
import { parseDynamic } from './parse';
import { createWildcardLookup, textCollection } from './wildcards';

/** The dynamic prompts dialect: trees, all combinations, wildcards that are missing inside a choice. */
export const DYNAMIC_KINDS: readonly Kind[] = [
  textKind('dynamicprompts_ast', (text, options) => {
    const node = parseDynamic(text, readMarks(options.config));
    return node.ok ? nodeJson(node.value) : { error: 'ParseException' };
  }),
  textKind('dynamicprompts_combinatorial', (text, options) => {
    const found = expandAll(text, optionNumber(options, 'limit') ?? 1000, {
      wildcards: readWildcards(options),
      repeats: true,
    });
    if (found.ok) return found.value.prompts;
    return { error: found.problem.code === 'dynamic-syntax' ? 'ParseException' : found.problem.message };
  }),
  textKind('dynamicprompts_missing_wildcards', (text, options) => {
    const missing = missingInVariants(text, readWildcards(options));
    return missing.ok ? missing.value : { error: 'ParseException' };
  }),
];

function readWildcards(options: Readonly<Record<string, unknown>>): WildcardLookup {
  const files = typeof options.wildcards === 'object' && options.wildcards !== null ? options.wildcards : {};
  return createWildcardLookup(
    Object.entries(files).map(([name, text]) => textCollection(name.replace(/\.txt$/i, ''), String(text))),
  );
}

const MARK_NAMES: Readonly<Record<string, keyof DynamicMarks>> = {
  variant_start: 'variantStart',
  variant_end: 'variantEnd',
  wildcard_wrap: 'wildcardWrap',
  variable_start: 'variableStart',
  variable_end: 'variableEnd',
  wrap_start: 'wrapStart',
  wrap_end: 'wrapEnd',
};

/** Marks written as `ParserConfig(variant_start='<', …)`, the form the option has in Python. */
function readMarks(config: unknown): DynamicMarks {
  const marks: Record<keyof DynamicMarks, string> = { ...DEFAULT_MARKS };
  if (typeof config !== 'string') return marks;
  for (const [, key = '', value = ''] of config.matchAll(/(\w+)='([^']*)'/g)) {
    const name = MARK_NAMES[key];
    if (name !== undefined && value !== '') marks[name] = value;
  }
  return marks;
}

function nodeJson(node: DynamicNode): unknown {
  switch (node.type) {
    case 'literal':
      return { literal: node.text };
    case 'sequence':
      return { sequence: node.nodes.map(nodeJson) };
    case 'variants':
      return {
        variants: node.options.map(({ value, weight }) => ({ value: nodeJson(value), weight })),
        min: node.min,
        max: node.max,
        sep: node.separator,
        sampler: node.sampler,
      };
    case 'wildcard':
      return {
        wildcard: node.path.type === 'literal' ? node.path.text : nodeJson(node.path),
        sampler: node.sampler,
        vars: Object.fromEntries([...node.variables].map(([key, value]) => [key, nodeJson(value)])),
      };
    case 'variable':
      return { var: node.name, default: node.fallback === undefined ? null : nodeJson(node.fallback) };
    case 'assignment':
      return {
        set: node.name,
        value: nodeJson(node.value),
        immediate: node.immediate,
        overwrite: node.overwrite,
      };
    case 'wrap':
      return { wrapper: nodeJson(node.wrapper), inner: nodeJson(node.inner) };
  }
}
