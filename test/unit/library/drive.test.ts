import { describe, expect, it } from 'vitest';
import { createDrive } from '../../../server/src/library/drive';
import { call } from '../../../server/src/library/fileWork';

/** Blocks for longer than a quick drive would. */
function slowly(): string {
  for (const end = performance.now() + 60; performance.now() < end; );
  return 'blocking';
}
const quick = () => 'blocking';
const asynchronous = async () => 'asynchronous';

describe('a drive', () => {
  it('is read with blocking calls again after one slow result, which may come from a busy machine', async () => {
    const drive = createDrive(true);
    expect(await drive.run(call(slowly, asynchronous))).toBe('blocking');
    expect(await drive.run(call(quick, asynchronous))).toBe('blocking');
  });

  it('is read with asynchronous calls once it is slow again and again', async () => {
    const drive = createDrive(true);
    for (let time = 0; time < 3; time++) await drive.run(call(slowly, asynchronous));
    expect(await drive.run(call(quick, asynchronous))).toBe('asynchronous');
  });

  it('is never read with blocking calls when it may be on a network', async () => {
    expect(await createDrive(false).run(call(quick, asynchronous))).toBe('asynchronous');
  });
});
