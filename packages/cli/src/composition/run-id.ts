import { randomBytes } from 'node:crypto';

/** A run's name: what it is, when it began, and enough chance to be alone, e.g. `fix-20261121T084500-3fa9c1`. */
export function createRunId(road: 'fix' | 'change'): string {
  const at = new Date().toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `${road}-${at}-${randomBytes(3).toString('hex')}`;
}
