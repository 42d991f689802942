import type { EngineDefinition, ServerLibrary, ServerLora, ServerModel } from '../../shared/engines';
import { failure, type Result, success } from '../../shared/problem';
import type { HttpClient } from '../http/client';
import { asNumber, asObject, asText, type JsonObject, objectsOf, stemOf, textsOf } from '../json';
import { type FoundProgram, findProgram } from './programs';

/** Characters of one metadata text that are kept: tag frequencies of large trainings have megabytes. */
const MAX_METADATA_TEXT = 20_000;

/** A server's settings and lists, as they were read. */
export interface A1111State {
  readonly library: ServerLibrary;
  readonly settings: JsonObject;
}

/** Reads the lists of a web UI. Fails with what to start where no web UI with an API answers. */
export async function readA1111(definition: EngineDefinition, http: HttpClient): Promise<Result<A1111State>> {
  const options = await http.json('/sdapi/v1/options');
  if (!options.ok) return options.problem.code === 'engine-not-found' ? noApi(http) : options;
  const settings = asObject(options.value);
  if (settings === undefined) return notThis(http);
  const names = [
    'sd-models',
    'loras',
    'samplers',
    'schedulers',
    'upscalers',
    'latent-upscale-modes',
    'sd-vae',
    'embeddings',
    'cmd-flags',
    'memory',
  ] as const;
  const answers = await Promise.all(names.map((name) => http.json(`/sdapi/v1/${name}`)));
  const lists = Object.fromEntries(
    names.map((name, index) => {
      const answer = answers[index]!;
      return [name, answer.ok ? answer.value : undefined];
    }),
  ) as Record<(typeof names)[number], unknown>;
  // Without samplers nothing can be compared: something else answers at this address.
  if (!Array.isArray(lists.samplers)) {
    const failed = answers[names.indexOf('samplers')]!;
    return failed.ok ? notThis(http) : failed;
  }
  const found = await findProgram(http, asObject(lists['cmd-flags']) ?? {});
  return success({ settings, library: libraryOf(definition, found, lists, settings) });
}

function libraryOf(
  definition: EngineDefinition,
  found: FoundProgram,
  lists: Readonly<Record<string, unknown>>,
  settings: JsonObject,
): ServerLibrary {
  const current = asText(settings.sd_model_checkpoint);
  const namesOf = (list: unknown) => objectsOf(list).flatMap(({ name }) => asText(name) ?? []);
  const device = deviceOf(lists.memory);
  return {
    engine: definition.name,
    type: 'a1111',
    program: found.program,
    ...(found.version !== undefined && { version: found.version }),
    readAt: Date.now(),
    loras: objectsOf(lists.loras).flatMap(loraOf),
    models: objectsOf(lists['sd-models']).flatMap(modelOf),
    vaes:
      found.modules === undefined
        ? objectsOf(lists['sd-vae']).flatMap(({ model_name }) => asText(model_name) ?? [])
        : objectsOf(found.modules).flatMap(({ model_name }) => asText(model_name) ?? []),
    embeddings: embeddingsOf(lists.embeddings),
    samplers: objectsOf(lists.samplers).flatMap(({ name, aliases }) =>
      typeof name === 'string' ? [{ name, aliases: textsOf(aliases) }] : [],
    ),
    schedules: objectsOf(lists.schedulers).flatMap(({ name, label }) =>
      typeof name === 'string' ? [{ name, label: asText(label) ?? name }] : [],
    ),
    upscalers: [...namesOf(lists['latent-upscale-modes']), ...namesOf(lists.upscalers)],
    ...(current !== undefined && { currentModel: current }),
    ...(device && { device }),
  };
}

function loraOf({ name, alias, path, metadata }: JsonObject): ServerLora[] {
  const stem = asText(name) ?? (typeof path === 'string' ? stemOf(path) : undefined);
  if (stem === undefined) return [];
  const texts = Object.entries(asObject(metadata) ?? {}).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const kept = texts.filter(([, text]) => text.length <= MAX_METADATA_TEXT);
  return [
    {
      name: stem,
      file: stem,
      ...(typeof alias === 'string' && alias !== '' && alias !== stem && { alias }),
      ...(kept.length > 0 && { metadata: Object.fromEntries(kept) }),
    },
  ];
}

function modelOf({ title, model_name, hash, sha256, filename }: JsonObject): ServerModel[] {
  const file = asText(title) ?? asText(model_name);
  if (file === undefined) return [];
  const digits = asText(sha256)?.slice(0, 10) ?? asText(hash)?.slice(0, 10);
  const short = /^[0-9a-f]{10}$/i.test(digits ?? '') ? digits?.toLowerCase() : undefined;
  const source = asText(filename) ?? file.replace(/\s*\[[0-9a-f]+\]$/i, '');
  return [{ name: stemOf(source), file, ...(short !== undefined && { hash: short }) }];
}

function embeddingsOf(answer: unknown): ServerLibrary['embeddings'] {
  return Object.entries(asObject(asObject(answer)?.loaded) ?? {}).map(([name, facts]) => {
    const vectors = asNumber(asObject(facts)?.vectors);
    return { name, ...(vectors !== undefined && { vectors }) };
  });
}

function deviceOf(memory: unknown): ServerLibrary['device'] {
  const system = asObject(asObject(asObject(memory)?.cuda)?.system);
  const free = asNumber(system?.free);
  const total = asNumber(system?.total);
  return free === undefined && total === undefined
    ? undefined
    : { ...(free !== undefined && { free }), ...(total !== undefined && { total }) };
}

/** A web UI without its API answers `/internal/ping` all the same. */
async function noApi(http: HttpClient): Promise<Result<never>> {
  const ping = await http.send('/internal/ping');
  return ping.ok && ping.value.status === 200
    ? failure(
        'engine-api-off',
        `A web UI runs at ${http.url}, but its API is off.`,
        'Start it with `--api`, for example in COMMANDLINE_ARGS of webui-user.',
      )
    : notThis(http);
}

function notThis(http: HttpClient): ReturnType<typeof failure> {
  return failure(
    'engine-bad-answer',
    `What answers at ${http.url} is no web UI with an API.`,
    'Check the address and the `type` of the engine. A web UI has to be started with `--api`.',
  );
}
