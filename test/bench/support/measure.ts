import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';

/** What a child process was seen to do. */
export interface Run {
  readonly milliseconds: number;
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs a program to its end and takes its time from outside, start of the process included. */
export function timed(
  file: string,
  args: readonly string[],
  cwd?: string,
  flags: readonly string[] = [],
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [...flags, file, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => errors.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      const milliseconds = performance.now() - start;
      if (code === 0 || code === 1)
        resolve({ milliseconds, code, stdout: Buffer.concat(out).toString('utf8') });
      else
        reject(
          new Error(`${file} ended with ${code}: ${Buffer.concat(errors).toString('utf8').slice(-500)}`),
        );
    });
  });
}

/** Bundles a worker of `test/bench/workers` and returns the file to run. */
export async function buildWorker(name: string): Promise<string> {
  const outfile = path.resolve(`.cache/run/worker-${name}-${process.pid}.mjs`);
  await esbuild.build({
    entryPoints: [path.resolve('test/bench/workers', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      // What bundled CommonJS modules expect to find.
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url); const __filename = import.meta.url.slice(7);",
    },
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
    logLevel: 'error',
  });
  return outfile;
}

/** Runs pieces of work in turns (A B A B …) after one round that does not count; the results by piece. */
export async function inTurns<T>(rounds: number, works: readonly (() => Promise<T>)[]): Promise<T[][]> {
  const results: T[][] = works.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, work] of works.entries()) {
      const result = await work();
      if (round > 0) results[index]?.push(result);
    }
  }
  return results;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One line on what else the machine was doing: a ratio measured under load is worth less. */
export function loadLine(): string {
  return `load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`;
}

/** A measured ratio beside its target, in words. */
export function versus(name: string, value: number, limit: number, sense: 'at most' | 'at least'): string {
  const holds = sense === 'at most' ? value <= limit : value >= limit;
  return `${name}: ${value.toFixed(2)} (target ${sense} ${limit})${holds ? '' : '  MISSED'}`;
}
