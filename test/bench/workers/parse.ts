import { parse } from '../../../server/src/language/syntax/parse';
import { SHAPES } from '../support/parseShapes';

// `parse.mjs SHAPE LENGTH`: milliseconds of one parse, and of its tokens, which are made when first asked for.
const [shape = '', length = ''] = process.argv.slice(2);
const text = SHAPES[shape]!(Number(length));
const start = performance.now();
parse(text).tokens.length;
console.log(performance.now() - start);
