export type { GraphProblem } from './graph-problem.js';
export { locateModules } from './locate-modules.js';
export { directoryOf, type ManifestText, readPackages } from './manifest.js';
export {
  openProgram,
  type ResolvedProgram,
  type ResolveResult,
  resolveRepository,
} from './resolve-repository.js';
export { parseStandardLibrary } from './std/parse-standard-library.js';
