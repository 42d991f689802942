import { parameterEntry } from '../../shared/catalogue/parameters';
import type { Range } from '../../shared/range';
import { resolveBlock } from '../analysis/resolve';
import type { ResolvedBlock } from '../analysis/resolved';
import { modelOf } from '../domain/models';
import { shortNumber } from '../domain/numbers';
import type { Environment } from '../environment';
import type { Block, Document, Escape, Parameter, Tag } from '../syntax/nodes';
import { blockAt } from './blocks';
import { hoverBracket } from './hoverBracket';
import { hoverLora } from './hoverLora';
import type { Hover } from './hoverText';
import { itemAt, weightOf } from './itemAt';
import { code, escapeMarkdown } from './loraText';

/** What is under the cursor and what the web UI makes of it. */
export function hover(document: Document, offset: number, environment: Environment): Hover | undefined {
  const block = blockAt(document, offset);
  if (!block) return undefined;
  const comment = block.comments.find(({ range }) => contains(range, offset));
  if (comment) {
    return {
      range: comment.range,
      markdown: 'A comment: everything from `#` to the end of the line is removed before the prompt is read.',
    };
  }
  const parameter = block.parameters.find(
    ({ keyRange, valueRange }) => keyRange.start <= offset && offset <= valueRange.end,
  );
  if (parameter) return hoverParameter(parameter, block, environment);

  const found = itemAt(block, offset);
  if (!found) return undefined;
  const resolved = resolveBlock(document, block);
  const { item, parents, side } = found;
  switch (item.type) {
    case 'tag':
      return hoverTag(document, block, resolved, item, side, environment);
    case 'escape':
      return hoverEscape(document, item);
    case 'break':
      return {
        range: item.range,
        markdown:
          parents.length > 0
            ? '`BREAK` inside brackets does not break: its weight is no longer the one the web UI looks for, so it is read as a word.'
            : '`BREAK` ends the chunk of 75 tokens here and starts a new one.',
      };
    case 'and':
      return {
        range: item.range,
        markdown:
          side === 'negative'
            ? '`AND` is an ordinary word in a negative prompt.'
            : '`AND` splits the prompt in two; the picture follows both, each with the weight after its last colon.',
      };
    case 'group':
    case 'schedule':
    case 'alternation':
      return hoverBracket(document, item, parents, resolved);
    case 'text': {
      const words = wordsAt(document, item.range, offset);
      const embedding = words && hoverEmbedding(document, words, environment);
      if (embedding) return embedding;
      if (parents.length === 0) return undefined;
      const range = words ?? item.range;
      const weight = shortNumber(weightOf(parents));
      return { range, markdown: `Weight ${weight}, from ${brackets(parents.length)} around it.` };
    }
  }
}

function hoverTag(
  document: Document,
  block: Block,
  resolved: ResolvedBlock,
  tag: Tag,
  side: 'positive' | 'negative',
  environment: Environment,
): Hover {
  const type = tag.tagType;
  const network = resolved[side].networks.find(({ range }) => range.start === tag.range.start);
  if (!tag.closed || !network) {
    return {
      range: tag.range,
      markdown: 'This tag is not closed by `>`, so it stays in the prompt as text.',
    };
  }
  if (type === 'lora' || type === 'lyco') {
    return hoverLora(network, side, modelOf(block, environment), environment, resolved[side].networks);
  }
  if (type === 'hypernet') {
    return { range: tag.range, markdown: `The hypernetwork ${code(network.name)}, weight ${network.te}.` };
  }
  const text = code(document.text.slice(tag.range.start, tag.range.end));
  return {
    range: tag.range,
    markdown: `The web UI removes ${text} from the prompt and does nothing else with it: it knows no network type \`${escapeMarkdown(type)}\`.`,
  };
}

function hoverEscape(document: Document, item: Escape): Hover {
  const character = document.text.slice(item.range.start + 1, item.range.end);
  const known = '()[]\\'.includes(character) && character !== '';
  return {
    range: item.range,
    markdown: known
      ? `A literal \`${character}\` that does not count as a bracket.`
      : `The backslash is dropped: only \`\\(\`, \`\\)\`, \`\\[\`, \`\\]\` and \`\\\\\` are escapes for weights.`,
  };
}

function hoverParameter(parameter: Parameter, block: Block, environment: Environment): Hover {
  const range = { start: parameter.keyRange.start, end: parameter.valueRange.end };
  const entry = parameterEntry(parameter.key);
  const parts = [
    entry
      ? `**${entry.key}**: ${entry.description}`
      : `**${escapeMarkdown(parameter.key)}** is not a parameter known here; it is kept as it is.`,
  ];
  const model = parameter.key === 'Model' ? modelOf(block, environment) : undefined;
  if (model) {
    const architecture = model.architecture
      ? `${escapeMarkdown(model.architecture)} (${escapeMarkdown(model.source)})`
      : 'architecture unknown';
    parts.push(`${code(model.name)}: ${architecture}`);
    if (model.problem) parts.push(escapeMarkdown(`${model.problem.message} ${model.problem.remedy}`));
  }
  return { range, markdown: parts.join('\n\n') };
}

function hoverEmbedding(document: Document, range: Range, environment: Environment): Hover | undefined {
  const text = document.text.slice(range.start, range.end);
  const name = text.replace(/^embedding:/, '').toLowerCase();
  const embedding = environment.embeddings.find((entry) => entry.name.toLowerCase() === name);
  if (!embedding) return undefined;
  const facts = [embedding.architecture, embedding.vectors && `${embedding.vectors} vectors`].filter(Boolean);
  const about = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return {
    range,
    markdown: `The embedding ${code(embedding.name)}${about}${embedding.path ? `\n\n${code(embedding.path)}` : ''}`,
  };
}

/** The words between commas and line breaks around an offset, without the blanks at both ends. */
function wordsAt(document: Document, within: Range, offset: number): Range | undefined {
  const text = document.text;
  let start = offset;
  let end = offset;
  while (start > within.start && !/[,\r\n]/.test(text[start - 1] ?? '')) start--;
  while (end < within.end && !/[,\r\n]/.test(text[end] ?? '')) end++;
  while (start < end && /\s/.test(text[start] ?? '')) start++;
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
  return start < end ? { start, end } : undefined;
}

function contains(range: Range, offset: number): boolean {
  return range.start <= offset && offset < range.end;
}

function brackets(count: number): string {
  return count === 1 ? 'the brackets' : `${count} pairs of brackets`;
}
