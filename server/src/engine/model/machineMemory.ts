import { freemem, totalmem } from 'node:os';

/** Bytes of memory that this process may use. */
export interface MachineMemory {
  readonly total: number;
  readonly free: number;
}

/** What the system reports, in bytes. */
export interface MemoryReadings {
  readonly total: number;
  readonly free: number;
  /** Limit of the container (cgroup) this process runs in; 0 where there is none. */
  readonly limit: number;
  /** Resident memory of this process. */
  readonly resident: number;
}

function readSystem(): MemoryReadings {
  return {
    total: totalmem(),
    free: freemem(),
    limit: process.constrainedMemory?.() ?? 0,
    resident: process.memoryUsage.rss(),
  };
}

/**
 * The machine's memory, or that of the container this process runs in where that is less: `os.totalmem` and
 * `os.freemem` report the machine even inside a container, and the kernel kills a process above the limit. A system
 * without a limit reports 0 or a number larger than its memory.
 */
export function machineMemory(readings: MemoryReadings = readSystem()): MachineMemory {
  const { total, free, limit, resident } = readings;
  if (limit <= 0 || limit >= total) return { total, free };
  return { total: limit, free: Math.max(0, Math.min(free, limit - resident)) };
}
