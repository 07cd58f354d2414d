export { type ApplyOptions, type ApplyOutcome, applyProposal, type ChangedFile } from './apply-proposal.js';
export { readLeftover } from './read-leftover.js';
export { type RecoveryReport, recoverJournal } from './recover-journal.js';
export type { FileConflict } from './roll-back.js';
export type { ApplyEvent, FaultPoint } from './step.js';
export type { VerifyResult } from './transaction.js';
export { type UndoOptions, type UndoOutcome, undoLast } from './undo-last.js';
