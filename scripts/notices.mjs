// The licences of what the bundles hold and what is packaged beside them, as one text: they ask to go where the code goes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Packaged as they are, in node_modules. */
const BESIDE = ['node_modules/onnxruntime-node', 'node_modules/onnxruntime-common'];
/** Packages without a licence file whose author entry names a person at the company that holds the rights. */
const HOLDERS = {
  'onnxruntime-node': 'Microsoft Corporation',
  'onnxruntime-common': 'Microsoft Corporation',
};
const LICENSE_FILE = /^(licen[cs]e|notice|copying)/i;

/**
 * @param {Record<string, { inputs: Record<string, unknown> }>} bundles by name, as esbuild's metafile describes outputs
 * @returns {string}
 */
export function noticesOf(bundles) {
  const folders = new Set(BESIDE);
  for (const { inputs } of Object.values(bundles))
    for (const input of Object.keys(inputs)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (folder !== undefined) folders.add(folder);
    }
  const packages = new Map([...folders].map((folder) => noticeOf(folder)));
  const parts = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `This extension contains the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** Name and version of a package, and its notice. */
function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const title = `${name} ${version}`;
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim());
  const common = `scripts/licenses/${license}.txt`;
  if (texts.length === 0 && existsSync(common)) {
    const who = HOLDERS[name] ?? author?.name ?? author;
    texts.push(`${who ? `Copyright (c) ${who}\n\n` : ''}${readFileSync(common, 'utf8').trim()}`);
  }
  if (texts.length === 0)
    throw new Error(`${folder} has no licence text; add scripts/licenses/${license}.txt.`);
  return [title, `${title} (${license})\n\n${texts.join('\n\n')}\n`];
}
