import { locateGit } from '../git/git-layout.js';
import type { TreeContext } from '../git/tree-context.js';
import { loadJournal } from './journal.js';
import { nameJournalHome } from './journal-home.js';

/** One sentence about a change that was interrupted and not yet recovered; undefined when there is none. Only reads. */
export async function readLeftover(context: TreeContext): Promise<string | undefined> {
  const journal = await loadJournal(nameJournalHome(await locateGit(context)));
  if (journal === null) return undefined;
  return `The change "${journal.title}" (${journal.kind}, ${journal.files.length} files) was interrupted while ${journal.state}`;
}
