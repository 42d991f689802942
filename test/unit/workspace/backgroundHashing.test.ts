import { describe, expect, it } from 'vitest';
import type { HashOptions, Library } from '../../../server/src/library/library';
import { createBackgroundHashing } from '../../../server/src/workspace/backgroundHashing';

/** A library that only counts who wants its files hashed. */
function fake() {
  const listeners: (() => void)[] = [];
  const asked: HashOptions[] = [];
  let heard: (() => void) | undefined;
  const library: Partial<Library> = {
    ready: Promise.resolve(),
    onDidChange: (listener) => {
      listeners.push(listener);
      return () => undefined;
    },
    hashAll: async (options = {}) => {
      asked.push(options);
      heard?.();
      return 0;
    },
  };
  return {
    library: library as Library,
    asked,
    change() {
      for (const listener of listeners) listener();
    },
    next: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      }),
  };
}

describe('hashing in the background', () => {
  it('begins when it is switched on, and again after a change', async () => {
    const { library, asked, change, next } = fake();
    const hashing = createBackgroundHashing(() => undefined, 0);
    hashing.add(library);
    expect(asked).toEqual([]);
    let begun = next();
    hashing.set(true);
    await begun;
    expect(asked[0]).toMatchObject({ background: true });
    begun = next();
    change();
    await begun;
    expect(asked).toHaveLength(2);
    hashing.dispose();
  });

  it('stops in the middle when it is switched off', async () => {
    const { library, asked, next, change } = fake();
    const hashing = createBackgroundHashing(() => undefined, 0);
    hashing.set(true);
    const begun = next();
    hashing.add(library);
    await begun;
    hashing.set(false);
    expect(asked[0]?.signal?.aborted).toBe(true);
    change();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toHaveLength(1);
  });
});
