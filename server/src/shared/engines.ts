/** Programs that draw pictures. `local` is the built-in engine. */
export const ENGINE_TYPES = ['local', 'a1111', 'comfyui', 'swarmui'] as const;
export type EngineType = (typeof ENGINE_TYPES)[number];

/** The engine that is always there, whatever the machine defines. */
export const LOCAL_ENGINE = 'local';

/** One entry of the machine's `engines.json`, checked. It holds no secret. */
export interface EngineDefinition {
  readonly name: string;
  readonly type: EngineType;
  /** `http://` or `https://`, without credentials and without a slash at the end; absent for `local`. */
  readonly url?: string;
}

/** What an engine says of one picture, beside the picture. */
export interface EngineReport {
  readonly name: string;
  readonly type: EngineType;
  /** The program that answered, `AUTOMATIC1111` for example. */
  readonly program?: string;
  readonly version?: string;
  /** The checkpoint that drew, as the server names it. */
  readonly checkpoint?: string;
  /** What was drawn otherwise than the plan asked for, one sentence each. */
  readonly differences: readonly string[];
}

/** The program behind an address: servers of one protocol differ in what they take and in what they drop. */
export type ServerProgram =
  | 'a1111'
  | 'forge'
  | 'forge-neo'
  | 'reforge'
  | 'sdnext'
  | 'sdcpp'
  | 'comfyui'
  | 'swarmui';

/** A LoRA file on a server. */
export interface ServerLora {
  /** File stem without folders. */
  readonly name: string;
  /** The name that the server takes: a stem (A1111 family) or a path with extension and the server's own separators. */
  readonly file: string;
  /** `ss_output_name`, under which the A1111 family finds it, too. */
  readonly alias?: string;
  /** Texts of the file's header, where the server tells them. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A checkpoint on a server. */
export interface ServerModel {
  /** File stem without folders. */
  readonly name: string;
  /** The name that the server takes. */
  readonly file: string;
  /** First ten digits of the file's SHA-256, where the server has computed it. */
  readonly hash?: string;
  readonly architecture?: string;
}

/** What a server has: names to complete, to check a plan against and to resolve it with. Plain JSON, cached on disk. */
export interface ServerLibrary {
  /** Name of the engine in `engines.json`. */
  readonly engine: string;
  readonly type: EngineType;
  readonly program: ServerProgram;
  readonly version?: string;
  /** When it was read, milliseconds since the epoch. */
  readonly readAt: number;
  readonly loras: readonly ServerLora[];
  readonly models: readonly ServerModel[];
  readonly vaes: readonly string[];
  readonly embeddings: readonly { readonly name: string; readonly vectors?: number }[];
  readonly samplers: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** Names as infotexts write them (`Karras`), and as the server's requests take them. */
  readonly schedules: readonly { readonly label: string; readonly name: string }[];
  readonly upscalers: readonly string[];
  /** The checkpoint that is loaded, as in `models[].file`. */
  readonly currentModel?: string;
  /** Name of the graphics card, and free and whole memory in bytes, where the server tells. */
  readonly device?: { readonly name?: string; readonly free?: number; readonly total?: number };
  /** How many pictures the server draws at once. Default 1. */
  readonly capacity?: number;
  /** ComfyUI: the node classes that a graph may use, of those that are asked for. */
  readonly nodes?: readonly string[];
}
