import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layOut, runCli, temporaryTree } from './scenario';

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

const FILES: Readonly<Record<string, string>> = {
  'sdprompt.config.json': '{ "loraPaths": ["builtin", "loras"], "baseModel": "demo" }',
  'a.sdprompt': 'a house, (16:9), （tree：1.2）\r\n---\r\n<lora:hat:0,8>, ( open\r\n',
  'b 图.sdprompt': '<lora:nope:1>, a, a\n',
  'clean.sdprompt': 'a house\n',
  'page.md': '# x\n\n```sdprompt\n(12:00)\n```\n',
};

const lint = (...args: string[]) => runCli(tree, ['lint', '.', '*.md', ...args]);
const cached = async (...args: string[]) => {
  const { stderr, ...outcome } = await lint('--cache', '--stats', ...args);
  return { ...outcome, hits: Number(/\((\d+) from the cache\)/.exec(stderr)?.[1]) };
};

describe('lint --cache', () => {
  it('gives the same bytes in every format, from the cache alone', async () => {
    layOut('', { description: '', args: [], exitCode: 0, write: FILES }, tree);
    expect((await cached()).hits).toBe(0);
    for (const format of ['stylish', 'json', 'sarif', 'github', 'junit']) {
      const { code, stdout } = await lint('--format', format);
      expect(await cached('--format', format)).toEqual({ code, stdout, hits: 4 });
    }
  });

  it('checks a changed file again, and only that', async () => {
    writeFileSync(path.join(tree, 'clean.sdprompt'), 'a house, (16:9)\n');
    const after = await cached();
    expect(after).toEqual({ code: 1, stdout: (await lint()).stdout, hits: 3 });
  });

  it('sees that a rule’s level, a LoRA or the lockfile changed', async () => {
    const config = path.join(tree, 'sdprompt.config.json');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace('}', ', "rules": { "suspicious-weight": "off" } }'));
    expect(await cached()).toEqual({ code: 1, stdout: (await lint()).stdout, hits: 0 });
    layOutLora('nope');
    const withLora = await cached();
    expect(withLora).toEqual({ code: 1, stdout: (await lint()).stdout, hits: 0 });
    expect(withLora.stdout).not.toContain('unknown-lora');
    writeFileSync(
      path.join(tree, 'sdprompt.lock.json'),
      JSON.stringify({ version: 1, loras: { nope: { sha256: '0'.repeat(64) } } }),
    );
    const withLock = await cached();
    expect(withLock).toEqual({ code: 1, stdout: (await lint()).stdout, hits: 0 });
    expect(withLock.stdout).toContain('lockfile-mismatch');
  });
});

function layOutLora(name: string): void {
  layOut(
    '',
    {
      description: '',
      args: [],
      exitCode: 0,
      copy: { [`loras/${name}.safetensors`]: 'media/demo-model/loras/mira.safetensors' },
    },
    tree,
  );
}
