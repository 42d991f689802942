// Starts and stops one VS Code server of its own: free port, own folders, own process group.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 5_000;

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/** Adds to the user's settings of a data folder; what is there already stays. */
export function writeSettings(dataDir, settings) {
  const file = path.join(dataDir, 'User/settings.json');
  mkdirSync(path.dirname(file), { recursive: true });
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, JSON.stringify({ ...before, ...settings }, null, 2));
}

/** Starts the server; resolves with its port and a function that ends it. Its home folder is the user's unless given. */
export async function startServer({ entry, dataDir, extensionsDir, serverDir, logFile, home }) {
  const file = path.join(dataDir, 'User/settings.json');
  writeSettings(dataDir, {
    ...QUIET_SETTINGS,
    ...(existsSync(file) && JSON.parse(readFileSync(file, 'utf8'))),
  });
  mkdirSync(path.dirname(logFile), { recursive: true });
  const server = spawn(
    process.execPath,
    [
      entry,
      ...[
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--without-connection-token',
        '--accept-server-license-terms',
      ],
      ...['--server-data-dir', serverDir, '--user-data-dir', dataDir, '--extensions-dir', extensionsDir],
      // Without the last flag newer builds ignore the test payload in the URL.
      ...['--telemetry-level', 'off', '--enable-smoke-test-driver'],
    ],
    // A gallery that is empty instead of one that is asked over the network.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        EXTENSIONS_GALLERY: '{}',
        ...process.env,
        ...(home !== undefined && { HOME: home, USERPROFILE: home }),
      },
    },
  );
  const log = createWriteStream(logFile);
  server.stdout.pipe(log);
  server.stderr.pipe(log);
  const stop = () => stopServer(server);
  try {
    return { port: await portOf(server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a packaged extension. */
export function installExtension({ entry, serverDir, extensionsDir, vsix }) {
  execFileSync(
    process.execPath,
    [entry, '--server-data-dir', serverDir, '--extensions-dir', extensionsDir, '--install-extension', vsix],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { EXTENSIONS_GALLERY: '{}', ...process.env } },
  );
}

function portOf(server) {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error('The VS Code server did not start.')), START_LIMIT_MS);
    server.stdout.on('data', (data) => {
      output += data;
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    });
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server exited with ${code}: ${output}`));
    });
  });
}

async function stopServer(server) {
  const signal = (name) => {
    try {
      process.kill(-server.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  signal('SIGTERM');
  if (server.exitCode !== null || server.signalCode !== null) return;
  await new Promise((resolve) => {
    const timer = setTimeout(() => {
      signal('SIGKILL');
      resolve();
    }, STOP_LIMIT_MS);
    server.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
