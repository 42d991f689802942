import { runInNewContext } from 'node:vm';

/** What the patterns of one file may take together, in milliseconds: a pattern is text of a stranger's. */
const BUDGET = 500;

/**
 * The first pattern that a module's name matches as PEFT matches it: `re.match(rf"(.*\.)?({pattern})$", name)`, that is a
 * regular expression for the whole name or for what follows one of its dots. A pattern that is no regular expression here
 * counts as plain text. Undefined when the patterns take longer than any honest one does.
 *
 * @returns for every name the index of its pattern, −1 where none matches
 */
export function matchPatterns(patterns: readonly string[], names: readonly string[]): number[] | undefined {
  if (patterns.length === 0) return names.map(() => -1);
  const sources = patterns.map(sourceOf);
  try {
    // Only the virtual machine can be told to give up on a regular expression.
    const found: unknown = runInNewContext(
      `const tests = JSON.parse(sources).map((source) => new RegExp(source));
       JSON.stringify(JSON.parse(names).map((name) => tests.findIndex((test) => test.test(name))))`,
      { sources: JSON.stringify(sources), names: JSON.stringify(names) },
      { timeout: BUDGET },
    );
    return JSON.parse(String(found)) as number[];
  } catch {
    return undefined;
  }
}

/** The pattern in JavaScript's spelling, anchored as PEFT anchors it. */
function sourceOf(pattern: string): string {
  const translated = pattern
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  const anchored = `^(?:.*\\.)?(?:${translated})$`;
  try {
    new RegExp(anchored);
    return anchored;
  } catch {
    return `^(?:.*\\.)?${pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  }
}
