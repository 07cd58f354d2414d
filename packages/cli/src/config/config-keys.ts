/** Where a value came from, strongest first. */
export type ConfigSource = 'flag' | 'env' | 'repository' | 'user' | 'default';

/** One setting: the option it fills, and who may choose it. */
export interface ConfigKey {
  /** As written in a file: `search.limit` is `limit` in the table `[search]`. */
  key: string;
  /** Undefined for an option of every verb. */
  verb?: string;
  /** Attribute name of the option the value fills. */
  option: string;
  type: 'count' | 'flag' | 'text' | 'list';
  /** The texts that are a value; every text where there are none. */
  choices?: readonly string[];
  /** Whether the file of a repository may choose it: never an executable, a model, money or a place on this machine. */
  isRepositoryChoice: boolean;
  what: string;
}

/** Every setting, in the order `parseltongue config` shows them. */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  { key: 'quiet', option: 'quiet', type: 'flag', isRepositoryChoice: false, what: 'no progress on stderr' },
  {
    key: 'verbose',
    option: 'verbose',
    type: 'flag',
    isRepositoryChoice: false,
    what: 'causes and timings on stderr',
  },
  { key: 'color', option: 'color', type: 'flag', isRepositoryChoice: false, what: 'colors on a terminal' },
  { key: 'input', option: 'input', type: 'flag', isRepositoryChoice: false, what: 'questions on a terminal' },
  {
    key: 'state-dir',
    option: 'stateDir',
    type: 'text',
    isRepositoryChoice: false,
    what: 'where the CodeGraph and run logs are kept',
  },
  {
    key: 'daemon',
    option: 'daemon',
    type: 'flag',
    isRepositoryChoice: false,
    what: 'use the daemon of the repository',
  },
  {
    key: 'analyzer',
    option: 'analyzer',
    type: 'flag',
    isRepositoryChoice: false,
    what: 'ask rust-analyzer in gate T2',
  },
  {
    key: 'confine',
    option: 'confine',
    type: 'flag',
    isRepositoryChoice: false,
    what: 'keep builds and tests inside bubblewrap where it works',
  },
  {
    key: 'allow-network',
    option: 'allowNetwork',
    type: 'flag',
    isRepositoryChoice: false,
    what: 'let cargo download what is missing',
  },
  {
    key: 'index.workers',
    verb: 'index',
    option: 'workers',
    type: 'count',
    isRepositoryChoice: true,
    what: 'parser threads',
  },
  {
    key: 'index.max-file-bytes',
    verb: 'index',
    option: 'maxFileBytes',
    type: 'count',
    isRepositoryChoice: true,
    what: 'larger files are skipped',
  },
  {
    key: 'search.limit',
    verb: 'search',
    option: 'limit',
    type: 'count',
    isRepositoryChoice: true,
    what: 'most rows of a search',
  },
  {
    key: 'search.budget',
    verb: 'search',
    option: 'budget',
    type: 'count',
    isRepositoryChoice: true,
    what: 'most tokens of a search',
  },
  {
    key: 'map.budget',
    verb: 'map',
    option: 'budget',
    type: 'count',
    isRepositoryChoice: true,
    what: 'most tokens of a map',
  },
  {
    key: 'impact.depth',
    verb: 'impact',
    option: 'depth',
    type: 'count',
    isRepositoryChoice: true,
    what: 'steps an impact follows',
  },
  {
    key: 'impact.budget',
    verb: 'impact',
    option: 'budget',
    type: 'count',
    isRepositoryChoice: true,
    what: 'most tokens of an impact',
  },
  {
    key: 'summarize.model',
    verb: 'summarize',
    option: 'model',
    type: 'text',
    isRepositoryChoice: false,
    what: 'local model that improves summaries',
  },
  {
    key: 'fix.clippy',
    verb: 'fix',
    option: 'clippy',
    type: 'flag',
    isRepositoryChoice: true,
    what: 'clippy suggestions in fix',
  },
  {
    key: 'fix.attempts',
    verb: 'fix',
    option: 'attempts',
    type: 'count',
    isRepositoryChoice: true,
    what: 'strategies before fix gives up',
  },
  {
    key: 'fix.commit',
    verb: 'fix',
    option: 'commit',
    type: 'flag',
    isRepositoryChoice: true,
    what: 'commit what fix applied',
  },
  {
    key: 'change.reasoner',
    verb: 'change',
    option: 'reasoner',
    type: 'text',
    isRepositoryChoice: false,
    what: 'who proposes a change',
  },
  {
    key: 'change.model',
    verb: 'change',
    option: 'model',
    type: 'text',
    isRepositoryChoice: false,
    what: 'model of the reasoner',
  },
  {
    key: 'change.exec',
    verb: 'change',
    option: 'exec',
    type: 'list',
    isRepositoryChoice: false,
    what: 'program of the command reasoner or the agent',
  },
  {
    key: 'change.base-url',
    verb: 'change',
    option: 'baseUrl',
    type: 'text',
    isRepositoryChoice: false,
    what: 'server of the openai reasoner',
  },
  {
    key: 'change.scan-model',
    verb: 'change',
    option: 'scanModel',
    type: 'text',
    isRepositoryChoice: false,
    what: 'GGUF file that runs scan tasks',
  },
  {
    key: 'change.commit',
    verb: 'change',
    option: 'commit',
    type: 'flag',
    isRepositoryChoice: true,
    what: 'commit what change applied',
  },
  {
    key: 'apply.commit',
    verb: 'apply',
    option: 'commit',
    type: 'flag',
    isRepositoryChoice: true,
    what: 'commit what apply wrote',
  },
  {
    key: 'pr.merge',
    verb: 'pr',
    option: 'merge',
    type: 'text',
    choices: ['never', 'when_green'],
    isRepositoryChoice: false,
    what: 'when a pull request is merged',
  },
  {
    key: 'pr.merge-method',
    verb: 'pr',
    option: 'mergeMethod',
    type: 'text',
    choices: ['merge', 'squash', 'rebase'],
    isRepositoryChoice: true,
    what: 'how it is merged',
  },
  {
    key: 'pr.merge-deadline',
    verb: 'pr',
    option: 'mergeDeadline',
    type: 'count',
    isRepositoryChoice: true,
    what: 'minutes its checks may take',
  },
  {
    key: 'daemon.idle-seconds',
    verb: 'daemon',
    option: 'idleSeconds',
    type: 'count',
    isRepositoryChoice: false,
    what: 'how long a daemon without clients lives',
  },
];

/** `search.limit` is `PARSELTONGUE_SEARCH_LIMIT`. */
export function envNameOf(key: string): string {
  return `PARSELTONGUE_${key.replace(/[.-]/g, '_').toUpperCase()}`;
}
