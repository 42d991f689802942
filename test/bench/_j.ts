import fs from 'node:fs'; import path from 'node:path';
import { splitMetadata, parseHeader } from '../../server/src/formats/safetensors';
import { structureOf } from '../../server/src/library/inspection';
import { gatherEvidence } from '../../server/src/library/verdict/evidence';
import { judge } from '../../server/src/library/verdict';
import { readHeaderBytesNow } from '../../server/src/library/fileSource';
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000};
 const root='/tmp/libbench/loras';
 const names=fs.readdirSync(root,{recursive:true}).filter((n:any)=>n.endsWith('.safetensors')).slice(0,10000) as string[];
 const seen=new Map<string,any>(); 
 for(const name of names){const f=path.join(root,name); const size=fs.statSync(f).size; const r=readHeaderBytesNow(f,{}); if(!r.ok) continue; const b=r.value as any; const k=`${b.fileSize-b.bytes.length}`; if(!seen.has(k)) seen.set(k,b); }
 console.log('structures',seen.size);
 for(let round=0;round<2;round++){
 const acc:Record<string,number>={}; const t=(k:string,f:()=>any)=>{const a=cpu();const r=f();acc[k]=(acc[k]??0)+cpu()-a;return r};
 for(const b of seen.values()){
  const h=t('parse',()=>parseHeader(b.bytes,b.fileSize)); if(!h.ok) throw 1;
  const e=t('evidence',()=>gatherEvidence(h.value.tensors));
  t('judge',()=>judge(e));
 }
 console.log(acc);
 }
