import type { GenerationResult } from '../../shared/engineProtocol';
import type { MergeReport } from '../../shared/mergeReport';
import { type Result, success } from '../../shared/problem';
import { type AppliedLora, assign } from '../lora/assign';
import type { BindFailure } from '../weights/merged/outcome';
import type { LoadedModel } from './load';

/** What became of the networks of a plan. */
export interface Merged {
  readonly reports: readonly MergeReport[];
  readonly strategy: GenerationResult['strategy'];
}

/** Makes the model's weights those of the plan's networks; everything else goes back to what the model has. */
export async function bindLoras(
  model: LoadedModel,
  applied: readonly AppliedLora[],
): Promise<Result<Merged>> {
  const { unet, textEncoder, textEncoder2 } = model;
  const { changes, reports } = assign(applied, {
    unet: unet.index,
    te1: textEncoder.component.index,
    te2: textEncoder2?.component.index,
  });
  const failures: BindFailure[] = [];
  for (const [component, wanted] of [
    [textEncoder.component, changes.te1],
    [textEncoder2?.component, changes.te2],
    [unet, changes.unet],
  ] as const) {
    if (!component) continue;
    const bound = await component.bind(wanted);
    if (!bound.ok) return bound;
    failures.push(...bound.value.failures);
  }
  const final = reports.map((report, index) => withFailures(report, applied[index]!, failures));
  const none: GenerationResult['strategy'] = { name: 'none', why: 'no LoRA has any weight in this prompt' };
  const isUsed = changes.unet.size + changes.te1.size + changes.te2.size > 0;
  const strategy = isUsed ? { name: unet.choice.policy, why: unet.choice.why } : none;
  return success({ reports: final, strategy });
}

/** The report without the modules that turned out not to fit. */
export function withFailures(
  report: MergeReport,
  lora: AppliedLora,
  all: readonly BindFailure[],
): MergeReport {
  const own = all.filter((failure) => failure.lora === lora);
  if (own.length === 0) return report;
  const modules = new Set(own.map((failure) => failure.module));
  const reasons = [...new Set([...report.reasons, ...own.map((failure) => failure.reason)])].slice(0, 5);
  return { ...report, applied: report.applied - modules.size, reasons };
}
