import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFile, shortHashOf } from '../../../server/src/library/hashes';
import { inspectFile } from '../../../server/src/library/inspect';
import { createLibrary, type Library } from '../../../server/src/library/library';
import { extraModelPaths, suggestFolders } from '../../../server/src/library/locations';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { fieldsOf } from '../../support/loraFacts';

let folder = '';
const open: Library[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sdprompt-library-'));
});
afterEach(async () => {
  for (const library of open.splice(0)) library.dispose();
  await rm(folder, { recursive: true, force: true });
});

const SD1 = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight';

/** A LoRA file with one tensor. */
function lora(metadata: Record<string, string> = {}, context = 768): Buffer {
  const bytes = 4 * context * 2;
  const header = JSON.stringify({
    __metadata__: metadata,
    [SD1]: { dtype: 'F16', shape: [4, context], data_offsets: [0, bytes] },
  });
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(bytes, 7)]);
}

async function put(path: string, content: string | Buffer): Promise<string> {
  const full = join(folder, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, content);
  return full;
}

function library(options: { watch?: boolean; cachePath?: string; folders?: string[] } = {}): Library {
  const created = createLibrary({
    folders: options.folders ?? [join(folder, 'loras')],
    watch: options.watch ?? false,
    log: () => undefined,
    ...(options.cachePath !== undefined && { cachePath: options.cachePath }),
  });
  open.push(created);
  return created;
}

/** Resolves when a library has announced a change after which `holds`. */
function until(changing: Library, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) resolve();
    else changing.onDidChange(() => holds() && resolve());
  });
}

const names = (from: Library) => from.all().map(({ file: { relativePath } }) => relativePath);

