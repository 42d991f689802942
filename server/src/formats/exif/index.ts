export { findExif, readGifComment } from './containers';
export { insertExifIntoJpeg, insertExifIntoWebp } from './insert';
export { readUserComment } from './userComment';
export { writeUserComment } from './write';
