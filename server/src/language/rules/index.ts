import { ambiguousLora } from './ambiguousLora';
import { andInWords } from './andInWords';
import { attentionWeight } from './attentionWeight';
import { bareWeight } from './bareWeight';
import { booruParentheses } from './booruParentheses';
import { bracketNumber } from './bracketNumber';
import { breakInBrackets } from './breakInBrackets';
import { commentEatsText } from './commentEatsText';
import { duplicateLora } from './duplicateLora';
import { duplicateNegative } from './duplicateNegative';
import { duplicateTag } from './duplicateTag';
import { dynamicTemplate } from './dynamicTemplate';
import { embeddingAtChunkEnd } from './embeddingAtChunkEnd';
import { emptyTag } from './emptyTag';
import { foreignWeight } from './foreignWeight';
import { fullWidthPunctuation } from './fullWidthPunctuation';
import { infotextWouldNotParse } from './infotextWouldNotParse';
import { internalRuleError } from './internalRuleError';
import { invalidParameter } from './invalidParameter';
import { leftoverTriggerWord } from './leftoverTriggerWord';
import { lockfileMismatch } from './lockfileMismatch';
import { loraArchitecture } from './loraArchitecture';
import { loraInNegative } from './loraInNegative';
import { loraInSchedule } from './loraInSchedule';
import { loraNameUnwritable } from './loraNameUnwritable';
import { loraWeight } from './loraWeight';
import { missingTriggerWord } from './missingTriggerWord';
import { nestingTooDeep } from './nestingTooDeep';
import { oneBadWeightDisablesAll } from './oneBadWeightDisablesAll';
import { overcookedStack } from './overcookedStack';
import { portability } from './portability';
import type { Rule } from './rule';
import { scheduleDisabled } from './scheduleDisabled';
import { scheduleNeverSwitches } from './scheduleNeverSwitches';
import { slashComment } from './slashComment';
import { suspiciousWeight } from './suspiciousWeight';
import { tokenBudget } from './tokenBudget';
import { unbalancedBracket } from './unbalancedBracket';
import { unclosedTag } from './unclosedTag';
import { unknownEmbedding } from './unknownEmbedding';
import { unknownLora } from './unknownLora';
import { unknownModel } from './unknownModel';
import { unknownParameter } from './unknownParameter';
import { unknownSuppression } from './unknownSuppression';
import { unknownTagType } from './unknownTagType';
import { unknownWildcard } from './unknownWildcard';
import { unparsedParameter } from './unparsedParameter';
import { unreadableFile } from './unreadableFile';
import { unreadableLora } from './unreadableLora';
import { unusedSuppression } from './unusedSuppression';
import { uselessEscape } from './uselessEscape';

/** Every rule, in the order of the documentation. Ids are never reused for another meaning. */
export const RULES: readonly Rule[] = [
  unclosedTag,
  emptyTag,
  unknownTagType,
  unbalancedBracket,
  nestingTooDeep,
  duplicateNegative,
  unknownLora,
  ambiguousLora,
  duplicateLora,
  unreadableLora,
  loraArchitecture,
  loraWeight,
  overcookedStack,
  oneBadWeightDisablesAll,
  loraInNegative,
  loraInSchedule,
  loraNameUnwritable,
  missingTriggerWord,
  leftoverTriggerWord,
  attentionWeight,
  suspiciousWeight,
  bareWeight,
  booruParentheses,
  foreignWeight,
  bracketNumber,
  breakInBrackets,
  scheduleDisabled,
  scheduleNeverSwitches,
  commentEatsText,
  slashComment,
  andInWords,
  uselessEscape,
  fullWidthPunctuation,
  duplicateTag,
  tokenBudget,
  embeddingAtChunkEnd,
  infotextWouldNotParse,
  unparsedParameter,
  unknownParameter,
  invalidParameter,
  unknownModel,
  unknownEmbedding,
  unknownWildcard,
  dynamicTemplate,
  unreadableFile,
  portability,
  lockfileMismatch,
  unusedSuppression,
  unknownSuppression,
  internalRuleError,
].map((rule) => rule as Rule);
