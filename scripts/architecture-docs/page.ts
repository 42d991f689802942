import { MODULE_LISTS } from '../../server/src/formats/architectures';
import { ARCHITECTURES } from '../../server/src/shared/catalogue/architectures';

/** Text of docs/architectures.md: the table of architectures as people read it. */
export function architecturePage(): string {
  const rows = [...ARCHITECTURES]
    .sort((left, right) => (left.id < right.id ? -1 : 1))
    .map(({ id, title, encoders, draws, nativeSize }) => {
      const variants = (MODULE_LISTS[id] ?? []).flatMap(({ variant }) => variant ?? []);
      return `| \`${id}\` | ${title} | ${variants.join(', ')} | ${encoders.join(', ')} | ${nativeSize ?? ''} | ${draws ? 'yes' : 'no'} |`;
    });
  return `<!-- generated from server/src/shared/catalogue/architectures.ts by \`npm run docs\` -->

# Architectures

What LoRAs and models are recognized as, by their tensors. An id stands for one family of models that share LoRAs; it is what \`architecture\` in
\`models\` takes, and what \`sdprompt inspect\` and \`sdprompt loras --json\` print. \`variant\` is the size or edition, where the tensors tell it.

A file belongs to an architecture if every one of its modules is a module of it, with the right size, in the names of any program: the model's own code,
diffusers, kohya, PEFT, ai-toolkit, OneTrainer, SimpleTuner, musubi, LyCORIS. Where several architectures have all of them (an attention-only LoRA of
Flux.1 fits Chroma's blocks as well), the verdict is a set, and metadata picks one of the set. Where none has at least nine tenths of them, the architecture is unknown.

| id | name | variants | text encoders | native size | drawn by the built-in engine |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
