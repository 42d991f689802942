import type { ModuleList } from './moduleList';
import { anima } from './modules/anima';
import { auraflow } from './modules/auraflow';
import { bria } from './modules/bria';
import { briaFibo } from './modules/briaFibo';
import { chroma } from './modules/chroma';
import { cogview4 } from './modules/cogview4';
import { cosmosPredict2 } from './modules/cosmosPredict2';
import { ernieImage } from './modules/ernieImage';
import { flux } from './modules/flux';
import { flux2 } from './modules/flux2';
import { glmImage } from './modules/glmImage';
import { hidream } from './modules/hidream';
import { hidreamO1 } from './modules/hidreamO1';
import { hunyuanDit } from './modules/hunyuanDit';
import { hunyuanImage } from './modules/hunyuanImage';
import { hunyuanVideo } from './modules/hunyuanVideo';
import { hunyuanVideo15 } from './modules/hunyuanVideo15';
import { ideogram4 } from './modules/ideogram4';
import { kandinsky5 } from './modules/kandinsky5';
import { krea2 } from './modules/krea2';
import { longcat } from './modules/longcat';
import { ltx2 } from './modules/ltx2';
import { ltxv } from './modules/ltxv';
import { lumina2 } from './modules/lumina2';
import { mochi } from './modules/mochi';
import { newbie } from './modules/newbie';
import { omnigen2 } from './modules/omnigen2';
import { ovis } from './modules/ovis';
import { pixartAlpha } from './modules/pixartAlpha';
import { pixartSigma } from './modules/pixartSigma';
import { qwenImage } from './modules/qwenImage';
import { sana } from './modules/sana';
import { sd3 } from './modules/sd3';
import { sd35Large } from './modules/sd35Large';
import { sd35Medium } from './modules/sd35Medium';
import { wan } from './modules/wan';
import { zImage } from './modules/zImage';

/** Module lists of every architecture whose denoiser is a transformer, by id, one a variant. */
export const MODULE_LISTS: Readonly<Record<string, readonly ModuleList[]>> = {
  anima,
  auraflow,
  bria,
  'bria-fibo': briaFibo,
  chroma,
  cogview4,
  'cosmos-predict2': cosmosPredict2,
  'ernie-image': ernieImage,
  flux,
  flux2,
  'glm-image': glmImage,
  hidream,
  'hidream-o1': hidreamO1,
  'hunyuan-dit': hunyuanDit,
  'hunyuan-image': hunyuanImage,
  'hunyuan-video': hunyuanVideo,
  'hunyuan-video15': hunyuanVideo15,
  ideogram4,
  kandinsky5,
  krea2,
  longcat,
  ltx2,
  ltxv,
  lumina2,
  mochi,
  newbie,
  omnigen2,
  ovis,
  'pixart-alpha': pixartAlpha,
  'pixart-sigma': pixartSigma,
  'qwen-image': qwenImage,
  sana,
  sd3,
  'sd35-large': sd35Large,
  'sd35-medium': sd35Medium,
  wan,
  'z-image': zImage,
};
