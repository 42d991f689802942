/** The weighted modules of one edition of an architecture. */
export interface ModuleList {
  /** Edition or size, where there are several: `dev`, `klein-4b`. */
  readonly variant?: string;
  /** Variant whose modules this one has too; its own lines come on top. */
  readonly extends?: string;
  /**
   * One module a line: path, shape of the weight, and the paths that other programs use for it, separated by spaces. A
   * number in the path may be a range (`0-18`) or a list of ranges (`0,2,4-9`); `*` in another path stands for the number
   * at the same position. A fused weight has several paths joined by `+`, in the order of their rows; they share the rows
   * equally unless their number follows after a colon.
   */
  readonly modules: string;
}

/** One line of a module list. */
export interface ModuleLine {
  readonly path: string;
  readonly shape: readonly number[];
  readonly others: readonly (readonly ModulePart[])[];
}

/** What another program calls a module, or a part of its rows. */
export interface ModulePart {
  readonly path: string;
  /** Rows of the weight that belong to it. */
  readonly rows: number;
}

/** Reads the lines of a module list. */
export function readModuleLines({ modules }: ModuleList): ModuleLine[] {
  const lines: ModuleLine[] = [];
  for (const line of modules.split('\n')) {
    if (line === '') continue;
    const [path, size, ...others] = line.split(' ');
    const shape = size!.split('x').map(Number);
    lines.push({ path: path!, shape, others: others.map((text) => readParts(text, shape[0]!)) });
  }
  return lines;
}

function readParts(text: string, total: number): ModulePart[] {
  const parts = text.split('+');
  return parts.map((part) => {
    const [path, rows] = part.split(':');
    return { path: path!, rows: rows === undefined ? total / parts.length : Number(rows) };
  });
}
