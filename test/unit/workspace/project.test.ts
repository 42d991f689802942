import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../server/src/workspace/nodeFiles';
import { createProject, type Project, type ProjectOptions } from '../../../server/src/workspace/project';
import { createFolder, loraFile, type TestFolder } from '../../lsp/workspaceFolder';
import { fieldsOf } from '../../support/loraFacts';

const DEMO = path.resolve(__dirname, '../../../media/demo-model');

describe('a project', () => {
  const projects: Project[] = [];
  const folders: TestFolder[] = [];
  afterEach(async () => {
    for (const project of projects.splice(0)) project.dispose();
    for (const folder of folders.splice(0)) await folder.remove();
  });

  async function open(
    files: Record<string, string | Uint8Array | object>,
    options: Partial<ProjectOptions> = {},
  ): Promise<{ project: Project; folder: TestFolder; file: string }> {
    const contents = Object.entries(files).map(([name, content]): [string, string | Uint8Array] => [
      name,
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    ]);
    const folder = await createFolder(Object.fromEntries(contents));
    const project = createProject({ trusted: true, builtInModelPath: DEMO, ...options });
    projects.push(project);
    folders.push(folder);
    return { project, folder, file: folder.file('p.sdprompt') };
  }

  const LOCK = (name: string, architecture = 'sd1', sha256 = 'ab'.repeat(32)) => ({
    version: 1,
    loras: { [name]: { sha256, architecture, rank: 4, triggerWords: ['glow'], file: `${name}.safetensors` } },
  });
  const rules = async (project: Project, file: string, text: string) =>
    (await project.lintText(file, text)).map(({ ruleId }) => ruleId);

  describe('without any configuration', () => {
    it('uses the built-in model and calls no LoRA unknown', async () => {
      const { project, file } = await open({});
      const environment = await project.environmentFor(file);
      expect(environment.baseModel).toMatchObject({ name: 'demo', architecture: 'demo', format: 'onnx' });
      expect(environment.loras.known).toBe('nothing');
      expect(environment.loras.resolve('mira').chosen?.network.architecture).toBe('demo');
      expect(await rules(project, file, 'a <lora:whatever:1>')).not.toContain('unknown-lora');
    });

    it('has no base model where there is no built-in one', async () => {
      const { project, file } = await open({}, { builtInModelPath: undefined });
      expect((await project.environmentFor(file)).baseModel).toBeUndefined();
    });
  });

  describe('base model', () => {
    it.each([
      [{ models: { a: { architecture: 'sd1' } } }, 'a'],
      [{ models: { a: { architecture: 'sd1' }, b: { architecture: 'sdxl' } } }, undefined],
      [{ models: { a: { architecture: 'sd1' }, b: { architecture: 'sdxl' } }, baseModel: 'b' }, 'b'],
      [{ loraPaths: ['loras'] }, undefined],
      [{ loraPaths: ['builtin'] }, 'demo'],
      [{ loraPaths: ['loras'], baseModel: 'demo' }, 'demo'],
    ])('of %j is %s', async (config, name) => {
      const { project, file } = await open({ 'sdprompt.config.json': config });
      expect((await project.environmentFor(file)).baseModel?.name).toBe(name);
    });

    it('that is not configured carries the problem', async () => {
      const { project, file } = await open({ 'sdprompt.config.json': { baseModel: 'nowhere' } });
      expect((await project.environmentFor(file)).baseModel?.problem?.code).toBe('unknown-base-model');
    });

    it('may be the machine’s', async () => {
      const machine = { models: { mine: { architecture: 'sdxl' } }, baseModel: 'mine' };
      const { project, file } = await open({}, { machine });
      expect((await project.environmentFor(file)).baseModel).toMatchObject({
        name: 'mine',
        architecture: 'sdxl',
      });
    });
  });

  describe('the library', () => {
    it('lets a file of the user’s win over a built-in LoRA of the same name', async () => {
      const { project, file, folder } = await open({
        'sdprompt.config.json': { loraPaths: ['loras', 'builtin'] },
        'loras/mira.safetensors': loraFile(),
      });
      const { loras } = await project.environmentFor(file);
      expect(loras.resolve('mira').candidates).toHaveLength(1);
      expect(loras.resolve('mira').chosen?.file.path).toBe(folder.file('loras/mira.safetensors'));
      expect(loras.resolve('hat').chosen?.network.architecture).toBe('demo');
      expect(loras.searched).toEqual(['loras', 'builtin']);
    });

    it('knows the folders of the machine as well', async () => {
      const other = await createFolder({ 'x.safetensors': loraFile() });
      folders.push(other);
      const { project, file } = await open({}, { machine: { loraPaths: [other.path] } });
      const { loras } = await project.environmentFor(file);
      expect(loras.known).toBe('files');
      expect(loras.resolve('x').chosen?.network.architecture).toBe('sd1');
    });

    it('says when something changed', async () => {
      const { project, file, folder } = await open(
        { 'sdprompt.config.json': { loraPaths: ['loras'] }, 'loras/a.safetensors': loraFile() },
        { watch: true },
      );
      expect((await project.environmentFor(file)).loras.resolve('b').chosen).toBeUndefined();
      const changed = new Promise<void>((resolve) => {
        project.onDidChange(() => resolve());
      });
      await folder.write('loras/b.safetensors', loraFile());
      await changed;
      expect((await project.environmentFor(file)).loras.resolve('b').chosen?.file.name).toBe('b');
    });
  });

  describe('the lockfile', () => {
    it('stands in for folders that are not there', async () => {
      const { project, file } = await open({
        'sdprompt.config.json': { loraPaths: ['loras'], models: { xl: { architecture: 'sdxl' } } },
        'sdprompt.lock.json': LOCK('anime'),
      });
      const { loras } = await project.environmentFor(file);
      expect(loras.known).toBe('lockfile');
      expect(fieldsOf(loras.resolve('anime').chosen)).toMatchObject({
        source: 'lockfile',
        architecture: 'sd1',
        rank: 4,
      });
      const found = await rules(project, file, '<lora:anime:1>, glow, <lora:other:1>');
      expect(found).toContain('unknown-lora');
      expect(found).toContain('lora-architecture');
    });

    it('does not hide the files that are', async () => {
      const { project, file } = await open({
        'sdprompt.config.json': { loraPaths: ['loras', 'gone'] },
        'loras/a.safetensors': loraFile(),
        'sdprompt.lock.json': { version: 1, loras: { ...LOCK('a').loras, ...LOCK('b').loras } },
      });
      const { loras } = await project.environmentFor(file);
      expect(loras.resolve('a').chosen?.file.source).toBe('file');
      expect(loras.resolve('b').chosen?.file.source).toBe('lockfile');
    });

    it('is not believed where the folders are there and the file is not', async () => {
      const { project, file } = await open({
        'sdprompt.config.json': { loraPaths: ['loras'] },
        'loras/a.safetensors': loraFile(),
        'sdprompt.lock.json': LOCK('b'),
      });
      expect(await rules(project, file, '<lora:b:1>, glow')).toContain('unknown-lora');
    });

    it('keeps the built-in LoRAs of a repository that uses them', async () => {
      const { project, file } = await open({
        'sdprompt.config.json': { loraPaths: ['builtin'] },
        'sdprompt.lock.json': LOCK('mira', 'demo'),
      });
      expect((await project.environmentFor(file)).loras.resolve('mira').chosen?.file.source).toBe('file');
    });

    it('tells a swapped file from the pinned one', async () => {
      const bytes = loraFile();
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const files = { 'sdprompt.config.json': { loraPaths: ['loras'] }, 'loras/a.safetensors': bytes };
      const same = await open({ ...files, 'sdprompt.lock.json': LOCK('a', 'sd1', sha256) });
      expect(await rules(same.project, same.file, '<lora:a:1>')).not.toContain('lockfile-mismatch');
      const other = await open({ ...files, 'sdprompt.lock.json': LOCK('a', 'sd1') });
      expect(await rules(other.project, other.file, '<lora:a:1>')).toContain('lockfile-mismatch');
    });

    it('that is damaged is a problem of its own file', async () => {
      const { project, file, folder } = await open({ 'sdprompt.config.json': {}, 'sdprompt.lock.json': '{' });
      await project.lintText(file, 'a');
      expect(project.configProblems().get(folder.file('sdprompt.lock.json'))).toHaveLength(1);
    });
  });

  describe('that is not trusted', () => {
    it('opens no path that the workspace names', async () => {
      const asked: string[] = [];
      const note = <Value>(file: string, value: Value): Value => {
        asked.push(file);
        return value;
      };
      const { project, file, folder } = await open(
        {
          'repo/sdprompt.config.json': {
            loraPaths: ['../loras', '/somewhere'],
            embeddingPaths: ['../embeddings'],
            wildcardPaths: ['../wildcards'],
            stylePaths: ['../styles.csv'],
            models: { m: { path: '../model', architecture: 'sdxl' } },
            baseModel: 'm',
          },
          'repo/sdprompt.lock.json': LOCK('anime'),
          'loras/x.safetensors': loraFile(),
        },
        {
          trusted: false,
          machine: { loraPaths: ['/machine'] },
          files: {
            readText: (name) => note(name, nodeFiles.readText(name)),
            kind: (name) => note(name, nodeFiles.kind(name)),
            list: (name) => note(name, nodeFiles.list(name)),
          },
        },
      );
      expect(file).toBeTruthy();
      const prompt = folder.file('repo/p.sdprompt');
      const environment = await project.environmentFor(prompt);
      await project.lintText(prompt, '<lora:anime:1>');
      expect(environment.baseModel).toMatchObject({ name: 'm', architecture: 'sdxl', format: 'declared' });
      expect(environment.loras.known).toBe('lockfile');
      expect(environment.loras.resolve('x').chosen).toBeUndefined();
      const named = ['loras', 'embeddings', 'wildcards', 'styles.csv', 'model'].map((name) =>
        folder.file(name),
      );
      expect(
        asked.filter((name) => [...named, '/somewhere', '/machine'].some((root) => name.startsWith(root))),
      ).toEqual([]);
      project.update({ trusted: true });
      expect((await project.environmentFor(prompt)).loras.resolve('x').chosen?.file.name).toBe('x');
    });
  });

  describe('configuration', () => {
    it('of the nearest folder counts, file by file', async () => {
      const { project, folder } = await open({
        'sdprompt.config.json': { rules: { 'duplicate-lora': 'off' } },
        'sub/sdprompt.config.json': {
          target: 'comfyui',
          overrides: [{ files: '*.x.sdprompt', target: 'krita' }],
        },
      });
      expect(await project.settingsFor(folder.file('a.sdprompt'))).toEqual({ 'duplicate-lora': 'off' });
      expect(await project.settingsFor(folder.file('sub/a.sdprompt'))).toEqual({});
      expect((await project.environmentFor(folder.file('sub/a.sdprompt'))).target).toBe('comfyui');
      expect((await project.environmentFor(folder.file('sub/deep/a.x.sdprompt'))).target).toBe('krita');
      expect(await project.environmentFor(folder.file('sub/a.sdprompt'))).toBe(
        await project.environmentFor(folder.file('sub/deep/b.sdprompt')),
      );
    });

    it('can be named instead', async () => {
      const { project, folder, file } = await open({
        'other/my.json': { target: 'forge' },
        'sdprompt.config.json': {},
      });
      const named = createProject({ trusted: true, configPath: folder.file('other/my.json') });
      projects.push(named);
      expect((await named.configurationFor(file)).target).toBe('forge');
      expect((await project.configurationFor(file)).target).toBe('a1111');
    });

    it('is read anew after a change, of an extended file too', async () => {
      const { project, folder, file } = await open({
        'sdprompt.config.json': { extends: './base.json' },
        'base.json': { target: 'forge' },
      });
      expect((await project.configurationFor(file)).target).toBe('forge');
      await folder.write('base.json', '{"target": "krita"}');
      expect(project.fileChanged(folder.file('unrelated.txt'))).toBe(false);
      expect(project.fileChanged(folder.file('base.json'))).toBe(true);
      expect((await project.configurationFor(file)).target).toBe('krita');
    });

    it('decides what is ignored and what is walked', async () => {
      const { project, folder } = await open({
        'sdprompt.config.json': { ignore: ['old/'] },
        '.gitignore': 'out/\n',
        'a.sdprompt': '',
        'b/c.sdprompt': '',
        'b/d.txt': '',
        'old/e.sdprompt': '',
        'out/f.sdprompt': '',
        'node_modules/g.sdprompt': '',
      });
      expect(await project.isIgnored(folder.file('old/e.sdprompt'))).toBe(true);
      expect(await project.isIgnored(folder.file('a.sdprompt'))).toBe(false);
      expect(
        (await project.promptFiles(folder.path)).map((name) => path.relative(folder.path, name)),
      ).toEqual(['a.sdprompt', path.join('b', 'c.sdprompt')]);
    });
  });

  it('counts the modules of a LoRA in a model it can read', async () => {
    const { project, file } = await open({
      'sdprompt.config.json': { loraPaths: ['loras', 'builtin'], baseModel: 'demo' },
      'loras/x.safetensors': loraFile(),
    });
    const { loras, baseModel, fit: countFit } = await project.environmentFor(file);
    const mira = loras.resolve('mira').chosen;
    const x = loras.resolve('x').chosen;
    if (!mira || !x || !baseModel) throw new Error('missing');
    const counted = countFit?.(mira, baseModel);
    expect(counted?.total).toBeGreaterThan(10);
    expect(counted?.fitting).toBe(counted?.total);
    expect(countFit?.(x, baseModel)).toMatchObject({ fitting: 0, total: 1 });
  });
});
