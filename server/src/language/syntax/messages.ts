import { MAX_NESTING } from './limits';

/** What the writer is told: what the web UI will do with the text, and what to write instead. */

export function unclosedRound(): string {
  return 'This "(" is never closed, so its weight applies to everything up to the end of the prompt; add ")" where it should end, or write "\\(" for a plain bracket.';
}

export function unclosedSquare(): string {
  return 'This "[" is never closed, so everything up to the end of the prompt is weakened and no schedule starts here; add "]" where it should end, or write "\\[" for a plain bracket.';
}

export function strayCloser(bracket: string, count: number): string {
  const what =
    count === 1
      ? `This "${bracket}" closes nothing and is passed to the model as text; remove it`
      : `These ${count} "${bracket}" close nothing and are passed to the model as text; remove them`;
  return `${what}, or write "\\${bracket}" for a plain bracket.`;
}

export function nestingTooDeep(): string {
  return `Brackets are nested more than ${MAX_NESTING} deep here; the deeper ones are shown as plain text, although the web UI would still multiply their weights.`;
}

export function unclosedTag(type: string, swallows: boolean, cause: 'comment' | 'end'): string {
  const why = cause === 'comment' ? ' because "#" starts a comment' : '';
  const effect = swallows
    ? 'the web UI takes everything up to the next ">" for its name and weights and removes it all from the prompt'
    : 'the web UI leaves it in the prompt as plain text and loads nothing';
  return `"<${type}:" has no ">" on its line${why}, so ${effect}; add ">" where the tag should end.`;
}

export function emptyTag(type: string, empty: boolean): string {
  return empty
    ? `"<${type}:>" names nothing, so the web UI leaves it in the prompt as plain text; write a name after the colon.`
    : `This "<${type}:" tag has an empty name, so the web UI looks for a file without a name and loads nothing; write a name after the colon.`;
}

export function repeatedNegative(): string {
  return 'The block already has a negative prompt; the web UI adds this text to it on a new line. Put both on one label, or separate the blocks with a line of "---".';
}

export function unparsedParameter(): string {
  return 'This is not a "Key: value" pair, so it is dropped when the parameters are read; write it as a pair, put the value before it in double quotes if it belongs to that, or remove it.';
}