describe('the library', () => {
  it('finds files in natural order, in sub-folders and behind links, and ends at loops', async () => {
    await put('loras/b10.safetensors', lora());
    await put('loras/b9.safetensors', lora());
    await put('loras/sub/a.safetensors', lora());
    await put('loras/.hidden/x.safetensors', lora());
    await put('loras/.x.safetensors', lora());
    await put('loras/readme.txt', 'x');
    await put('elsewhere/linked.safetensors', lora());
    await symlink(join(folder, 'elsewhere'), join(folder, 'loras/link'));
    await symlink(join(folder, 'loras'), join(folder, 'loras/sub/loop'));
    await symlink(join(folder, 'nowhere'), join(folder, 'loras/dangling'));
    const found = library();
    await found.ready;
    expect(names(found)).toEqual([
      'b9.safetensors',
      'b10.safetensors',
      'link/linked.safetensors',
      'sub/a.safetensors',
    ]);
  });

  it('knows what each file is', async () => {
    await put('loras/good.safetensors', lora({ ss_output_name: 'Good', sshs_model_hash: 'ab'.repeat(32) }));
    await put('loras/good.json', JSON.stringify({ 'activation text': 'word', 'preferred weight': 0.6 }));
    await put('loras/good.preview.png', 'png');
    await put('loras/cut.safetensors', lora().subarray(0, 500));
    await put('loras/page.safetensors', '<!DOCTYPE html><html>not a model</html>');
    await put('loras/old.pt', 'PK\u0003\u0004');
    const found = library();
    await found.ready;
    const facts = Object.fromEntries(found.all().map((fact) => [fact.file.name, fieldsOf(fact)]));
    expect(facts.good).toMatchObject({
      status: 'ok',
      alias: 'Good',
      kind: 'lora',
      architecture: 'sd1',
      rank: 4,
      triggerWords: ['word'],
      triggerSource: 'activation text',
      preferredWeight: 0.6,
      previewPath: join(folder, 'loras/good.preview.png'),
      hashes: { shortHash: 'abababababab' },
    });
    expect(facts.cut).toMatchObject({ status: 'broken', problem: { code: 'safetensors-incomplete' } });
    expect(facts.page).toMatchObject({ status: 'broken', problem: { code: 'safetensors-header-too-large' } });
    expect(facts.old).toMatchObject({ status: 'unread', kind: 'pickle' });
    expect(facts.old!.problem!.remedy).toContain('safetensors');
  });

  it('is empty for folders that do not exist', async () => {
    const found = library();
    await found.ready;
    expect(found.all()).toEqual([]);
  });

  it('judges files with the same tensors by their own metadata', async () => {
    const tensors = (metadata?: Record<string, string>) => lora(metadata);
    await put('loras/a.safetensors', tensors({ ss_output_name: 'one' }));
    await put(
      'loras/b.safetensors',
      tensors({ ss_output_name: 'two', ss_base_model_version: 'sdxl_base_v1-0' }),
    );
    await put('loras/c.safetensors', lora({}, 1024));
    const found = library();
    await found.ready;
    expect(
      found.all().map(({ file: { alias }, network: { architecture } }) => [alias, architecture]),
    ).toEqual([
      ['one', 'sd1'],
      ['two', 'sd1'],
      [undefined, 'sd2'],
    ]);
    expect(found.all()[1]!.network.problems?.[0]?.code).toBe('metadata-disagrees');
  });

  it('reads only what changed when it looks again', async () => {
    const kept = await put('loras/kept.safetensors', lora({ ss_output_name: 'kept' }));
    await put('loras/gone.safetensors', lora());
    const found = library();
    await found.ready;
    const before = found.all().find(({ file: { path } }) => path === kept);
    await rm(join(folder, 'loras/gone.safetensors'));
    await put('loras/new.safetensors', lora());
    let calls = 0;
    found.onDidChange(() => calls++);
    await found.refresh();
    await found.refresh();
    expect(names(found)).toEqual(['kept.safetensors', 'new.safetensors']);
    expect(found.all().find(({ file: { path } }) => path === kept)).toBe(before);
    expect(calls).toBe(1);
  });

  it('starts from its cache and survives a damaged one', async () => {
    await put('loras/a.safetensors', lora({ ss_output_name: 'first' }));
    const cachePath = join(folder, 'cache/index.json');
    const first = library({ cachePath });
    await first.ready;
    // Same size, same time, other content: only a cache can still say `first`.
    const path = join(folder, 'loras/a.safetensors');
    const time = new Date(1_700_000_000_000);
    await utimes(path, time, time);
    await first.refresh();
    await writeFile(path, lora({ ss_output_name: 'other' }));
    await utimes(path, time, time);
    const second = library({ cachePath });
    await second.ready;
    expect(second.all()[0]!.file.alias).toBe('first');
    for (const damage of [
      '',
      '{',
      '{"version":1}',
      '{"version":1,"entries":{"x":{"key":"k"}}}',
      '{"version":99,"entries":{}}',
    ]) {
      await writeFile(cachePath, damage);
      const third = library({ cachePath });
      await third.ready;
      expect(third.all()[0]!.file.alias).toBe('other');
    }
  });

  it('follows changes on disk', async () => {
    const found = library({ watch: true });
    await found.ready;
    await put('loras/sub/new.safetensors', lora());
    await until(found, () => names(found).includes('sub/new.safetensors'));
    await rename(join(folder, 'loras/sub/new.safetensors'), join(folder, 'loras/sub/renamed.safetensors'));
    await until(found, () => names(found).join() === 'sub/renamed.safetensors');
    expect(names(found)).toEqual(['sub/renamed.safetensors']);
  });

  it('does not call a file broken while it is being written', async () => {
    const whole = lora();
    await put('loras/growing.safetensors', whole.subarray(0, 300));
    const found = library({ watch: true });
    await found.ready;
    expect(found.all()).toEqual([]);
    await put('loras/growing.safetensors', whole);
    await until(found, () => found.all().length > 0);
    expect(fieldsOf(found.all()[0])).toMatchObject({ status: 'ok', name: 'growing' });
  });

  it('keeps hashes', async () => {
    const path = await put('loras/a.safetensors', lora());
    const cachePath = join(folder, 'cache');
    const found = library({ cachePath });
    await found.ready;
    await found.hashAll();
    const sha256 = createHash('sha256').update(lora()).digest('hex');
    expect(found.all()[0]!.file.hashes?.sha256).toBe(sha256);
    const again = library({ cachePath });
    await again.ready;
    expect(again.all()[0]!.file.hashes?.sha256).toBe(sha256);
    expect(await again.hashesOf(path)).toMatchObject({ sha256 });
  });
});

