import { networkTypeOf } from '../../formats/lora';
import { failure, type Problem } from '../../shared/problem';
import { checkpointArchitecture } from './checkpoint';
import { agrees, type Claim } from './claims';
import { type DictionaryFinding, findUnet, isUnet } from './dictionary';
import type { Evidence, Finding } from './evidence';
import { embeddingFacts, findOtherKind, type KindFinding } from './kind';
import { findIndexed, findTextEncoder } from './textEncoders';
import { findTransformer } from './transformers';

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
        `Only ${fits} of ${total} U-Net modules fit; the other ${total - fits} will be left out when it is merged.`,
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
  return {
    kind: 'lora',
    networkType: typeOf(evidence),
    ...(finding && { finding: { candidates: finding.candidates, because: finding.because } }),
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

function findArchitecture(evidence: Evidence): DictionaryFinding | undefined {
  const { unet, textEncoders } = evidence;
  if (isNumbered(evidence)) return findIndexed(unet, textEncoders);
  if (unet.length === 0) return findTextEncoder(textEncoders);
  // Stable Cascade's prior has blocks named as a U-Net's, so the prefix is asked first.
  const prior = unet[0]!.module.prefix.startsWith('lora_prior_');
  return isUnet(unet) && !prior ? findUnet(evidence) : findTransformer(unet);
}

function isNumbered({ modules }: Evidence): boolean {
  return modules.some(({ scheme }) => scheme === 'cloneofsimo');
}

/** BFL's control LoRAs widen the image input to take a second picture: more than a LoRA, said so. */
function typeOf(evidence: Evidence): string | undefined {
  const widened = evidence.unet.some(({ key, dimensions }) => key === 'img_in' && dimensions.in === 128);
  return widened ? 'control-lora' : networkTypeOf(evidence.modules, evidence.shape);
}

function judgeOther(evidence: Evidence, other: KindFinding): Judgement {
  const architecture =
    other.kind === 'embedding' ? embeddingFacts(evidence).architecture : checkpointArchitecture(evidence);
  return {
    kind: other.kind,
    ...(other.networkType !== undefined && { networkType: other.networkType }),
    ...(architecture !== undefined && { finding: { candidates: [architecture], because: other.because } }),
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
