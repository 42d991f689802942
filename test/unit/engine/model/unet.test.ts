import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Component } from '../../../../server/src/engine/model/component';
import { guidanceEmbedding, runUnet, takesGuidance } from '../../../../server/src/engine/model/unet';
import { expectClose, golden } from '../golden';

interface Data {
  cases: { scale: number; width: number; embedding: number[] }[];
}

describe('the guidance of distilled models', () => {
  it.each(golden<Data>('conditioning/guidance_embedding.json').cases)('$scale in $width waves', (row) => {
    // Angles in the thousands, so a rounding of the last bit shows.
    expectClose(guidanceEmbedding(row.scale, row.width), row.embedding, 2e-3);
  });
});

/** A component whose session gives its sample back and keeps what it was fed. */
function fake(ports: Readonly<Record<string, readonly [type: string, shape: readonly (number | string)[]]>>) {
  const fed: Record<string, Tensor>[] = [];
  const inputMetadata = Object.entries(ports).map(([name, [type, shape]]) => ({
    name,
    type,
    shape,
    isTensor: true,
  }));
  const session = {
    inputMetadata,
    outputMetadata: [{ name: 'out_sample', type: 'float32', shape: [], isTensor: true }],
    async run(feeds: Record<string, Tensor>) {
      fed.push(feeds);
      return { out_sample: feeds.sample };
    },
  };
  return { component: { session, feeds: {} } as unknown as Component, fed };
}

describe('runUnet', () => {
  const latent = Float32Array.of(1, 2, 3, 4);
  const condition = { hidden: new Float32Array(6), tokens: 3 };
  const base = {
    sample: ['float32', ['b', 4, 1, 1]],
    encoder_hidden_states: ['float32', ['b', 's', 2]],
  } as const;

  it('feeds the switches that an export left in the graph', async () => {
    const { component, fed } = fake({
      ...base,
      timestep: ['int64', []],
      return_dict: ['bool', []],
      output_hidden_states: ['bool', [1]],
    });
    await runUnet(component, latent, [4, 1, 1], 9, [condition]);
    const { return_dict: one, output_hidden_states: other } = fed[0]!;
    expect([one!.type, [...one!.dims], [...one!.data]]).toEqual(['bool', [], [1]]);
    expect([other!.type, [...other!.dims], [...other!.data]]).toEqual(['bool', [1], [1]]);
  });

  it.each([
    ['int64', [], [], 9n],
    ['int64', ['steps'], [1], 9n],
    ['float32', ['batch'], [1], 9.75],
    ['int32', [1], [1], 9],
  ] as const)('feeds a %s timestep of shape %j', async (type, shape, dims, value) => {
    const { component, fed } = fake({ ...base, timestep: [type, shape] });
    const outputs = await runUnet(component, latent, [4, 1, 1], 9.75, [condition, condition]);
    expect(outputs.map((output) => [...output])).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(fed).toHaveLength(1);
    expect([fed[0]!.timestep!.type, [...fed[0]!.timestep!.dims], fed[0]!.timestep!.data[0]]).toEqual([
      type,
      [...dims],
      value,
    ]);
    expect([...fed[0]!.sample!.dims]).toEqual([2, 4, 1, 1]);
  });

  it('runs apart what cannot share a run: other lengths, and batches fixed at one', async () => {
    const timestep = ['int64', []] as const;
    const long = { hidden: new Float32Array(12), tokens: 6 };
    const lengths = fake({ ...base, timestep });
    await runUnet(lengths.component, latent, [4, 1, 1], 1, [condition, long, condition]);
    expect(lengths.fed.map((feeds) => [...feeds.encoder_hidden_states!.dims])).toEqual([
      [2, 3, 2],
      [1, 6, 2],
    ]);
    const fixed = fake({ ...base, sample: ['float32', [1, 4, 1, 1]], timestep });
    await runUnet(fixed.component, latent, [4, 1, 1], 1, [condition, condition]);
    expect(fixed.fed).toHaveLength(2);
  });

  it('tells guidance to models that take it', async () => {
    const { component, fed } = fake({
      ...base,
      timestep: ['int64', []],
      timestep_cond: ['float32', ['b', 16]],
    });
    expect(takesGuidance(component)).toBe(true);
    await runUnet(component, latent, [4, 1, 1], 1, [condition, condition], 2);
    expect([...fed[0]!.timestep_cond!.dims]).toEqual([2, 16]);
    expect((fed[0]!.timestep_cond!.data as Float32Array).subarray(16)).toEqual(guidanceEmbedding(2, 16));
    expect(takesGuidance(fake({ ...base, timestep: ['int64', []] }).component)).toBe(false);
  });
});
