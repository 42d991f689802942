import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildGraph } from '../engines/comfyui/build';
import { createClipTokenizer } from '../formats/tokenizer';
import { buildPlan } from '../language/plan/buildPlan';
import { parse } from '../language/syntax/parse';
import type { GenerationPlan, PlanLora, PlanModel } from '../shared/plan';
import { environmentToRun } from '../workspace/usedModels';
import { type Invocation, printProblem, UsageError } from './command';
import { EXIT } from './exitCodes';
import { openProject, reportConfigProblems } from './openProject';
import { CLIP_MERGES } from './packageFiles';
import { readOne } from './readOne';

/**
 * Prints a block as a workflow in ComfyUI's API format, to be opened there. Files are named as they are called here, so that a
 * ComfyUI with the same files in its folders finds them; what it cannot do the same way goes to standard error.
 */
export async function writeWorkflow(invocation: Invocation): Promise<number> {
  const { io, positionals } = invocation;
  const text = await readOne(invocation);
  if (!text.ok) {
    printProblem(io, text.problem);
    return EXIT.trouble;
  }
  const document = parse(text.value);
  const number = Number(invocation.text('block') ?? 1);
  const block = document.blocks[number - 1];
  if (block === undefined)
    throw new UsageError(
      `there is no block ${invocation.text('block')}; there are ${document.blocks.length}.`,
    );
  const file = path.resolve(io.cwd, positionals[0] ?? 'prompt.sdprompt');
  const config = invocation.text('config');
  const project = openProject(io, { ...(config !== undefined && { config }) });
  try {
    await project.environmentFor(file);
    if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
    const environment = await environmentToRun(
      project,
      file,
      { text: document.text, blocks: [block] },
      { signal: io.signal },
    );
    const built = buildPlan(document, block.index, environment, {
      drawnSeed: randomInt(2 ** 32),
      resolveFile: (name) => path.resolve(path.dirname(file), name),
    });
    if (!built.ok) {
      printProblem(io, built.problem);
      return EXIT.trouble;
    }
    const plan = withFileNames(built.value.plan);
    const graph = buildGraph(plan, {
      library: { embeddings: environment.embeddings },
      tokenizer: createClipTokenizer({ merges: gunzipSync(readFileSync(CLIP_MERGES)).toString('utf8') }),
      ...(plan.init && { init: { name: path.basename(plan.init.path), hasSize: false } }),
      output: { class: 'SaveImage', prefix: 'sdprompt' },
      uploadName: 'sdprompt',
    });
    if (!graph.ok) {
      printProblem(io, graph.problem);
      return EXIT.trouble;
    }
    for (const words of [...built.value.warnings, ...graph.value.notes]) io.stderr.write(`note: ${words}\n`);
    for (const { name } of graph.value.uploads)
      io.stderr.write(
        `note: The graph reads the file ${name} with the noise of this sampler, which only render --engine uploads.\n`,
      );
    io.stdout.write(`${JSON.stringify(graph.value.graph, null, 2)}\n`);
    return EXIT.clean;
  } finally {
    project.dispose();
  }
}

/** A plan whose files are names, as a server knows them. */
function withFileNames(plan: GenerationPlan): GenerationPlan {
  const model = (one: PlanModel): PlanModel => ({
    ...one,
    path: path.basename(one.path),
    ...(one.vae !== undefined && { vae: path.basename(one.vae) }),
  });
  const loras = (list: readonly PlanLora[]) =>
    list.map((lora) => ({ ...lora, path: path.basename(lora.path) }));
  const { hires, refiner } = plan;
  return {
    ...plan,
    model: model(plan.model),
    loras: loras(plan.loras),
    ...(hires && {
      hires: {
        ...hires,
        ...(hires.model && { model: model(hires.model) }),
        ...(hires.loras && { loras: loras(hires.loras) }),
      },
    }),
    ...(refiner && { refiner: { ...refiner, model: model(refiner.model), loras: loras(refiner.loras) } }),
  };
}
