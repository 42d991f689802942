/**
 * Which of several readings the web UI's parser takes. Its Earley parser (lark, `ambiguity='resolve'`) keeps the reading
 * it found first, and finds them in the order in which items enter and leave a stack at every offset. Few of the items
 * matter, and what matters about them is only their order, so each offset needs constant time here. What is kept:
 *
 * - The **runs**: at every offset, where the runs of bare brackets and colons begin that reach it. An offset takes them
 *   from the last to the first and puts them back in the order taken, so that the list turns round with each character;
 *   the offset's own run joins as soon as any reading of the text so far is complete. The run taken first decides.
 * - Where among the runs the item of the innermost open bracket stands that waits for its closer, and where the item
 *   that waits for an opener: taken before all runs, it completes a reading first.
 * - The **sequence** of the innermost bracket: the places where a row of texts and brackets may begin that ends here,
 *   turning round in the same way. Only the position of the bracket's own content in it matters.
 */
export interface SearchOrder {
  /** A text up to `end`. Blanks in front of it are a token of their own, and so an offset more. */
  text(end: number, hasLeadingBlanks: boolean): void;
  /** An opening bracket. The result belongs to it, for `pair`. */
  opener(end: number): Sequence;
  /** A colon; `parts` when it may stand between two parts of the innermost bracket. */
  colon(end: number, parts: boolean): void;
  /** A bar: nothing is complete up to here until the bracket closes. */
  bar(): void;
  /** A closing bracket that completes a pair. */
  pair(end: number, form: 'switch' | 'alternate' | 'plain', outside: Sequence): void;
  /** A closing bracket that closes nothing. */
  stray(end: number): void;
  /** Where the run of bare characters begins that is preferred before the offset `end`, which follows one. */
  runBefore(end: number): number;
}

export interface Sequence {
  /** Of the start of the bracket's content. */
  readonly index: number;
  readonly length: number;
}

/** Where an item stands among the runs of an offset. */
type Place = 'front' | 'middle' | 'back';

const FRESH: Sequence = { index: 0, length: 1 };

export function createSearchOrder(length: number): SearchOrder {
  const chosen = new Int32Array(length + 1);
  let runs = createRuns(0);
  let sequence = FRESH;
  let closer: Place = 'back';
  let opener: Place = 'back';
  /** Alternations being read whose bars keep everything before them from being complete. */
  let bars = 0;

  /** Takes the runs round; the offset's own one becomes the first or the second. */
  const turn = (end: number, place: 0 | 1): void => {
    if (bars === 0) chosen[end] = runs.turn(end, place);
  };
  const afterFirstRun = (): Place => (runs.length() === 1 ? 'back' : 'middle');
  const startContent = (end: number, isFirst: boolean): void => {
    opener = isFirst ? 'front' : afterFirstRun();
    closer = opener;
    turn(end, 1);
    sequence = FRESH;
  };

  return {
    text(end, hasLeadingBlanks) {
      if (hasLeadingBlanks) sequence = turned(sequence, 1);
      sequence = turned(sequence, 1);
      if (bars === 0) runs = createRuns(end);
      closer = sequence.index === 0 ? 'front' : 'back';
      opener = 'front';
    },
    opener(end) {
      const outside = sequence;
      startContent(end, opener === 'back');
      return outside;
    },
    colon(end, parts) {
      startContent(end, parts && closer === 'back');
    },
    bar() {
      bars++;
      runs = createRuns();
      sequence = FRESH;
    },
    pair(end, form, outside) {
      const place = form === 'switch' ? 'front' : closer;
      if (form === 'alternate') bars--;
      if (runs.length() === 0) {
        sequence = turned(outside, 1);
        if (bars === 0) runs = createRuns(end);
        closer = sequence.index === 0 ? 'front' : 'back';
        opener = 'front';
      } else if (place === 'back') {
        sequence = turned(outside, 1);
        closer = sequence.index === 0 ? 'front' : 'middle';
        opener = 'front';
        turn(end, 0);
      } else {
        sequence = turned(outside, 0);
        closer = place === 'front' ? 'back' : 'middle';
        opener = afterFirstRun();
        turn(end, 1);
      }
    },
    stray(end) {
      startContent(end, false);
    },
    runBefore: (end) => chosen[end] ?? 0,
  };
}

/** The sequence after one more element: turned round, with a new start put in first or second. */
function turned({ index, length }: Sequence, place: 0 | 1): Sequence {
  const opposite = length - 1 - index;
  return { index: opposite >= place ? opposite + 1 : opposite, length: length + 1 };
}

interface Runs {
  length(): number;
  /** Turns the list round, puts a run in at index 0 or 1, and returns the one that was last before. */
  turn(start: number, place: 0 | 1): number;
}

/** A list that is turned round in constant time: two stacks, one for each end, and which of them is the front. */
function createRuns(first?: number): Runs {
  let front: number[] = [];
  let back: number[] = first === undefined ? [] : [first];
  return {
    length: () => front.length + back.length,
    turn(start, place) {
      [front, back] = [back, front];
      // Turns alternate between the ends, so an empty end means that the other holds two elements at most.
      if (front.length === 0 && back.length > 0) front.push(back.shift() as number);
      const taken = front.pop();
      if (place === 1 && taken !== undefined) front.push(start, taken);
      else if (taken !== undefined) front.push(taken, start);
      else front.push(start);
      return taken ?? start - 1;
    },
  };
}
