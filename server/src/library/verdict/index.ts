import { networkTypeOf, unmergeableType } from '../../formats/lora';
import { architectureById } from '../../shared/catalogue/architectures';
import { failure, type Problem } from '../../shared/problem';
import { checkpointFinding } from './checkpoint';
import { agrees, type Claim } from './claims';
import { findUnet, isUnet } from './dictionary';
import type { Evidence, Finding } from './evidence';
import { embeddingFacts, findOtherKind, type KindFinding } from './kind';
import { architecturesWith, findIndexed, findTextEncoder } from './textEncoders';
import { findTransformer, type TransformerFinding } from './transformers';

/** What the tensors alone say: plain data, the same for every file with the same tensor list. */
export interface Judgement {
  readonly kind: string;
  readonly networkType?: string;
  readonly finding?: Finding;
  /** Replaces the finding's words where the kind says more than the architecture. */
  readonly reason?: string;
  readonly problems: readonly Problem[];
}

/** What a file is and what for. */
export interface Verdict {
  readonly kind: string;
  readonly networkType?: string;
  /** Undefined when there is no candidate or more than one. */
  readonly architecture?: string;
  /** Size or edition of the architecture, where the tensors tell it. */
  readonly variant?: string;
  readonly candidates: readonly string[];
  readonly reason: string;
  readonly problems: readonly Problem[];
}

/** Judges the tensors, before anything that the file or anybody else says about them. */
export function judge(evidence: Evidence): Judgement {
  const other = findOtherKind(evidence);
  if (other) return judgeOther(evidence, other);
  const problems: Problem[] = [];
  const finding = findArchitecture(evidence);
  if (finding?.partial) {
    const { fits, total } = finding.partial;
    problems.push(
      failure(
        'partial-fit',
        `Only ${fits} of ${total} modules fit; the other ${total - fits} will be left out when it is merged.`,
        'Check that the file is complete and made for this base model.',
      ).problem,
    );
  }
  if (isNumbered(evidence)) {
    problems.push(
      failure(
        'numbered-modules',
        'Its modules are numbered instead of named, so nobody can tell which weights they belong to.',
        'Convert it with the program that made it, or train it anew; it cannot be merged.',
      ).problem,
    );
  }
  const networkType = typeOf(evidence);
  const unmergeable = evidence.modules
    .map(({ tensors }) => unmergeableType(Object.keys(tensors)))
    .find(Boolean);
  if (unmergeable !== undefined) {
    problems.push(
      failure(
        'network-not-merged',
        `It is of the type ${TYPE_TITLES[unmergeable] ?? unmergeable}, which is not a change of weights that can be merged here.`,
        'Convert it to a plain LoRA with the program that made it, or use another file.',
      ).problem,
    );
  }
  return {
    kind: 'lora',
    networkType,
    ...(finding && {
      finding: {
        candidates: finding.candidates,
        because: finding.because,
        ...(finding.variant !== undefined && { variant: finding.variant }),
      },
    }),
    problems,
  };
}

/**
 * Adds what is claimed: a claim (metadata, a model card, the user's own word) picks one of several candidates, stands
 * in when the tensors say nothing, and is reported when they contradict it.
 *
 * @param claims most trusted first
 */
export function settle(judgement: Judgement, claims: readonly Claim[]): Verdict {
  const { kind, networkType, finding, reason } = judgement;
  const problems = [...judgement.problems];
  const verdict = (candidates: readonly string[], words: string): Verdict => ({
    kind,
    ...(networkType !== undefined && { networkType }),
    ...(candidates.length === 1 && { architecture: candidates[0] }),
    ...(candidates.length === 1 && finding?.variant !== undefined && { variant: finding.variant }),
    candidates,
    reason: reason ?? words,
    problems,
  });

  const claim = claims[0];
  if (!finding || finding.candidates.length === 0) {
    if (!claim) return verdict([], 'Its tensors fit no architecture known here.');
    const source = `Its tensors do not tell; its ${claim.source} says "${shorten(claim.text)}".`;
    return verdict([claim.architecture], source);
  }
  const { candidates, because } = finding;
  if (candidates.length === 1) {
    const liar = claims.find(({ architecture: claimed }) => !agrees(claimed, candidates[0]!));
    if (liar) problems.push(contradiction(liar, candidates[0]!));
    // Kolors has SDXL's U-Net, so that only a claim tells its LoRAs from SDXL's.
    const closer =
      claim && architectureById(claim.architecture)?.sharesLorasWith === candidates[0] ? claim : undefined;
    if (closer) {
      const source = `${because}; its ${closer.source} says "${shorten(closer.text)}"`;
      return verdict([closer.architecture], capitalise(`${source}.`));
    }
    return verdict(candidates, capitalise(`${because}.`));
  }
  for (const { architecture, source, text } of claims) {
    if (candidates.includes(architecture)) {
      return verdict([architecture], capitalise(`${because}; its ${source} says "${shorten(text)}".`));
    }
  }
  if (claim) problems.push(contradiction(claim, candidates.join(' or ')));
  return verdict(candidates, capitalise(`${because}.`));
}

