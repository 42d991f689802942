import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../golden/engines');

/** One answer of a recording. */
export interface RecordedExchange {
  readonly method: string;
  readonly path: string;
  readonly request: unknown;
  readonly status: number;
  readonly body: unknown;
  readonly text?: string;
}

/** The requests of a scenario with their answers, in order. */
export function recorded(program: 'a1111' | 'comfyui', scenario: string): RecordedExchange[] {
  const { events } = JSON.parse(readFileSync(path.join(FOLDER, program, `${scenario}.json`), 'utf8'));
  const requests = events.filter(({ kind }: { kind: string }) => kind === 'request');
  return requests.flatMap((request: Record<string, unknown>) => {
    const answer = events.find(
      ({ kind, to }: { kind: string; to: unknown }) => kind === 'response' && to === request.id,
    );
    return answer
      ? [
          {
            method: String(request.method),
            path: String(request.path),
            request: unwrap(request.body),
            status: Number(answer.status),
            body: unwrap(answer.body),
            ...(answer.text !== undefined && { text: String(answer.text) }),
          },
        ]
      : [];
  });
}

/** A file beside the recordings. */
export function recordedFile(program: 'a1111' | 'comfyui', name: string): Buffer {
  return readFileSync(path.join(FOLDER, program, name));
}

/** Texts that hold JSON become texts again. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== 'object' || value === null) return value;
  if ('$jsonString' in value) return JSON.stringify(value.$jsonString);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}
