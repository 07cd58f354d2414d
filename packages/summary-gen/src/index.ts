export { SummaryError, type SummaryErrorCode, type SummaryErrorDetails } from './errors.js';
export type { Neighbours } from './neighbours.js';
export type { ChildRow } from './rules/rule.js';
export { type RowSurroundings, summarizeRow } from './rules/summarize-row.js';
export { collectVocabulary, findInventedWords } from './vocabulary.js';
export { isClosedWord } from './words/closed-words.js';
