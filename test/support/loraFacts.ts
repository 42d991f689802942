import type { LoraFacts, LoraFileFacts, LoraNetworkFacts } from '../../server/src/shared/facts';

/** Facts in one list, as tests write them. */
export type LoraFields = LoraFileFacts & LoraNetworkFacts;

const NETWORK_FIELDS: Readonly<Record<keyof LoraNetworkFacts, true>> = {
  status: true,
  kind: true,
  networkType: true,
  architecture: true,
  variant: true,
  candidates: true,
  reason: true,
  family: true,
  prediction: true,
  rank: true,
  alpha: true,
  modules: true,
  triggerSource: true,
  category: true,
  trainedOn: true,
  license: true,
  vectors: true,
  problems: true,
};

/** A LoRA file that can be merged; only its name and what a test is about need to be given. */
export function loraFacts(fields: Partial<LoraFields> & Pick<LoraFields, 'name'>): LoraFacts {
  const whole = {
    relativePath: `${fields.name}.safetensors`,
    source: 'file',
    status: 'ok',
    kind: 'lora',
    candidates: [],
    reason: 'test',
    modules: {},
    triggerWords: [],
    ...fields,
  };
  const of = (isNetwork: boolean) =>
    Object.fromEntries(Object.entries(whole).filter(([field]) => field in NETWORK_FIELDS === isNetwork));
  return { file: of(false), network: of(true) } as unknown as LoraFacts;
}

/** Facts in one list, to be compared with one. */
export function fieldsOf(facts: LoraFacts | undefined): Partial<LoraFields> {
  return { ...facts?.file, ...facts?.network };
}
