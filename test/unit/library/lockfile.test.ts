import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import {
  checkLockfile,
  type LockedLora,
  lockEntry,
  parseLockfile,
  readLockfile,
  writeLockfile,
} from '../../../server/src/library/lockfile';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { fieldsOf, loraFacts } from '../../support/loraFacts';

const SHA = (digit: string) => digit.repeat(64);
const mira: LockedLora = {
  name: 'mira',
  sha256: SHA('a'),
  autoV3: 'b'.repeat(12),
  architecture: 'demo',
  networkType: 'lora',
  rank: 8,
  triggerWords: ['mira'],
  preferredWeight: 0.8,
};
const bare: LockedLora = { name: '10', sha256: SHA('c'), triggerWords: [], candidates: ['sd1', 'sd2'] };

function installed(name: string, sha256: string): LoraFacts {
  return loraFacts({ name, path: `/loras/${name}.safetensors`, candidates: ['sd1'], hashes: { sha256 } });
}

describe('lockfiles', () => {
  it('are written sorted and come back the same', () => {
    const text = writeLockfile([mira, bare]);
    expect(text).toBe(writeLockfile([bare, mira]));
    expect(text.indexOf('"10"')).toBeLessThan(text.indexOf('"mira"'));
    expect(parseLockfile(text)).toEqual({ ok: true, value: [bare, mira] });
    expect(text.endsWith('}\n')).toBe(true);
    expect(parseLockfile(writeLockfile([]))).toEqual({ ok: true, value: [] });
  });

  it('obey their schema', () => {
    const schema = JSON.parse(
      readFileSync(join(__dirname, '../../../server/src/library/data/lockfile.schema.json'), 'utf8'),
    );
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(writeLockfile([mira, bare]))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ version: 1, loras: { x: {} } })).toBe(false);
  });

  it('become facts', () => {
    const facts = readLockfile(writeLockfile([mira, bare]));
    expect(facts.ok && fieldsOf(facts.value[1])).toMatchObject({
      name: 'mira',
      source: 'lockfile',
      status: 'ok',
      architecture: 'demo',
      candidates: ['demo'],
      hashes: { sha256: SHA('a'), autoV2: 'a'.repeat(10) },
    });
    expect(facts.ok && fieldsOf(facts.value[0])).toMatchObject({ candidates: ['sd1', 'sd2'] });
    expect(facts.ok && facts.value[0]!.network.architecture).toBeUndefined();
  });

  it.each([
    ['', 'lockfile-json'],
    ['[]', 'lockfile-json'],
    ['{"version":2,"loras":{}}', 'lockfile-version'],
    ['{"version":1}', 'lockfile-entry'],
    ['{"version":1,"loras":{"x":{"sha256":"abc"}}}', 'lockfile-entry'],
    ['{"version":1,"loras":{"x":null}}', 'lockfile-entry'],
  ])('%j is refused', (text, code) => {
    const result = readLockfile(text);
    expect(result.ok || result.problem.code).toBe(code);
  });

  it('pin only files that have been hashed', () => {
    expect(lockEntry('x', installed('x', SHA('d')))).toMatchObject({ name: 'x', sha256: SHA('d') });
    expect(lockEntry('x', loraFacts({ name: 'x', hashes: {} }))).toBeUndefined();
  });
});

describe('checkLockfile', () => {
  const check = (used: [string, LoraFacts | undefined][], files: LoraFacts[] = []) =>
    checkLockfile([mira], new Map(used), files).map(({ kind, name, renamedTo }) => [kind, name, renamedTo]);

  it('is silent when all is as it was', () => {
    expect(check([['mira', installed('mira', SHA('a'))]])).toEqual([]);
  });

  it.each([
    ['missing', [['mira', undefined]], [], undefined],
    ['changed', [['mira', installed('mira', SHA('e'))]], [], undefined],
    ['renamed', [['mira', undefined]], [installed('mira2', SHA('a'))], 'mira2'],
    ['renamed', [['mira', installed('mira', SHA('e'))]], [installed('mira_v1', SHA('a'))], 'mira_v1'],
  ] as [string, [string, LoraFacts | undefined][], LoraFacts[], string | undefined][])(
    'reports a file that is %s',
    (kind, used, files, renamedTo) => {
      expect(check(used, files)).toEqual([[kind, 'mira', renamedTo]]);
    },
  );

  it('reports what is used but not locked, and what is locked but not used', () => {
    expect(check([['new', installed('new', SHA('f'))]])).toEqual([
      ['unlocked', 'new', undefined],
      ['unused', 'mira', undefined],
    ]);
  });
});