describe('hashes', () => {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  it('are those that programs know a file by', async () => {
    const header = '{"a":{"dtype":"U8","shape":[1200000],"data_offsets":[0,1200000]}}';
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    const data = Buffer.from(Uint8Array.from({ length: 1_200_000 }, (_, index) => index * 7));
    const bytes = Buffer.concat([prefix, Buffer.from(header), data]);
    const result = await hashFile(await put('x.safetensors', bytes));
    expect(result).toEqual({
      ok: true,
      value: {
        sha256: digest(bytes),
        autoV1: digest(bytes.subarray(0x100000, 0x110000)).slice(0, 8),
        autoV2: digest(bytes).slice(0, 10),
        autoV3: digest(data).slice(0, 12),
        shortHash: digest(data).slice(0, 12),
      },
    });
  });

  it('say nothing about tensors where there are none', async () => {
    const result = await hashFile(await put('x.safetensors', 'short'));
    expect(result.ok && result.value.autoV3).toBeUndefined();
    expect(result.ok && result.value.autoV1).toBe(digest(Buffer.alloc(0)).slice(0, 8));
  });
});

describe('inspectFile', () => {
  it('reads the sidecars beside the file', async () => {
    const path = await put('Mira.safetensors', lora());
    await put('mira.CIVITAI.info', JSON.stringify({ trainedWords: ['mira'] }));
    const result = await inspectFile(path);
    expect(result.ok && result.value).toMatchObject({ path, triggerWords: ['mira'], architecture: 'sd1' });
  });

  it.each([
    ['nothing.safetensors', undefined, 'cannot-read'],
    ['x.ckpt', 'PK', 'pickle-not-read'],
    ['x.safetensors', '', 'safetensors-header-too-small'],
  ])('refuses %s', async (name, content, code) => {
    const path = content === undefined ? join(folder, name) : await put(name, content);
    const result = await inspectFile(path);
    expect(result.ok || result.problem.code).toBe(code);
  });
});

describe('suggested folders', () => {
  it('are those of known programs near the workspace and in the home folder', async () => {
    await mkdir(join(folder, 'home/stable-diffusion-webui/models/Lora'), { recursive: true });
    await mkdir(join(folder, 'work/ComfyUI/models/loras'), { recursive: true });
    await mkdir(join(folder, 'work/prompts'), { recursive: true });
    await mkdir(join(folder, 'extra/loras'), { recursive: true });
    await put(
      'work/ComfyUI/extra_model_paths.yaml',
      `a:\n  base_path: ../../extra\n  loras: |\n    loras\n    missing\n`,
    );
    const found = await suggestFolders([join(folder, 'work/prompts')], join(folder, 'home'));
    expect(found).toEqual([
      { path: join(folder, 'work/ComfyUI/models/loras'), program: 'ComfyUI' },
      { path: join(folder, 'extra/loras'), program: 'ComfyUI' },
      { path: join(folder, 'home/stable-diffusion-webui/models/Lora'), program: 'AUTOMATIC1111' },
    ]);
  });

  it.each(['', ': : :', 'a: 1', '- x', 'a: {loras: 5}'])('survives the settings file %j', async (text) => {
    expect(await extraModelPaths(await put('x.yaml', text))).toEqual([]);
  });
});

describe('the short hash', () => {
  const hashes = { sha256: 'ab'.repeat(32), shortHash: '111111111111' };
  it('is what the trainer noted, else that of the tensors; for an embedding that of the file', () => {
    const noted = { sshs_model_hash: 'CDEF'.repeat(16) };
    expect(shortHashOf('lora', noted, hashes)).toBe('cdefcdefcdef');
    expect(shortHashOf('lora', { sshs_model_hash: 'None' }, hashes)).toBe('111111111111');
    expect(shortHashOf('embedding', noted, hashes)).toBe('abababababab');
  });
});

describe('hashing many files', () => {
  it('takes only what is asked for, and says what it reads', async () => {
    await put('loras/a.safetensors', lora());
    await put('loras/b.safetensors', lora({ ss_output_name: 'b' }));
    await put('loras/old.pt', 'PK');
    const found = library();
    await found.ready;
    const read: string[] = [];
    const onFile = ({ file }: LoraFacts) => read.push(file.name);
    expect(await found.hashAll({ only: ({ file: { name } }) => name === 'b', onFile })).toBe(1);
    expect(await found.hashAll({ onFile })).toBe(1);
    expect(await found.hashAll({ onFile })).toBe(0);
    expect(read).toEqual(['b', 'a']);
  });

  it('stops when it is told to', async () => {
    await put('loras/a.safetensors', lora());
    const found = library();
    await found.ready;
    expect(await found.hashAll({ signal: AbortSignal.abort() })).toBe(0);
    expect(found.all()[0]!.file.hashes?.sha256).toBeUndefined();
  });
});
