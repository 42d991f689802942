// Packages the extension for one platform: the bundles, and ONNX Runtime's native library for that platform alone
// (all of them together are 109 MB, one is 10 to 30).
//   node scripts/vscode-host/package.mjs [PLATFORM-ARCH] [FILE.vsix]
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Platforms ONNX Runtime has a library for, as vsce names them and as its folders are named. */
export const PLATFORMS = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
};

export const HERE = `${process.platform}-${process.arch}`;

/** Builds the bundles for production, by way of `vscode:prepublish`, and packages them. Returns the file written. */
export function packageExtension(target, output) {
  const native = PLATFORMS[target];
  if (native === undefined) throw new Error(`No package for ${target}: ONNX Runtime has no library for it.`);
  const folder = `node_modules/onnxruntime-node/bin/napi-v6/${native}`;
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run npm ci.`);
  mkdirSync(path.dirname(output), { recursive: true });
  try {
    copyRuntime(native);
    execFileSync(
      process.execPath,
      [
        'node_modules/@vscode/vsce/vsce',
        ...['package', '--target', target, '--no-dependencies', '-o', output],
        ...['--allow-missing-repository', '--skip-license'],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  } finally {
    rmSync(RUNTIME, { recursive: true, force: true });
  }
  return output;
}

/** Where the packaged engine finds ONNX Runtime. vsce would only take `node_modules` along for a dependency, which it is not. */
const RUNTIME = 'dist/node_modules';

function copyRuntime(native) {
  rmSync(RUNTIME, { recursive: true, force: true });
  for (const part of [
    'onnxruntime-node/package.json',
    'onnxruntime-node/dist',
    `onnxruntime-node/bin/napi-v6/${native}`,
    'onnxruntime-common/package.json',
    'onnxruntime-common/dist/cjs',
  ])
    cpSync(`node_modules/${part}`, `${RUNTIME}/${part}`, {
      recursive: true,
      filter: (file) => !/\.(?:map|d\.ts)$/.test(file),
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = process.argv[2] ?? HERE;
  console.log(packageExtension(target, process.argv[3] ?? `sdprompt-${target}.vsix`));
}
