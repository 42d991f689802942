import { ruleSchema } from '../../language/rules/schema';
import { type Schema, SETTINGS } from './settings';

/**
 * The JSON schema of `sdprompt.config.json`. `media/schemas/sdprompt.config.schema.json` is this, written out; a test
 * fails when the file is stale.
 */
export function configSchema(): Schema {
  const properties: Record<string, Schema> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    properties[name] = { description: setting.description, ...setting.schema };
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'sdprompt configuration',
    description: 'Settings of the sdprompt language server and command line for the files below a folder.',
    type: 'object',
    properties,
    additionalProperties: false,
    definitions: { rules: ruleSchema() as Schema },
  };
}
