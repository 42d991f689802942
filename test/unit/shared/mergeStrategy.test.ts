import { expect, it } from 'vitest';
import { MERGE_STRATEGIES, readMergeStrategy } from '../../../server/src/shared/mergeStrategy';

it.each(MERGE_STRATEGIES)('%s is read as it is, without a note', (strategy) => {
  expect(readMergeStrategy(strategy)).toEqual({ ok: true, value: { strategy } });
});

it.each([
  ['adaptive', 'auto'],
  ['inputs', 'merged'],
])('%s of earlier versions is read as %s, with a note', (name, strategy) => {
  const read = readMergeStrategy(name);
  expect(read.ok && read.value.strategy).toBe(strategy);
  expect(read.ok && read.value.note).toContain(`is now called ${strategy}`);
});

it.each([
  ['in-graph', /in-graph was removed.*merged/],
  ['magic', /no merge strategy called "magic"/],
  ['', /no merge strategy called ""/],
  ['constructor', /no merge strategy called "constructor"/],
])('"%s" is refused, with what to use instead', (name, message) => {
  const read = readMergeStrategy(name);
  expect(read.ok ? '' : read.problem.code).toBe('merge-strategy');
  expect(read.ok ? '' : read.problem.message).toMatch(message);
  expect(read.ok ? '' : read.problem.remedy).toBe('Use auto, merged or branches.');
});
