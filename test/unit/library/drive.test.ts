import { describe, expect, it } from 'vitest';
import { createDrive } from '../../../server/src/library/drive';

/** Blocks for longer than a quick drive would. */
function slowly(): string {
  for (const end = performance.now() + 60; performance.now() < end; );
  return 'directly';
}
const quickly = () => 'directly';
const patiently = async () => 'patiently';

describe('a drive', () => {
  it('is asked directly again after one slow answer, which may be the doing of a busy machine', async () => {
    const drive = createDrive(true);
    expect(await drive.ask(slowly, patiently)).toBe('directly');
    expect(await drive.ask(quickly, patiently)).toBe('directly');
  });

  it('is left to the threads once it is slow again and again', async () => {
    const drive = createDrive(true);
    for (let time = 0; time < 3; time++) await drive.ask(slowly, patiently);
    expect(await drive.ask(quickly, patiently)).toBe('patiently');
  });

  it('is never asked directly when it may be on a network', async () => {
    expect(await createDrive(false).ask(quickly, patiently)).toBe('patiently');
  });
});
