import { type CompelNode, type CompelRoot, textNode } from './nodes';
import { readArguments } from './options';
import {
  type Match,
  readFreeWord,
  readKeyword,
  readLiteral,
  readNumber,
  readQuoted,
  readSigns,
  readWord,
  skipSpace,
} from './tokens';

type Nodes = Match<readonly CompelNode[]>;

/** Brackets nested deeper than this are text. */
const MAX_DEPTH = 64;
const LORA_WORDS = ['useLora', 'withLora'];

/** Reads a whole prompt; undefined where compel's grammar has no reading for it. */
export function parseCompel(text: string): CompelRoot | undefined {
  const grammar = createGrammar(text);
  const and = grammar.joined(0, '.and', '.add');
  if (and !== undefined) return { join: 'and', ...and.value, loras: [] };
  const before = grammar.loras(0);
  const blend = grammar.joined(before.end, '.blend');
  if (blend === undefined)
    return { join: 'none', parts: [[...before.value, ...grammar.prompt(before.end)]], flags: [], loras: [] };
  const after = grammar.loras(blend.end);
  if (skipSpace(text, after.end) < text.length) return undefined;
  return { join: 'blend', ...blend.value, loras: [...before.value, ...after.value] };
}

/** The rules over one text. Groups and parts are remembered by offset, so no text is read more than a few times. */
function createGrammar(text: string) {
  const groups = new Map<number, Nodes>();
  const parts = new Map<number, Nodes>();
  let depth = 0;

  function remember(memory: Map<number, Nodes>, at: number, read: (at: number) => Nodes): Nodes {
    if (!memory.has(at)) memory.set(at, read(at));
    return memory.get(at);
  }

  /** Words and operators one after the other; commas and full stops are words of their own where allowed. */
  function fragment(at: number, withCommas: boolean): NonNullable<Nodes> {
    const value: CompelNode[] = [];
    let end = at;
    for (;;) {
      const start = skipSpace(text, end);
      const symbol = text.charAt(start);
      const next: Nodes =
        remember(parts, start, part) ??
        (withCommas && (symbol === ',' || symbol === '.')
          ? { value: [textNode(symbol)], end: start + 1 }
          : undefined);
      if (next === undefined) return { value, end };
      for (const node of next.value) value.push(node);
      end = next.end;
    }
  }

  function part(at: number): Nodes {
    return lora(at) ?? attention(at) ?? swap(at) ?? group(at) ?? word(at);
  }

  function word(at: number): Nodes {
    const found = readWord(text, at);
    return found && { value: [textNode(found.value)], end: found.end };
  }

  function group(at: number): Nodes {
    const first = text.charAt(at);
    if (first !== '(' && first !== '"') return undefined;
    return remember(groups, at, first === '(' ? parenthesized : quoted);
  }

  function parenthesized(at: number): Nodes {
    if (depth >= MAX_DEPTH) return undefined;
    depth += 1;
    const inner = fragment(at + 1, true);
    depth -= 1;
    const end = readLiteral(text, inner.end, ')');
    return end === undefined ? undefined : { value: inner.value, end };
  }

  function quoted(at: number): Nodes {
    const found = readQuoted(text, at);
    if (found === undefined) return undefined;
    const content = found.value.slice(1, -1);
    const inner = createGrammar(content).fragment(0, true);
    if (skipSpace(content, inner.end) < content.length) return undefined;
    return { value: inner.value.length === 0 ? [textNode('')] : inner.value, end: found.end };
  }

  function quotedPrompt(at: number): Nodes {
    const found = readQuoted(text, at);
    return found && { value: createGrammar(found.value.slice(1, -1)).prompt(0), end: found.end };
  }

  function attention(at: number): Nodes {
    const grouped = group(at);
    const target = grouped ?? word(at);
    if (target === undefined) return undefined;
    const opened = call(target.end, '.attend');
    if (opened !== undefined) {
      const start = skipSpace(text, opened);
      const weight = readSigns(text, start) ?? readNumber(text, start);
      const end = weight && readLiteral(text, weight.end, ')');
      if (weight !== undefined && end !== undefined) return weighted(target.value, weight.value, end);
    }
    const weight =
      readSigns(text, target.end) ?? (grouped === undefined ? undefined : readNumber(text, target.end));
    return weight && weighted(target.value, weight.value, weight.end);
  }

  function swap(at: number): Nodes {
    const target = group(at) ?? word(at);
    const opened = target && call(target.end, '.swap');
    if (target === undefined || opened === undefined || depth >= MAX_DEPTH) return undefined;
    depth += 1;
    const edited = fragment(opened, false);
    depth -= 1;
    const comma = readLiteral(text, edited.end, ',');
    const options = readArguments(text, comma ?? edited.end);
    const end = readLiteral(text, comma === undefined ? edited.end : options.end, ')');
    if (end === undefined) return undefined;
    const named = comma === undefined ? {} : options.value.named;
    return { value: [{ type: 'swap', original: target.value, edited: edited.value, options: named }], end };
  }

  function lora(at: number): Nodes {
    const trigger = readLiteral(text, at, ...LORA_WORDS);
    const opened = trigger === undefined ? undefined : readLiteral(text, trigger, '(');
    const name = opened === undefined ? undefined : readKeyword(text, skipSpace(text, opened));
    if (name === undefined) return undefined;
    const comma = readLiteral(text, name.end, ',');
    const weight = comma === undefined ? undefined : readNumber(text, skipSpace(text, comma));
    const end = readLiteral(text, weight?.end ?? name.end, ')');
    if (end === undefined) return undefined;
    return { value: [{ type: 'lora', name: name.value, weight: Number(weight?.value ?? 1) }], end };
  }

  function loras(at: number): NonNullable<Nodes> {
    const value: CompelNode[] = [];
    let end = at;
    for (let next = lora(end); next !== undefined; next = lora(end)) {
      value.push(...next.value);
      end = next.end;
    }
    return { value, end };
  }

  /** A whole prompt: what is no operator is free text, so this never fails. */
  function prompt(from: number): readonly CompelNode[] {
    const value: CompelNode[] = [];
    let at = skipSpace(text, from);
    while (at < text.length) {
      const free = readFreeWord(text, at);
      const next: Nodes =
        swap(at) ??
        lora(at) ??
        attention(at) ??
        group(at) ??
        (free && { value: [textNode(free.value)], end: free.end });
      if (next === undefined) break;
      for (const node of next.value) value.push(node);
      at = skipSpace(text, next.end);
    }
    return value.length === 0 ? [textNode('')] : value;
  }

  /** `(a, b).operator(arguments)` over whole prompts. */
  function joined(at: number, ...operators: readonly string[]): Match<Pick<CompelRoot, 'parts' | 'flags'>> {
    const found: (readonly CompelNode[])[] = [];
    let end = readLiteral(text, at, '(');
    while (end !== undefined) {
      const start = skipSpace(text, end);
      const next = group(start) ?? word(start) ?? quotedPrompt(start);
      if (next === undefined) return undefined;
      found.push(next.value);
      const comma = readLiteral(text, next.end, ',');
      if (comma === undefined) {
        end = readLiteral(text, next.end, ')');
        break;
      }
      end = comma;
    }
    const opened = end === undefined ? undefined : call(end, ...operators);
    if (opened === undefined) return undefined;
    const options = readArguments(text, opened);
    const closed = readLiteral(text, options.end, ')');
    return closed === undefined
      ? undefined
      : { value: { parts: found, flags: options.value.flags }, end: closed };
  }

  function call(at: number, ...operators: readonly string[]): number | undefined {
    const operator = readLiteral(text, at, ...operators);
    return operator === undefined ? undefined : readLiteral(text, operator, '(');
  }

  return { fragment, prompt, joined, loras };
}

/** A run of signs multiplies by 1.1 or 0.9 for each; a number is the weight. */
function weighted(children: readonly CompelNode[], written: string, end: number): Nodes {
  const signs = /^[-+]+$/.test(written);
  const weight = signs ? (written.startsWith('+') ? 1.1 : 0.9) ** written.length : Number(written);
  return { value: [{ type: 'attention', weight, children }], end };
}
