import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIGURATION } from '../../../server/src/workspace/config/configuration';
import { createEffectiveConfigurations } from '../../../server/src/workspace/effective';
import { createIgnoreFiles } from '../../../server/src/workspace/ignore';
import { memoryFiles } from './memoryFiles';

const TREE = {
  '/.gitignore': '*',
  '/r/.git/HEAD': '',
  '/r/.gitignore': 'out/\n*.tmp.sdprompt\n!keep.tmp.sdprompt\n/only-here.sdprompt\n',
  '/r/.sdpromptignore': '# ours\ndrafts/**\n!/out\n',
  '/r/sub/.gitignore': 'x.sdprompt\n',
  '/r/sub/.sdpromptignore': '!x.sdprompt\n',
  '/r/out/.gitignore': '!*\n',
  '/r/drafts/.sdpromptignore': '!good.sdprompt\n',
};

describe('ignore files', () => {
  it.each([
    ['/r/a.sdprompt', false],
    ['/r/a.tmp.sdprompt', true],
    ['/r/keep.tmp.sdprompt', false],
    ['/r/only-here.sdprompt', true],
    ['/r/sub/only-here.sdprompt', false],
    ['/r/sub/x.sdprompt', false],
    ['/r/sub/deep/x.sdprompt', false],
    ['/r/drafts/a.sdprompt', true],
    ['/r/drafts/good.sdprompt', false],
    ['/outside/a.sdprompt', true],
  ])('%s: %s', async (file, ignored) => {
    expect(await createIgnoreFiles(memoryFiles(TREE)).isIgnored(file, [])).toBe(ignored);
  });

  it('takes nothing back below an ignored folder', async () => {
    const files = memoryFiles({ '/r/.git/HEAD': '', '/r/.gitignore': 'out/\n', '/r/out/.gitignore': '!*\n' });
    expect(await createIgnoreFiles(files).isIgnored('/r/out/a.sdprompt', [])).toBe(true);
  });

  it('can leave .gitignore out of it', async () => {
    const ignore = createIgnoreFiles(memoryFiles(TREE), { gitignore: false });
    expect(await ignore.isIgnored('/r/a.tmp.sdprompt', [])).toBe(false);
    expect(await ignore.isIgnored('/r/drafts/a.sdprompt', [])).toBe(true);
  });

  it('counts the patterns of the configuration, relative to its folder', async () => {
    const ignore = createIgnoreFiles(memoryFiles({}));
    const settings = [{ folder: '/r', patterns: ['old/', '*.bak.sdprompt', '!new.bak.sdprompt'] }];
    expect(await ignore.isIgnored('/r/old/a.sdprompt', settings)).toBe(true);
    expect(await ignore.isIgnored('/r/x/a.bak.sdprompt', settings)).toBe(true);
    expect(await ignore.isIgnored('/r/x/new.bak.sdprompt', settings)).toBe(false);
    expect(await ignore.isIgnored('/r/a.sdprompt', settings)).toBe(false);
  });

  it('reads again after a change', async () => {
    const files = memoryFiles({ '/r/a.sdprompt': '' });
    const ignore = createIgnoreFiles(files);
    expect(await ignore.isIgnored('/r/a.sdprompt', [])).toBe(false);
    files.set('/r/.sdpromptignore', 'a.sdprompt');
    ignore.clear();
    expect(await ignore.isIgnored('/r/a.sdprompt', [])).toBe(true);
  });
});

describe('overrides', () => {
  const configuration = {
    ...DEFAULT_CONFIGURATION,
    rules: { 'unknown-lora': 'error', 'duplicate-lora': 'off' },
    overrides: [
      { folder: '/r', files: ['drafts/**', 'wip.sdprompt'], rules: { 'unknown-lora': 'off' } },
      { folder: '/r', files: '*.comfy.sdprompt', excludedFiles: 'drafts/', target: 'comfyui' },
      { folder: '/r', files: 'drafts/final.sdprompt', rules: { 'unknown-lora': 'warning' }, baseModel: 'xl' },
    ],
  } as const;
  const of = (file: string) => createEffectiveConfigurations().of(configuration, file);

  it.each([
    ['/r/a.sdprompt', 'error', 'a1111', undefined],
    ['/r/drafts/a.sdprompt', 'off', 'a1111', undefined],
    ['/r/x/wip.sdprompt', 'off', 'a1111', undefined],
    ['/r/a.comfy.sdprompt', 'error', 'comfyui', undefined],
    ['/r/drafts/a.comfy.sdprompt', 'off', 'a1111', undefined],
    ['/r/drafts/final.sdprompt', 'warning', 'a1111', 'xl'],
    ['/elsewhere/b.comfy.sdprompt', 'error', 'comfyui', undefined],
  ])('%s', (file, level, target, baseModel) => {
    const effective = of(file);
    expect(effective.rules['unknown-lora']).toBe(level);
    expect(effective.rules['duplicate-lora']).toBe('off');
    expect(effective.target).toBe(target);
    expect(effective.baseModel).toBe(baseModel);
  });

  it('give files with the same overrides the same object', () => {
    const effective = createEffectiveConfigurations();
    expect(effective.of(configuration, '/r/drafts/a')).toBe(effective.of(configuration, '/r/drafts/b'));
    expect(effective.of(configuration, '/r/a')).toBe(configuration);
  });
});
