/** What a model is used for: `nanite` for small summaries and edits, `mid` for richer reasoning. */
export type ModelRole = 'nanite' | 'mid';

/**
 * Figures nobody has measured for this project: plan with them, then measure.
 *
 * Sizes and speeds are for 4-bit weights on a 16 GB laptop; null where no estimate exists.
 */
export interface ModelEstimates {
  basis: 'estimate';
  fileGigabytes: number | null;
  prefillTokensPerSecond: number | null;
  decodeTokensPerSecond: number | null;
  /** Copies that fit into 9 GB when each one holds its own weights. */
  agentsIn9Gigabytes: number | null;
}

/** One row of the model table. */
export interface ModelEntry {
  id: string;
  name: string;
  aliases: readonly string[];
  /** As `general.architecture` of its GGUF file says it. */
  architecture: string;
  parameters: number;
  quantization: 'Q4_K_M';
  role: ModelRole;
  license: string;
  /** Whether the license is an approved open-source license; the others restrict use. */
  isOpenSource: boolean;
  /** Half-precision key-value bytes a token, from the published shape; 0 for recurrent models, null where layers differ. */
  kvBytesPerToken: number | null;
  estimates: ModelEstimates;
  /** Digest of the weights; null means unverified: nothing is installed by this row without the user's trust. */
  sha256: string | null;
}

/** The model that is used when nobody chooses one. */
export const DEFAULT_MODEL_ID = 'qwen2.5-coder-1.5b';

const APACHE = { license: 'Apache-2.0', isOpenSource: true };
const GEMMA = { license: 'Gemma Terms of Use', isOpenSource: false };

/** All known models, small ones first. */
export const MODEL_TABLE: readonly ModelEntry[] = [
  row('smollm2-135m', 'SmolLM2 135M', {
    architecture: 'llama',
    parameters: 135e6,
    kv: 23_040,
    seed: [0.5, 900, 300, 14],
    ...APACHE,
  }),
  row('gemma-3-270m', 'Gemma 3 270M', {
    architecture: 'gemma3',
    parameters: 270e6,
    kv: 18_432,
    seed: [0.8, 420, 140, 9],
    ...GEMMA,
  }),
  row('qwen2.5-coder-0.5b', 'Qwen2.5-Coder 0.5B', {
    architecture: 'qwen2',
    parameters: 494e6,
    kv: 12_288,
    seed: [0.3, 660, 220, 22],
    ...APACHE,
  }),
  row('olmo-1b', 'OLMo 1B', {
    architecture: 'olmo',
    parameters: 1.18e9,
    kv: 131_072,
    seed: [0.6, 540, 180, 12],
    ...APACHE,
  }),
  row('openelm-1.1b', 'OpenELM 1.1B', {
    architecture: 'openelm',
    parameters: 1.08e9,
    kv: null,
    seed: [0.7, 510, 170, 11],
    license: 'Apple Sample Code License',
    isOpenSource: false,
  }),
  row('qwen2.5-coder-1.5b', 'Qwen2.5-Coder 1.5B', {
    architecture: 'qwen2',
    parameters: 1.54e9,
    kv: 28_672,
    seed: [0.9, 450, 150, 8],
    ...APACHE,
  }),
  row('rwkv-6-1.6b', 'RWKV 6 World 1.6B', {
    architecture: 'rwkv6',
    parameters: 1.6e9,
    kv: 0,
    seed: [0.9, 480, 160, 8],
    ...APACHE,
  }),
  row('gemma-2b', 'Gemma 2B', {
    architecture: 'gemma',
    parameters: 2.51e9,
    kv: 18_432,
    seed: [1.2, 360, 120, 5],
    ...GEMMA,
  }),
  row('minicpm-2b', 'MiniCPM 2B', {
    architecture: 'minicpm',
    parameters: 2.72e9,
    kv: 368_640,
    seed: [1.2, 360, 120, 5],
    license: 'MiniCPM Model License',
    isOpenSource: false,
  }),
  row('starcoder2-3b', 'StarCoder2 3B', {
    architecture: 'starcoder2',
    parameters: 3.03e9,
    kv: 30_720,
    seed: [1.8, 300, 100, 3],
    license: 'BigCode OpenRAIL-M',
    isOpenSource: false,
  }),
  row('phi-3-mini', 'Phi-3-mini 3.8B', {
    architecture: 'phi3',
    parameters: 3.82e9,
    kv: 393_216,
    seed: [2.2, 210, 70, 3],
    license: 'MIT',
    isOpenSource: true,
  }),
  row('qwen2.5-7b', 'Qwen2.5 7B', {
    architecture: 'qwen2',
    parameters: 7.62e9,
    kv: 57_344,
    seed: [4.5, 50, 20, 1],
    role: 'mid',
    ...APACHE,
  }),
  row('qwen2.5-coder-7b', 'Qwen2.5-Coder 7B', {
    architecture: 'qwen2',
    parameters: 7.62e9,
    kv: 57_344,
    seed: [null, null, null, null],
    role: 'mid',
    ...APACHE,
  }),
];

/** Finds a model by its id or an alias, without regard to case; null when the table holds none. */
export function findModel(name: string): ModelEntry | null {
  const wanted = name.toLowerCase();
  return MODEL_TABLE.find((entry) => entry.id === wanted || entry.aliases.includes(wanted)) ?? null;
}

interface RowFacts {
  architecture: string;
  parameters: number;
  kv: number | null;
  /** File in GB, prefill and decode in tokens a second, copies in 9 GB. */
  seed: readonly [number | null, number | null, number | null, number | null];
  role?: ModelRole;
  license: string;
  isOpenSource: boolean;
}

function row(id: string, name: string, facts: RowFacts): ModelEntry {
  const [fileGigabytes, prefillTokensPerSecond, decodeTokensPerSecond, agentsIn9Gigabytes] = facts.seed;
  const { architecture, isOpenSource, kv, license, parameters, role = 'nanite' } = facts;
  return {
    id,
    name,
    aliases: [name.toLowerCase(), id.replace('coder-', 'coder:')].filter((alias) => alias !== id),
    architecture,
    parameters,
    quantization: 'Q4_K_M',
    role,
    license,
    isOpenSource,
    kvBytesPerToken: kv,
    estimates: {
      basis: 'estimate',
      fileGigabytes,
      prefillTokensPerSecond,
      decodeTokensPerSecond,
      agentsIn9Gigabytes,
    },
    sha256: null,
  };
}
