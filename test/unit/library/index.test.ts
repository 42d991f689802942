import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { HeaderJson } from '../../../server/src/library/inspect';
import { inspectFile } from '../../../server/src/library/inspect';
import { createLibrary } from '../../../server/src/library/library';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { fieldsOf } from '../../support/loraFacts';

const golden = join(__dirname, '../../golden/lora');
const folder = mkdtempSync(join(tmpdir(), 'sdprompt-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with the header of a list and no data behind it, as long as it should be. */
function write(path: string, { metadata, tensors }: HeaderJson): void {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const begin = at;
    at += 2 * shape.reduce((size, dimension) => size * dimension, 1);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }] as const;
  });
  const header = Buffer.from(
    JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) }),
  );
  const file = openSync(path, 'w');
  writeSync(file, Buffer.from(new BigUint64Array([BigInt(header.length)]).buffer));
  writeSync(file, header);
  ftruncateSync(file, 8 + header.length + at);
  closeSync(file);
}

async function indexed(cachePath: string): Promise<readonly LoraFacts[]> {
  const library = createLibrary({
    folders: [join(folder, 'loras')],
    cachePath,
    watch: false,
    log: expect.fail,
  });
  await library.ready;
  library.dispose();
  return library.all();
}

describe('the index', () => {
  it('answers from an earlier run before it has looked at the disk, and then says what has changed', async () => {
    const loras = join(folder, 'remembered');
    mkdirSync(loras);
    const list = { metadata: {}, tensors: { 'lora_te_text_model_encoder_layers_0_mlp_fc1.alpha': [] } };
    for (const name of ['a', 'b']) write(join(loras, `${name}.safetensors`), list);
    const start = () =>
      createLibrary({
        folders: [loras],
        cachePath: join(folder, 'remembered.json'),
        watch: false,
        log: expect.fail,
      });
    const names = (library: ReturnType<typeof start>) => library.all().map(({ file: { name } }) => name);

    const first = start();
    expect(await first.remembered).toBe(false);
    await first.ready;
    first.dispose();
    rmSync(join(loras, 'a.safetensors'));
    write(join(loras, 'c.safetensors'), list);

    const second = start();
    const heard: string[][] = [];
    second.onDidChange(() => heard.push(names(second)));
    expect(await second.remembered).toBe(true);
    expect(names(second)).toEqual(['a', 'b']);
    await second.ready;
    expect(names(second)).toEqual(['b', 'c']);
    expect(heard).toEqual([['b', 'c']]);
    second.dispose();
  });

  it('says of every list what an inspection says of it, cold and warm', async () => {
    mkdirSync(join(folder, 'loras'));
    const lists = readdirSync(golden).filter((name) => name.endsWith('.json.gz'));
    for (const name of lists) {
      const list = JSON.parse(gunzipSync(readFileSync(join(golden, name))).toString('utf8')) as HeaderJson;
      write(join(folder, 'loras', name.replace('.json.gz', '.safetensors')), list);
    }
    const cache = join(folder, 'index.json');
    const cold = await indexed(cache);
    const warm = await indexed(cache);
    expect(JSON.parse(JSON.stringify(warm))).toEqual(JSON.parse(JSON.stringify(cold)));
    expect(cold).toHaveLength(lists.length);
    for (const facts of cold) {
      const inspection = await inspectFile(facts.file.path!);
      if (!inspection.ok) return expect.fail(inspection.problem.message);
      // What only one file at a time is asked for.
      const { metadata: _metadata, tags: _tags, problems, ...known } = inspection.value;
      expect(fieldsOf(facts), facts.file.name).toMatchObject({
        ...known,
        ...(problems.length > 0 && { problems }),
      });
    }
  }, 120_000);
});
