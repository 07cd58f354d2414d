export type { GraphProblem, GraphProblemCode } from './graph-problem.js';
export { locateModules, type ModulePlace } from './locate-modules.js';
export { type ResolveResult, resolveRepository } from './resolve-repository.js';
