import fs from 'node:fs'; import path from 'node:path';
import { splitMetadata } from '../../server/src/formats/safetensors';
import { WANTED_METADATA, drawFacts, structureOf } from '../../server/src/library/inspection';
import { createStructureMemo } from '../../server/src/library/structureMemo';
import { readHeaderBytesNow } from '../../server/src/library/fileSource';
import { triggersFromTags } from '../../server/src/library/metadata/tags';
import { createSharing } from '../../server/src/library/common';
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000};
export async function run(){
 const root='/tmp/libbench/loras';
 const names=fs.readdirSync(root,{recursive:true}).filter((n:any)=>n.endsWith('.safetensors')).slice(0,3000) as string[];
 const heads=[] as Uint8Array[]; let total=0;
 const acc:Record<string,number>={}; const t=(k:string,f:()=>any)=>{const a=cpu();const r=f();acc[k]=(acc[k]??0)+cpu()-a;return r};
 const memo=createStructureMemo(); const scratch=Buffer.allocUnsafeSlow(640<<10); const sharing=createSharing();
 const n=names.length;
 const bufs:{bytes:Buffer,fileSize:number}[]=[];
 for(const name of names.slice(0,500)){const r=readHeaderBytesNow(path.join(root,name)); if(r.ok) bufs.push(r.value as any)}
 const N=bufs.length;
 for(let round=0;round<3;round++){
 for(const k of Object.keys(acc)) delete acc[k];
 let meta=0;
 t('split',()=>{for(const b of bufs){const s=splitMetadata(b.bytes,WANTED_METADATA)!; meta+=b.bytes.length-s.rest.length}});
 const memo=createStructureMemo();
 const read=t('memo',()=>bufs.map(b=>{const r=memo.read(b); if(!r.ok) throw 1; return r.value}));
 const read2=t('memo again',()=>bufs.map(b=>{const r=memo.read(b); if(!r.ok) throw 1; return r.value}));
 t('tags',()=>{for(const r of read) triggersFromTags(r.metadata)});
 const drawn=t('draw (incl tags)',()=>read.map(r=>drawFacts(r.metadata,r.structure,{})));
 t('share',()=>{for(const d of drawn) sharing.common({...d,status:'ok',category:undefined,problems:undefined} as any)});
 t('detach',()=>{for(const d of drawn) JSON.parse(JSON.stringify({a:d.description,t:d.triggerWords,path:'/tmp/x/y'}))});
 console.log('meta bytes',meta/N,'structures',new Set(read.map(r=>r.structure)).size);
 for(const [k,v] of Object.entries(acc)) console.log(k.padEnd(20),(v/N*1000).toFixed(1),'us per file');
 }
 return 0;
}
