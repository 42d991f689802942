export { type PreviewFactors, previewFactors } from './factors';
export { latentPicture } from './picture';