function findArchitecture(evidence: Evidence): TransformerFinding | undefined {
  const { unet, textEncoders } = evidence;
  if (isNumbered(evidence)) return findIndexed(unet, textEncoders);
  if (unet.length === 0) return findTextEncoder(textEncoders);
  // Stable Cascade's prior has blocks named as a U-Net's, so the prefix is asked first.
  const prior = unet[0]!.module.prefix.startsWith('lora_prior_');
  return isUnet(unet) && !prior ? findUnet(evidence) : withTextEncoders(findTransformer(unet), evidence);
}

/** Several architectures may share a denoiser's modules and read prompts with different text encoders. */
function withTextEncoders(
  finding: TransformerFinding | undefined,
  { textEncoders }: Evidence,
): TransformerFinding | undefined {
  if (!finding || finding.candidates.length < 2 || textEncoders.length === 0) return finding;
  const having = architecturesWith(textEncoders);
  const candidates = finding.candidates.filter((id) => having.includes(id));
  if (candidates.length === 0 || candidates.length === finding.candidates.length) return finding;
  return { ...finding, candidates, because: `${finding.because}, and its text encoder tells which` };
}

/** Names of network types as their papers write them. */
const TYPE_TITLES: Readonly<Record<string, string>> = {
  hydralora: 'HydraLoRA',
  adalora: 'AdaLoRA',
  vera: 'VeRA',
  randlora: 'RandLoRA',
  hra: 'HRA',
  vblora: 'VB-LoRA',
  shira: 'SHiRA',
  miss: 'MiSS',
  c3a: 'C3A',
  fourierft: 'FourierFT',
  bone: 'Bone',
  'ln-tuning': 'LN tuning',
};

function isNumbered({ modules }: Evidence): boolean {
  return modules.some(({ scheme }) => scheme === 'cloneofsimo');
}

/** BFL's control LoRAs widen the image input to take a second picture: more than a LoRA, said so. */
function typeOf(evidence: Evidence): string | undefined {
  // Flux.2 reads 128 channels by itself, so the width of its blocks has the last word.
  const widened =
    evidence.unet.some(({ key, dimensions }) => key === 'img_in' && dimensions.in === 128) &&
    findTransformer(evidence.unet)?.candidates.includes('flux');
  return widened ? 'control-lora' : networkTypeOf(evidence.modules, evidence.shape);
}

/** What conditions a model, and holds few weights of its kind. */
const CONDITIONING = new Set(['controlnet', 'lllite', 'ip-adapter', 't2i-adapter', 'motion-module']);

function judgeOther(evidence: Evidence, other: KindFinding): Judgement {
  const { architecture } = other.kind === 'embedding' ? embeddingFacts(evidence) : {};
  const found =
    other.kind === 'embedding'
      ? architecture === undefined
        ? undefined
        : { candidates: [architecture] }
      : checkpointFinding(evidence, !CONDITIONING.has(other.kind));
  return {
    kind: other.kind,
    ...(other.networkType !== undefined && { networkType: other.networkType }),
    ...(found && { finding: { ...found, because: other.because } }),
    reason: capitalise(`${other.because}.`),
    problems: [],
  };
}

function contradiction(claim: Claim, verdict: string): Problem {
  return failure(
    'metadata-disagrees',
    `Its metadata says ${claim.architecture} (${claim.source} is "${shorten(claim.text)}"), but its tensors are those of ${verdict}.`,
    'The tensors decide; the metadata is probably left over from a template or a merge.',
  ).problem;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
