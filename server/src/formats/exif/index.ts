export { isHeif, isJxl, readHeif, readJxl } from './boxes';
export { type Metadata, readJpeg, readWebp } from './containers';
export { readGifComment } from './gif';
export { insertExifIntoJpeg, insertExifIntoWebp } from './insert';
export { readPngExif } from './png';
export { readExifTexts } from './tags';
export { writeUserComment } from './write';
