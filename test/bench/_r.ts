import fs from 'node:fs'; import path from 'node:path';
import { createStructureMemo } from '../../server/src/library/structureMemo';
import { createScratch, readHeaderBytesNow } from '../../server/src/library/fileSource';
import { drawFacts } from '../../server/src/library/inspection';
const cpu=()=>{const u=process.cpuUsage();return (u.user+u.system)/1000};
 const root='/tmp/libbench/loras';
 const names=fs.readdirSync(root,{recursive:true}).filter((n:any)=>n.endsWith('.safetensors')).slice(0,10000) as string[];
 for(const mode of ['read','memo','draw','read','memo','draw']){
 const memo=createStructureMemo(); const scratch=createScratch();
 const a=cpu(), t=performance.now(); let io=0;
 for(const n of names){ const f=path.join(root,n);
  scratch.lend((buffer)=>{ const s=performance.now(); const size=fs.statSync(f).size; const r=readHeaderBytesNow(f,{scratch:buffer,size}); io+=performance.now()-s; if(!r.ok||mode==='read') return; const h=memo.read(r.value); if(!h.ok||mode==='memo') return; drawFacts(h.value.metadata,h.value.tags,h.value.structure,{}) });
 }
 console.log(mode,'cpu',(cpu()-a).toFixed(0),'clock',(performance.now()-t).toFixed(0),'io clock',io.toFixed(0));
 }
