/**
 * The import directions: layer → layers and packages it may import. `ARCHITECTURE.md` draws the same table. Every
 * source file of the product is in one of the layers.
 */
export interface LayerRule {
  readonly layers: readonly string[];
  /** Package names; `node:` stands for every built-in module. */
  readonly packages: readonly string[];
}

export const LAYERS: Readonly<Record<string, LayerRule>> = {
  'server/src/shared': { layers: [], packages: [] },
  'server/src/formats': { layers: ['server/src/shared'], packages: [] },
  'server/src/language': { layers: ['server/src/shared'], packages: ['chevrotain', 'fastest-levenshtein'] },
  'server/src/library': {
    layers: ['server/src/shared', 'server/src/formats', 'server/src/language'],
    packages: ['node:', 'write-file-atomic', 'yaml', 'jsonc-parser'],
  },
  'server/src/workspace': {
    layers: ['server/src/shared', 'server/src/formats', 'server/src/language', 'server/src/library'],
    packages: [
      'node:',
      'ajv',
      'ignore',
      'jsonc-parser',
      'tinyglobby',
      'vscode-uri',
      'write-file-atomic',
      'yaml',
    ],
  },
  'server/src/lsp': {
    layers: [
      'server/src/shared',
      'server/src/formats',
      'server/src/language',
      'server/src/library',
      'server/src/workspace',
    ],
    packages: ['node:', 'vscode-languageserver', 'vscode-languageserver-textdocument', 'vscode-uri'],
  },
  'server/src/cli': {
    layers: [
      'server/src/shared',
      'server/src/formats',
      'server/src/language',
      'server/src/library',
      'server/src/workspace',
      'server/src/engines',
    ],
    packages: ['node:', 'picocolors', 'tinyglobby', 'write-file-atomic', 'ignore'],
  },
  'server/src/numerics': { layers: ['server/src/shared', 'server/src/formats'], packages: [] },
  'server/src/engine': {
    layers: ['server/src/shared', 'server/src/formats', 'server/src/numerics'],
    packages: [
      'node:',
      'onnxruntime-node',
      'onnxruntime-common',
      'write-file-atomic',
      '@jsquash/jpeg',
      '@jsquash/webp',
    ],
  },
  'server/src/engines': {
    layers: ['server/src/shared', 'server/src/formats', 'server/src/numerics'],
    packages: ['node:', 'jsonc-parser', 'ws'],
  },
  'client/src': {
    layers: ['server/src/shared', 'server/src/engines'],
    packages: ['node:', 'vscode', 'vscode-languageclient', 'write-file-atomic'],
  },
  'media/preview': { layers: ['server/src/shared'], packages: [] },
};

/** Packages whose code must not be found inside a bundle. */
export const FORBIDDEN_IN_BUNDLE: Readonly<Record<string, readonly string[]>> = {
  'client.js': ['chevrotain', 'onnxruntime-node', 'onnxruntime-common', 'vscode-languageserver'],
  'server.js': ['onnxruntime-node', 'onnxruntime-common', 'vscode-languageclient'],
  'cli.js': ['onnxruntime-node', 'onnxruntime-common', 'vscode-languageclient', 'vscode-languageserver'],
  'engine.js': ['chevrotain', 'vscode-languageserver', 'vscode-languageclient', 'ajv'],
  'preview.js': ['chevrotain', 'onnxruntime-node', 'onnxruntime-common', 'vscode-languageclient'],
};

/** The only bundle that may load the native runtime. */
export const ONLY_ENGINE_REQUIRES = 'onnxruntime-node';
