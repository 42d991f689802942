import { readFileSync } from 'node:fs';
import path from 'node:path';
import { canBeConditional, canBranch } from '../../../server/src/engine/graph/canBranch';
import { openModelFile } from '../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../server/src/engine/lora/loraFile';
import { collect } from '../../../server/src/engine/runtime/collect';
import { createRuntime, type InferenceSession, Tensor } from '../../../server/src/engine/runtime/session';
import { initialSlots, placementsOf } from '../../../server/src/engine/weights/policy';
import { openWeightSession, type WeightSession } from '../../../server/src/engine/weights/session';
import { slotBytes } from '../../../server/src/engine/weights/slots';
import type { WeightPolicy } from '../../../server/src/shared/mergeStrategy';

/** What the parent asks for; each is answered with a `Measured`. */
export type MergeRequest =
  | { readonly do: 'step'; readonly side: number; readonly batch: number }
  /** Binds the networks at a weight that no call before had. */
  | { readonly do: 'edit'; readonly files: readonly string[] }
  /** Copies as many bytes as the merged weights take. */
  | { readonly do: 'copy' }
  /** Opens the model a second time, as a program must that bakes networks into the session. */
  | { readonly do: 'rebuild' }
  /** Gives back what copying took, and what nobody refers to. */
  | { readonly do: 'settle' };

export interface Measured {
  readonly wall: number;
  /** Milliseconds of CPU time of all threads: what a busy machine does not change. */
  readonly cpu: number;
  /** Bytes that belong to this process alone. */
  readonly anonymous: number;
  /** Sessions opened while it was done. */
  readonly sessions: number;
}

const [, , folder = '', variant = 'constant', threads = '0'] = process.argv;

async function main(): Promise<void> {
  const opened = openModelFile(path.join(folder, 'model.onnx'));
  if (!opened.ok) throw new Error(opened.problem.message);
  const file = opened.value;
  const runtime = createRuntime(Number(threads));
  const open = initialSlots(file.slots);
  const index = indexSlots(file.slots);
  let weights: WeightSession | undefined;
  let session: InferenceSession;
  if (variant === 'constant') {
    const constant = await runtime.open(file.path, file.folder, 'speed');
    if (!constant.ok) throw new Error(constant.problem.message);
    session = constant.value;
  } else {
    const placements = placementsOf(variant as WeightPolicy, {
      slots: file.slots,
      open,
      canBranch: (slot) => canBranch(file.model, slot),
      canBeConditional: (slot) => canBeConditional(file.model, slot),
    });
    const opened = await openWeightSession({ runtime, file, placements });
    if (!opened.ok) throw new Error(opened.problem.message);
    weights = opened.value;
    session = opened.value.session;
  }
  const bytes = [...open].reduce((sum, slot) => sum + slotBytes(file.slots[slot]!), 0);
  const loras = new Map<string, AppliedLora>();
  let weight = 0.5;
  let buffers: [Uint8Array, Uint8Array] | undefined;

  const work = async (request: MergeRequest): Promise<void> => {
    if (request.do === 'step') {
      await session.run({ ...stepFeeds(session, request.side / 8, request.batch), ...weights?.feeds });
    } else if (request.do === 'edit') {
      weight = weight >= 0.9 ? 0.5 : weight + 0.05;
      // As the engine does after a picture: networks that are not wanted any more are closed.
      for (const [name, { file: open }] of loras)
        if (!request.files.includes(name)) {
          open.close();
          loras.delete(name);
        }
      const applied = request.files.map((name) => ({ ...loraOf(loras, name), unet: weight }));
      await weights?.bind(assign(applied, { unet: index }).changes.unet);
    } else if (request.do === 'copy') {
      // Pages that nobody wrote are all the same one, which is read in no time.
      buffers ??= [new Uint8Array(bytes), new Uint8Array(bytes).fill(1)];
      buffers[0].set(buffers[1]);
    } else if (request.do === 'settle') {
      buffers = undefined;
      collect();
    } else if (request.do === 'rebuild') {
      const again = await runtime.open(file.path, file.folder, 'speed');
      if (again.ok) await again.value.release();
    }
  };
  process.on('message', async (request: MergeRequest) => {
    const before = runtime.created;
    const start = performance.now();
    const cpu = process.cpuUsage();
    await work(request);
    const used = process.cpuUsage(cpu);
    const measured: Measured = {
      wall: performance.now() - start,
      cpu: (used.user + used.system) / 1000,
      anonymous: anonymousBytes(),
      sessions: runtime.created - before,
    };
    process.send?.(measured);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ wall: 0, cpu: 0, anonymous: anonymousBytes(), sessions: runtime.created });
}

function loraOf(loras: Map<string, AppliedLora>, name: string): AppliedLora {
  let lora = loras.get(name);
  if (!lora) {
    const opened = openLoraFile(name, name);
    if (!opened.ok) throw new Error(opened.problem.message);
    lora = { name, file: opened.value, te: 0, unet: 0 };
    loras.set(name, lora);
  }
  return lora;
}

/** Linux tells; elsewhere the resident set stands in. */
function anonymousBytes(): number {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return 1024 * Number(kilobytes);
  } catch {
    return process.memoryUsage.rss();
  }
}

/** Inputs of the shapes the session declares. */
function stepFeeds(session: InferenceSession, side: number, batch: number): Record<string, Tensor> {
  const port = (name: string) => session.inputMetadata.find((one) => one.name === name);
  const text = port('encoder_hidden_states');
  const width = text?.isTensor && typeof text.shape[2] === 'number' ? text.shape[2] : 768;
  const time = port('timestep');
  const dims = time?.isTensor && time.shape.length === 0 ? [] : [1];
  const wave = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  return {
    sample: new Tensor('float32', wave(batch * 4 * side * side), [batch, 4, side, side]),
    timestep:
      time?.isTensor && time.type === 'int64'
        ? new Tensor('int64', BigInt64Array.of(500n), dims)
        : new Tensor('float32', Float32Array.of(500), dims),
    encoder_hidden_states: new Tensor('float32', wave(batch * 77 * width), [batch, 77, width]),
  };
}

void main();
