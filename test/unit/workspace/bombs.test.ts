import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBytes, readBytesNow } from '../../../server/src/cli/readText';
import { loadConfiguration } from '../../../server/src/workspace/config/load';
import { readConfiguration } from '../../../server/src/workspace/config/read';
import type { Files } from '../../../server/src/workspace/files';
import { nodeFiles } from '../../../server/src/workspace/nodeFiles';
import { temporaryFolder } from '../engine/support';

const folder = temporaryFolder();

describe('files that would take all memory or never end', () => {
  it('a configuration whose files extend each other ten times over is read up to a limit, and says so', async () => {
    let reads = 0;
    const files: Files = {
      readText: (file) => {
        reads++;
        const level = Number(/(\d+)\.json$/.exec(file)?.[1]);
        const next = Array.from({ length: 10 }, (_, i) => `./${i}-${level + 1}.json`);
        return Promise.resolve(JSON.stringify(level < 30 ? { extends: next } : {}));
      },
      kind: () => Promise.resolve('file'),
      list: () => Promise.resolve([]),
    };
    const { problems } = await loadConfiguration(files, '/w/0.json', { trusted: true });
    expect(problems.map(({ code }) => code)).toEqual(['config-too-many']);
    expect(reads).toBeLessThan(300);
  });

  it('a configuration nested a million deep is a syntax problem at the place', () => {
    const text = `{"rules": ${'['.repeat(1_000_000)}`;
    const { problems, raw } = readConfiguration('/w/c.json', text);
    expect(problems).toMatchObject([{ code: 'config-syntax', line: 1 }]);
    expect(raw).toEqual({});
    expect(readConfiguration('/w/c.json', '{"rules": {}, "ignore": ["a[b]{c}"]}').problems).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('devices and pipes are refused before they are read', async () => {
    const pipe = path.join(folder, 'pipe.sdprompt');
    execFileSync('mkfifo', [pipe]);
    for (const file of [pipe, '/dev/zero']) {
      expect(await readBytes(file)).toMatchObject({ ok: false, problem: { code: 'cannot-read' } });
      expect(readBytesNow(file)).toMatchObject({ ok: false, problem: { code: 'cannot-read' } });
      expect(await nodeFiles.readText(file)).toBeUndefined();
    }
  });
});
