import { homedir } from 'node:os';
import * as path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { createServer } from './server';

// Entry of dist/server.js: over node-ipc from VS Code, over stdio (`--stdio`) from any other client.
const connection = createConnection(ProposedFeatures.all);
const cacheHome = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');

createServer(connection, {
  builtInModelPath: path.join(__dirname, '..', 'media', 'demo-model'),
  cachePath: path.join(cacheHome, 'sdprompt'),
});

// What no handler caught is a bug, but no reason to take the editor's language support away.
process.on('uncaughtException', (error) =>
  connection.console.error(`Uncaught: ${error.stack ?? error.message}`),
);
process.on('unhandledRejection', (reason) => connection.console.error(`Unhandled: ${String(reason)}`));

connection.listen();
