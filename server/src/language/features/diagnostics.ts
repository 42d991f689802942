import type { Range } from '../../shared/range';
import type { Finding, Severity } from '../rules/rule';
import { rulePage } from '../rules/schema';

/** A finding as an editor shows it. */
export interface Diagnostic {
  readonly range: Range;
  readonly severity: Severity;
  readonly code: string;
  /** The rule's page. */
  readonly href: string;
  readonly message: string;
  /** Shown faded. */
  readonly unnecessary: boolean;
  readonly related: readonly { readonly range: Range; readonly message: string }[];
}

export function diagnosticOf(finding: Finding): Diagnostic {
  return {
    range: finding.range,
    severity: finding.severity,
    code: finding.ruleId,
    href: rulePage(finding.ruleId),
    message: finding.message,
    unnecessary: finding.unnecessary ?? false,
    related: finding.related ?? [],
  };
}
