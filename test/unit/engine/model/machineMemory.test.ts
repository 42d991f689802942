import { describe, expect, it } from 'vitest';
import { machineMemory } from '../../../../server/src/engine/model/machineMemory';

const GB = 2 ** 30;
const readings = { total: 64 * GB, free: 50 * GB, limit: 0, resident: 3 * GB };

describe('the memory this process may use', () => {
  it('is the machine’s without a limit', () => {
    expect(machineMemory(readings)).toEqual({ total: 64 * GB, free: 50 * GB });
  });

  it('is the machine’s where the system reports a limit beyond it', () => {
    const unlimited = { ...readings, limit: 2 ** 63 };
    expect(machineMemory(unlimited)).toEqual({ total: 64 * GB, free: 50 * GB });
  });

  it('is the container’s, less what this process holds already', () => {
    expect(machineMemory({ ...readings, limit: 8 * GB })).toEqual({ total: 8 * GB, free: 5 * GB });
  });

  it('is no more than what the machine has free', () => {
    const busy = { ...readings, limit: 8 * GB, free: GB };
    expect(machineMemory(busy)).toEqual({ total: 8 * GB, free: GB });
  });

  it('has nothing free above the limit', () => {
    const over = { ...readings, limit: 2 * GB };
    expect(machineMemory(over)).toEqual({ total: 2 * GB, free: 0 });
  });

  it('is read from the system by default', () => {
    const { total, free } = machineMemory();
    expect(total).toBeGreaterThan(0);
    expect(free).toBeLessThanOrEqual(total);
  });
});
