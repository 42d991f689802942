import type { CommandEntry } from '../command';

/** Every command, in the order of the overview. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'lint',
    summary: 'Check prompt files, and prompts in Markdown, pictures and styles.csv.',
    load: async () => (await import('./lint')).lintCommand,
  },
  {
    name: 'format',
    summary: 'Lay prompt files out the same way, without changing what they mean.',
    load: async () => (await import('./format')).formatCommand,
  },
  {
    name: 'parse',
    summary: 'Show what the web UI makes of a prompt: weighted runs, schedules, networks, parameters.',
    load: async () => (await import('./parse')).parseCommand,
  },
  {
    name: 'expand',
    summary: 'Print the prompts that dynamic prompts stand for, wildcards filled in.',
    load: async () => (await import('./expand')).expandCommand,
  },
  {
    name: 'convert',
    summary: 'Rewrite prompts for another program, and say what is lost.',
    load: async () => (await import('./convert')).convertCommand,
  },
  {
    name: 'import',
    summary: 'Turn the texts that pictures carry into prompt blocks.',
    load: async () => (await import('./import')).importCommand,
  },
  {
    name: 'loras',
    summary: 'List what is installed and what each file fits.',
    load: async () => (await import('./loras')).lorasCommand,
  },
  {
    name: 'inspect',
    summary: 'Say what a LoRA file is and what it fits, and why.',
    load: async () => (await import('./inspect')).inspectCommand,
  },
  {
    name: 'lock',
    summary: 'Pin every LoRA the prompts use in sdprompt.lock.json.',
    load: async () => (await import('./lock')).lockCommand,
  },
  {
    name: 'models',
    summary: 'List the base models a prompt can name.',
    load: async () => (await import('./models')).modelsCommand,
  },
  {
    name: 'render',
    summary: 'Generate the pictures of a prompt file.',
    load: async () => (await import('./render')).renderCommand,
  },
  {
    name: 'merge',
    summary: 'Write a copy of a model with LoRAs merged into its weights.',
    load: async () => (await import('./merge')).mergeCommand,
  },
  {
    name: 'explain',
    summary: 'Print the page of a rule, offline. Without a name: all rules.',
    load: async () => (await import('./explain')).explainCommand,
  },
  {
    name: 'init',
    summary: 'Write a starting configuration after looking at what is there.',
    load: async () => (await import('./init')).initCommand,
  },
  {
    name: 'lsp',
    summary: 'Run the language server, for any editor that speaks the Language Server Protocol.',
    load: async () => (await import('./lsp')).lspCommand,
  },
];
