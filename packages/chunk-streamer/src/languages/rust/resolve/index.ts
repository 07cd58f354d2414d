export type { GraphProblem } from './graph-problem.js';
export { locateModules } from './locate-modules.js';
export {
  openProgram,
  type ResolvedProgram,
  type ResolveResult,
  resolveRepository,
} from './resolve-repository.js';
