import { afterAll, afterEach, describe, expect } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver';
import { type Client, type ConnectOptions, connect, MODES, type Mode, removeBundle } from './harness';
import { createFolder, type TestFolder } from './workspaceFolder';

type Files = Parameters<typeof createFolder>[0];

/** What a test of the server starts. All of it ends with the test. */
export interface Stage {
  readonly mode: Mode;
  makeFolder(files: Files): Promise<TestFolder>;
  /** A client that has the files open as its workspace. */
  start(files: Files, options?: Partial<ConnectOptions>): Promise<{ client: Client; folder: TestFolder }>;
}

/** The configuration of a workspace with LoRAs of its own and a model that is only declared. */
export const CONFIG = JSON.stringify({
  loraPaths: ['loras'],
  models: { sd15: { architecture: 'sd1' } },
  baseModel: 'sd15',
});

export const codes = (list: readonly Diagnostic[]) => list.map(({ code }) => code);

/** Declares tests of one feature for every mode. None of them passes when a handler of the server threw. */
export function describeServer(feature: string, tests: (stage: Stage) => void): void {
  afterAll(removeBundle);

  describe.each(MODES)(`${feature} of the language server, %s`, (mode) => {
    const clients: Client[] = [];
    const folders: TestFolder[] = [];

    afterEach(async () => {
      const errors: string[] = [];
      for (const client of clients.splice(0)) {
        errors.push(...client.errors());
        await client.close();
      }
      for (const folder of folders.splice(0)) await folder.remove();
      expect(errors).toEqual([]);
    });

    const makeFolder: Stage['makeFolder'] = async (files) => {
      const created = await createFolder(files);
      folders.push(created);
      return created;
    };
    const start: Stage['start'] = async (files, options = {}) => {
      const folder = await makeFolder(files);
      const client = await connect({ mode, folder: folder.path, ...options });
      clients.push(client);
      return { client, folder };
    };
    tests({ mode, makeFolder, start });
  });
}
