// `npm run demo`: lints the examples, then renders one of them with and without its LoRA into out/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
process.chdir(root);
if (
  !existsSync('dist/cli.js') &&
  spawnSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' }).status !== 0
)
  process.exit(2);

/** Runs the command line as a user would, and stops the demo when it does not end as expected. */
function sdprompt(expected, ...args) {
  console.log(`\n$ sdprompt ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['dist/cli.js', ...args], { stdio: 'inherit' });
  if (status !== expected) {
    console.error(`\nThe demo expected exit code ${expected} and got ${status}.`);
    process.exit(1);
  }
}

mkdirSync('out', { recursive: true });
sdprompt(0, 'lint', 'examples/good');
console.log('\nNow the deliberate mistakes: one per file, and exit code 1 is right.');
sdprompt(1, 'lint', 'examples/broken');
sdprompt(0, 'render', 'examples/good/house-lineart.sdprompt', '--sweep', 'lineart=0,1', '-o', 'out');
console.log(
  '\nOpen the pictures in out/: the same prompt and seed, without its LoRA (weight 0) and with it (weight 1).',
);
