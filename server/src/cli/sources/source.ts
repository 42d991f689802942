import type { RuleFinding } from '../../language/rules/rule';

/**
 * A file that holds prompts: `.sdprompt` is one prompt document, a Markdown page may hold several, a picture carries one
 * in its metadata.
 */
export interface Source {
  /** The byte order mark in front of the text, or nothing. Places count from behind it, as in editors. */
  readonly mark: string;
  /** What places are counted in: the file's text, or the text that a picture carries. */
  readonly text: string;
  readonly parts: readonly Part[];
  /** What keeps the file, or a part of it, from being read by its program. */
  readonly findings?: readonly RuleFinding[];
  /** The parts are pieces of prompts: a bracket or tag may be closed by what stands around it there. */
  readonly isFragments?: boolean;
}

/** A stretch of a source that is a prompt document of its own. */
export interface Part {
  readonly text: string;
  /** Where the part begins in the source when it stands there character by character: only then can it be rewritten. */
  readonly start?: number;
  /** The place in the source of a place in the part. */
  outer(offset: number): number;
}

/** The whole file with some of its parts rewritten; parts that cannot be are left as they are. */
export function rewrite(source: Source, texts: readonly string[]): string {
  let result = '';
  let position = 0;
  for (const [index, part] of source.parts.entries()) {
    const text = texts[index];
    if (part.start === undefined || text === undefined || text === part.text) continue;
    result += source.text.slice(position, part.start) + text;
    position = part.start + part.text.length;
  }
  return source.mark + result + source.text.slice(position);
}

/** A part that is its source from end to end. */
export function wholePart(text: string): Part {
  return { text, start: 0, outer: (offset) => offset };
}

/** A run of characters that a part takes over from its source. */
export interface Segment {
  /** Offset in the source. */
  readonly start: number;
  readonly text: string;
  /** The text is not in the source: every place in it is at `start`. */
  readonly isAdded?: boolean;
}

/** A part glued together from runs of the source; a place between two runs belongs to the later one. */
export function gluedPart(segments: readonly Segment[]): Part {
  const starts: number[] = [];
  let text = '';
  for (const segment of segments) {
    starts.push(text.length);
    text += segment.text;
  }
  return {
    text,
    outer(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      const segment = segments[low];
      if (!segment) return 0;
      return segment.isAdded
        ? segment.start
        : segment.start + Math.min(offset - (starts[low] ?? 0), segment.text.length);
    },
  };
}
