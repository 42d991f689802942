import type { WeightedRun } from '../../../shared/plan';

const STEP = 1.05;
const MAX_OPEN = 256;

/** NovelAI's emphasis: `{x}` × 1.05, `[x]` ÷ 1.05, nesting multiplies; an unclosed bracket reaches to the end. */
export function novelaiEmphasis(text: string): WeightedRun[] {
  const runs: { text: string; weight: number }[] = [];
  const open: { bracket: string; from: number }[] = [];
  const close = (): void => {
    const group = open.pop();
    if (group === undefined) return;
    const factor = group.bracket === '{' ? STEP : 1 / STEP;
    for (const run of runs.slice(group.from)) run.weight *= factor;
  };
  for (const [token] of text.matchAll(/[{}[\]]|[^{}[\]]+/g)) {
    const last = open[open.length - 1]?.bracket;
    if ((token === '{' || token === '[') && open.length < MAX_OPEN)
      open.push({ bracket: token, from: runs.length });
    else if ((token === '}' && last === '{') || (token === ']' && last === '[')) close();
    else runs.push({ text: token, weight: 1 });
  }
  while (open.length > 0) close();
  const joined: [string, number][] = [];
  for (const run of runs) {
    const before = joined[joined.length - 1];
    if (before?.[1] === run.weight) before[0] += run.text;
    else joined.push([run.text, run.weight]);
  }
  return joined.length === 0 ? [['', 1]] : joined;
}
