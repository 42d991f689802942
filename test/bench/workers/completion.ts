import { complete } from '../../../server/src/language/features/completion';
import { parse } from '../../../server/src/language/syntax/parse';
import { createProject } from '../../../server/src/workspace/project';

// `completion.mjs FOLDER CACHE ROUNDS`: one line of JSON, the milliseconds of every completion.
const [, , folder = '', cachePath = '', rounds = '1'] = process.argv;
const project = createProject({
  trusted: true,
  cachePath,
  machine: { loraPaths: [folder], models: { base: { architecture: 'sd1' } } },
});
const environment = await project.environmentFor(`${folder}/prompt.sdprompt`);
const times: number[] = [];
let items = 0;
for (let round = 0; round <= Number(rounds); round++) {
  for (const typed of [
    '<',
    '<lora:',
    '<lora:n',
    '<lora:neon',
    '<lora:castle',
    '<lora:neoncas',
    '<lora:zzz',
    'a, ne',
  ]) {
    const text = `masterpiece, rain, ${typed}`;
    const document = parse(text);
    const start = performance.now();
    items += complete(document, text.length, environment).items.length;
    // The first round warms up.
    if (round > 0) times.push(performance.now() - start);
  }
}
project.dispose();
console.log(JSON.stringify({ times, items, loras: environment.loras.all.length }));
