import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createClipTokenizer } from '../../../server/src/formats/tokenizer';
import { resolveText } from '../../../server/src/language/analysis/resolve';
import { planPrompt } from '../../../server/src/language/plan/prompts';
import {
  chunkPrompt,
  type Emphasis,
  emphasiseCall,
  encoderCalls,
} from '../../../server/src/numerics/conditioning';
import { golden } from '../engine/golden';
import { offBy, webuiRows } from './data';

type Runs = [value: number, count: number][];
interface Chunk {
  tokens: Runs;
  multipliers: Runs;
  fixes: [offset: number, name: string, vectors: number][];
}
interface Row {
  id: string;
  prompt: string;
  steps: number;
  emphasis: Emphasis;
  backtrack: number;
  role: 'positive' | 'negative';
  parts: {
    weight: number;
    rows: number[];
    schedule: [end: number, text: string][];
    phases: { endAtStep: number; tokenCount: number; chunks: Chunk[] }[];
  }[];
  encodings: {
    tokens: Runs[];
    multipliers: Runs[];
    hidden?: number[][];
    result?: number[][];
  }[];
}

const merges = gunzipSync(
  readFileSync(new URL('../../golden/tokenizer/clip_merges.txt.gz', import.meta.url)),
).toString('utf8');
const tokenizer = createClipTokenizer({ merges });
const { header } = golden<{ header: { embeddings: Record<string, number> } }>('a1111-real/conditioning.json');
const embeddings = Object.entries(header.embeddings).map(([name, rows]) => ({ name, rows }));
const spread = (runs: Runs) => runs.flatMap(([value, count]) => Array<number>(count).fill(value));

/** Rows that were resolved for a second pass, or with the option of old timelines. */
function optionsOf({ id, steps }: Row) {
  const useOldScheduling = id.startsWith('old timelines');
  return {
    steps,
    // The rows of a second pass were resolved for twenty steps of it.
    ...(/hires/.test(id) && { hiresSteps: 20 }),
    ...(useOldScheduling && { useOldScheduling }),
  };
}

describe('conditioning of the web UI', () => {
  const rows = webuiRows<Row>('conditioning.json');
  it.each(rows.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const { subprompts } = resolveText(row.prompt, row.role === 'positive', row.steps);
    const isLiteral = row.emphasis === 'None';
    const planned = planPrompt(subprompts, { ...optionsOf(row), ...(isLiteral && { isLiteral }) });
    if (!planned.ok) throw new Error(planned.problem.message);
    const parts = planned.value.subprompts;
    expect(parts.map(({ weight }) => weight)).toEqual(row.parts.map(({ weight }) => weight));
    const calls: ReturnType<typeof encoderCalls> = [];
    const texts = new Set<string>();
    for (const [p, part] of parts.entries()) {
      const wanted = row.parts[p]!;
      expect(part.schedule.map(({ endStep }) => endStep)).toEqual(wanted.schedule.map(([end]) => end));
      const chunked = part.schedule.map(({ runs }) =>
        chunkPrompt(runs, tokenizer, embeddings, row.backtrack),
      );
      for (const [i, { chunks, tokenCount }] of chunked.entries()) {
        const phase = wanted.phases[i]!;
        expect(tokenCount, 'tokens counted').toBe(phase.tokenCount);
        expect(chunks.map(({ tokens }) => tokens)).toEqual(phase.chunks.map(({ tokens }) => spread(tokens)));
        for (const [c, chunk] of chunks.entries()) {
          expect(offBy(chunk.multipliers, spread(phase.chunks[c]!.multipliers)), 'weights').toBeLessThan(
            1e-6,
          );
          const fixes = chunk.embeddings.map(({ position, name }) => [position - 1, name]);
          expect(fixes, `embeddings of chunk ${c}`).toEqual(
            phase.chunks[c]!.fixes.map(([offset, name]) => [offset, name]),
          );
        }
      }
      const own = encoderCalls(chunked, tokenizer);
      expect(own.map((call) => call.length)).toEqual(own.map(() => wanted.phases.length));
      expect(wanted.rows.every((count) => count === own.length * 77)).toBe(true);
      // The web UI encodes a part once, however often it is written.
      const text = JSON.stringify(part.schedule);
      if (!texts.has(text)) calls.push(...own);
      texts.add(text);
    }
    expect(calls).toHaveLength(row.encodings.length);
    // The parts of a composition are encoded in no order of ours: the program keeps them in a set.
    for (const encoding of row.encodings) {
      const tokens = encoding.tokens.map(spread);
      const call = calls.find(
        (one) =>
          JSON.stringify(one.map((chunk) => chunk.tokens)) === JSON.stringify(tokens) &&
          one.every((chunk, i) => offBy(chunk.multipliers, spread(encoding.multipliers[i]!)) < 1e-6),
      );
      expect(call, 'a call of the text encoder').toBeDefined();
      const { hidden, result } = encoding;
      if (!hidden || !result) continue;
      const phases = call!.map(({ multipliers }, i) => ({
        hidden: Float32Array.from(hidden[i]!),
        multipliers,
      }));
      const emphasised = emphasiseCall(phases, row.emphasis).flatMap((values) => [...values]);
      expect(offBy(emphasised, result.flat()), 'after emphasis').toBeLessThan(1e-5);
    }
  });
});
