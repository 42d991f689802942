export { findExif, readGifComment } from './containers';
export { readUserComment } from './userComment';
