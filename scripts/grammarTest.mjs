// Tests the TextMate grammar with the annotated files of test/grammar.
import { spawnSync } from 'node:child_process';
import { globSync } from 'tinyglobby';

const files = globSync('test/grammar/*.sdprompt');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vscode-tmgrammar-test/dist/unit.js', '-g', 'syntaxes/sdprompt.tmLanguage.json', ...files],
  { stdio: 'inherit' },
);
process.exitCode = files.length === 0 ? 1 : (status ?? 1);
