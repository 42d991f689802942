/** Reading foreign JSON: what is not of the wanted type is undefined, never an error. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The objects of a list. */
export function objectsOf(value: unknown): JsonObject[] {
  return asArray(value)
    .map(asObject)
    .filter((entry) => entry !== undefined);
}

/** The texts of a list. */
export function textsOf(value: unknown): string[] {
  return asArray(value).flatMap((entry) => asText(entry) ?? []);
}

/** The last part of a path of either kind, without the extension of a weights file. */
export function stemOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return name.replace(/\.(safetensors|sft|ckpt|pt|pth|bin|gguf)$/i, '');
}
