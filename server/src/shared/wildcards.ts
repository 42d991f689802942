/** One value of a wildcard. */
export interface WildcardValue {
  readonly text: string;
  /** Written in a YAML or JSON list as `2::text`; absent where no weight is written. */
  readonly weight?: number;
}

/** Everything one name stands for. */
export interface WildcardCollection {
  /** The path below the wildcard folder, `/` between its parts. */
  readonly name: string;
  readonly values: readonly WildcardValue[];
  /** The file, and the place of the name in it where it has one: for messages and for going there. */
  readonly file?: string;
  readonly start?: number;
}

/** Values of every wildcard a pattern names; an empty list when there is none. */
export type WildcardLookup = (pattern: string) => readonly WildcardValue[];

/** Finds the names a pattern stands for. */
export type WildcardMatcher = (pattern: string) => readonly WildcardCollection[];
