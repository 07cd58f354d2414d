export {
  type EngineBehaviour,
  listReasonerCases,
  type ReasonerCapabilities,
  type ReasonerCase,
  type ScriptedEngine,
} from './reasoner-cases.js';
