import type { Formatter } from './formatter';
import { github } from './github';
import { json } from './json';
import { junit } from './junit';
import { sarif } from './sarif';
import { stylish } from './stylish';

export const FORMATTERS: readonly Formatter[] = [stylish, json, sarif, github, junit];
