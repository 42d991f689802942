import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inTurns, loadLine, median, timed, versus } from './support/measure';
import { installPeer } from './support/peer';
import { writePrompts } from './support/prompts';

const PEER = { name: 'markdownlint-cli2', version: '0.21.0', entry: 'markdownlint-cli2-bin.mjs' };

/**
 * `npm run bench -- lint [--smoke]`: the command line's lint over 5,000 prompt files against markdownlint-cli2 over the
 * same bytes, whole processes in turns; and with `--cache`, warm.
 */
export async function run(args: readonly string[]): Promise<number> {
  const isSmoke = args.includes('--smoke');
  const count = isSmoke ? 100 : 5_000;
  const rounds = isSmoke ? 1 : 3;
  const cli = path.resolve('dist/cli.js');
  if (!existsSync(cli)) {
    console.error('There is no dist/cli.js; run npm run build first.');
    return 2;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-bench-'));
  try {
    const bytes = writePrompts(folder, count);
    console.log(`${count} files, ${(bytes / 1e6).toFixed(1)} MB, ${loadLine()}`);
    const peer = installPeer(PEER.name, PEER.version, PEER.entry);
    if (peer === undefined)
      console.log(`${PEER.name} ${PEER.version} cannot be installed here: our own figures only.`);

    const cache = path.join(folder, '.sdpromptcache');
    const report = path.join(folder, 'report.json');
    const lint = (...more: string[]) =>
      timed(cli, ['lint', '.', '--format', 'json', '--output-file', report, ...more], folder);
    await lint('--cache', '--cache-location', cache);
    const works = [
      () => lint(),
      () => lint('--cache', '--cache-location', cache),
      ...(peer === undefined ? [] : [() => timed(peer, ['**/*.sdprompt'], folder)]),
    ];
    const [own, warm, other] = (await inTurns(rounds, works)).map((runs) =>
      median(runs.map(({ milliseconds }) => milliseconds)),
    );
    const speed = (ms: number) => `${(ms / 1000).toFixed(2)} s, ${(bytes / 1e3 / ms).toFixed(2)} MB/s`;
    console.log(`sdprompt lint          ${speed(own!)}`);
    console.log(`sdprompt lint --cache  ${speed(warm!)} (warm)`);
    if (other !== undefined) console.log(`${PEER.name}      ${speed(other)}`);
    if (isSmoke) return 0;
    if (other !== undefined) console.log(versus('markdownlint-cli2 / lint', other / own!, 5, 'at least'));
    console.log(versus('lint / lint --cache warm', own! / warm!, 5, 'at least'));
    console.log(loadLine());
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
