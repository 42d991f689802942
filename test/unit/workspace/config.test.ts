import { homedir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../server/src/workspace/config/configuration';
import { createDiscovery } from '../../../server/src/workspace/config/discovery';
import { loadConfiguration } from '../../../server/src/workspace/config/load';
import { memoryFiles } from './memoryFiles';

const load = (
  texts: Record<string, string>,
  file = '/r/sdprompt.config.json',
  trusted = true,
): Promise<Configuration> => loadConfiguration(memoryFiles(texts), file, { trusted });

const one = (text: string): Promise<Configuration> => load({ '/r/sdprompt.config.json': text });

/** `line:column code` of each problem. */
const places = (configuration: Configuration): string[] =>
  configuration.problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

describe('a configuration file', () => {
  it('may have comments and trailing commas, and its paths are relative to it', async () => {
    const configuration = await one(`{
      // where the files are
      "loraPaths": ["loras", "../shared/loras", "/abs", "~/loras", "builtin",],
      "models": { "sd15": { "path": "models/sd15", "architecture": "sd1" }, "xl": { "architecture": "sdxl" } },
      "baseModel": "sd15", /* the usual one */
      "target": "forge",
      "dynamicPrompts": true,
    }`);
    expect(configuration.problems).toEqual([]);
    expect(configuration.loraPaths).toEqual([
      '/r/loras',
      '/shared/loras',
      '/abs',
      path.join(homedir(), 'loras'),
      'builtin',
    ]);
    expect(configuration.models).toEqual({
      sd15: { path: '/r/models/sd15', architecture: 'sd1' },
      xl: { architecture: 'sdxl' },
    });
    expect(configuration).toMatchObject({
      baseModel: 'sd15',
      target: 'forge',
      dynamicPrompts: true,
      folder: '/r',
    });
  });

  it.each([
    ['', []],
    ['{}', []],
    ['[]', ['1:1 config-invalid']],
    ['{\n  "loraPath": []\n}', ['2:3 config-invalid']],
    ['{\n  "loraPaths": "x"\n}', ['2:16 config-invalid']],
    ['{\n  "loraPaths": [1]\n}', ['2:17 config-invalid']],
    ['{\n  "target": "a111"\n}', ['2:13 config-invalid']],
    ['{\n  "rules": { "unknown-lor": "off" }\n}', ['2:14 config-invalid']],
    ['{\n  "rules": { "unknown-lora": "loud" }\n}', ['2:30 config-invalid']],
    ['{\n  "overrides": [{ "rules": {} }]\n}', ['2:17 config-invalid']],
    ['{\n  "overrides": [{ "files": "a", "loraPaths": [] }]\n}', ['2:33 config-invalid']],
    ['{\n  "models": { "a": {} }\n}', ['2:20 config-invalid']],
    ['{\n  "baseModel" "x"\n}', ['2:15 config-syntax']],
    ['{\n  "a": 1', ['2:9 config-syntax']],
    ['{ "extends": "./none.json" }', ['1:14 config-extends-missing']],
    ['{ "extends": ["strict", "./none.json"] }', ['1:25 config-extends-missing']],
  ])('%j has problems at %j', async (text, expected) => {
    expect(places(await one(text))).toEqual(expected);
  });

  it('says what was probably meant', async () => {
    const remedy = async (text: string) => (await one(text)).problems[0]?.remedy;
    expect(await remedy('{"loraPath": []}')).toContain('`loraPaths`');
    expect(await remedy('{"target": "comfy"}')).toContain('comfyui');
    expect(await remedy('{"rules": {"unknown-lor": "off"}}')).toContain('`unknown-lora`');
  });

  it('keeps what is right beside what is wrong', async () => {
    const configuration = await one(
      '{"target": "nonsense", "loraPaths": ["x"], "rules": {"unknown-lora": "off"}}',
    );
    expect(configuration.problems).toHaveLength(1);
    expect(configuration).toMatchObject({
      target: 'a1111',
      loraPaths: ['/r/x'],
      rules: { 'unknown-lora': 'off' },
    });
  });

  it('that cannot be read is a problem, not an exception', async () => {
    expect(places(await load({}))).toEqual(['1:1 config-unreadable']);
  });

  it('cannot reach a prototype', async () => {
    await one('{"models": {"__proto__": {"path": "x"}}, "constructor": 1}');
    expect(({} as Record<string, unknown>).path).toBeUndefined();
  });
});

describe('extends', () => {
  it('joins paths, tables and lists, the extending file winning', async () => {
    const configuration = await load({
      '/r/sdprompt.config.json':
        '{"extends": ["./a.json", "./sub/b.json"], "loraPaths": ["own"], "rules": {"unknown-lora": "off"}, "ignore": ["c"]}',
      '/r/a.json':
        '{"loraPaths": ["a"], "target": "forge", "rules": {"unknown-lora": "error", "duplicate-lora": "off"}, "ignore": ["a"]}',
      '/r/sub/b.json': '{"loraPaths": ["b"], "target": "comfyui", "baseModel": "m"}',
    });
    expect(configuration.problems).toEqual([]);
    expect(configuration.loraPaths).toEqual(['/r/own', '/r/sub/b', '/r/a']);
    expect(configuration.target).toBe('comfyui');
    expect(configuration.baseModel).toBe('m');
    expect(configuration.rules).toEqual({ 'unknown-lora': 'off', 'duplicate-lora': 'off' });
    expect(configuration.ignore).toEqual([
      { folder: '/r', patterns: ['a'] },
      { folder: '/r', patterns: ['c'] },
    ]);
    expect(configuration.sources).toEqual(['/r/sdprompt.config.json', '/r/a.json', '/r/sub/b.json']);
  });

  it('a file that says nothing about a setting does not undo it', async () => {
    const configuration = await load({
      '/r/sdprompt.config.json': '{"extends": ["./a.json", "./b.json"]}',
      '/r/a.json': '{"target": "forge", "dynamicPrompts": true}',
      '/r/b.json': '{}',
    });
    expect(configuration).toMatchObject({ target: 'forge', dynamicPrompts: true });
  });

  it('reports a circle where it closes', async () => {
    const configuration = await load({
      '/r/sdprompt.config.json': '{\n"extends": "./a.json"}',
      '/r/a.json': '{\n\n"extends": "./sdprompt.config.json", "loraPaths": ["x"]}',
    });
    expect(configuration.problems.map(({ file }) => file)).toEqual(['/r/a.json']);
    expect(places(configuration)).toEqual(['3:12 config-cycle']);
    expect(configuration.loraPaths).toEqual(['/r/x']);
  });

  it('may use one file twice', async () => {
    const configuration = await load({
      '/r/sdprompt.config.json': '{"extends": ["./a.json", "./b.json"]}',
      '/r/a.json': '{"extends": "./base.json"}',
      '/r/b.json': '{"extends": "./base.json"}',
      '/r/base.json': '{"loraPaths": ["x"]}',
    });
    expect(configuration.problems).toEqual([]);
    expect(configuration.loraPaths).toEqual(['/r/x']);
  });

  it('stops a chain that is too long', async () => {
    const texts: Record<string, string> = { '/r/sdprompt.config.json': '{"extends": "./0.json"}' };
    for (let index = 0; index < 60; index++) texts[`/r/${index}.json`] = `{"extends": "./${index + 1}.json"}`;
    expect((await load(texts)).problems.map(({ code }) => code)).toEqual(['config-too-deep']);
  });

  it.each([
    '/etc/base.json',
    '~/base.json',
    '\\\\host\\share\\base.json',
    '//host/base.json',
    'C:\\base.json',
  ])('does not follow %j in an untrusted workspace', async (entry) => {
    const text = JSON.stringify({ extends: entry });
    const files = memoryFiles({ '/r/sdprompt.config.json': text });
    const configuration = await loadConfiguration(files, '/r/sdprompt.config.json', { trusted: false });
    expect(configuration.problems.map(({ code }) => code)).toEqual(['config-extends-untrusted']);
    expect([...files.asked]).toEqual(['/r/sdprompt.config.json']);
  });
});

describe('discovery', () => {
  const files = memoryFiles({
    '/r/sdprompt.config.json': '{}',
    '/r/a/sdprompt.lock.json': '{}',
    '/r/a/b/sdprompt.config.jsonc': '{}',
    '/q/sdprompt.lock.json': '{}',
    '/q/a/x': '',
  });
  it.each([
    ['/r', { config: '/r/sdprompt.config.json', lockfile: undefined }],
    ['/r/a', { config: '/r/sdprompt.config.json', lockfile: '/r/a/sdprompt.lock.json' }],
    ['/r/a/b', { config: '/r/a/b/sdprompt.config.jsonc', lockfile: undefined }],
    ['/r/a/b/c/d', { config: '/r/a/b/sdprompt.config.jsonc', lockfile: undefined }],
    ['/q/a', { config: undefined, lockfile: '/q/sdprompt.lock.json' }],
    ['/', { config: undefined, lockfile: undefined }],
  ])('from %s', async (folder, expected) => {
    expect(await createDiscovery(files).from(folder)).toEqual(expected);
  });
});
