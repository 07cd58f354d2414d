export type { GraphProblem } from './graph-problem.js';
export { locateModules } from './locate-modules.js';
export { type ResolveResult, resolveRepository } from './resolve-repository.js';
