import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import { createProject } from '../../../server/src/workspace/project';
import { environmentToRun } from '../../../server/src/workspace/usedModels';

const DEMO = path.resolve('media/demo-model');
const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-embeddings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a picture is made with the hashes of the embeddings that its prompts use, and of no others', async () => {
  const file = path.join(folder, 'embeddings', 'gloom.safetensors');
  mkdirSync(path.dirname(file));
  cpSync(path.join(DEMO, 'embeddings/demo-gloom.safetensors'), file);
  cpSync(file, path.join(folder, 'embeddings', 'unused.safetensors'));
  const config = { embeddingPaths: ['embeddings'], baseModel: 'demo' };
  writeFileSync(path.join(folder, 'sdprompt.config.json'), JSON.stringify(config));
  const project = createProject({ builtInModelPath: DEMO, trusted: true });
  const document = parse('a cat\nNegative prompt: (Gloom:1.2), dark\nSteps: 4, Sampler: Euler, Seed: 1');
  const prompt = path.join(folder, 'a.sdprompt');
  const environment = await environmentToRun(project, prompt, document);
  project.dispose();

  const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const known = environment.embeddings.map(({ name, shortHash }) => [name, shortHash]);
  expect(known).toEqual(
    expect.arrayContaining([
      ['gloom', hash],
      ['unused', undefined],
    ]),
  );
  const built = buildPlan(document, 0, environment, { drawnSeed: 1, resolveFile: (name) => name });
  expect(built.ok && built.value.plan.infotext).toContain(`TI hashes: "gloom: ${hash}"`);
});
