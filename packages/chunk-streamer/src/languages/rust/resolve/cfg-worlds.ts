/**
 * Configurations a crate can be built in. A predicate is the set of worlds it holds in, as a bit mask; two
 * definitions of one name are twins when their masks differ, and a reference binds to the one of its own world.
 */
interface World {
  os: 'linux' | 'windows' | 'macos' | 'wasm';
  features: 'default' | 'all' | 'none';
  test: boolean;
  /** Value of every flag that is no feature and no property of the target. */
  custom: boolean;
}

/** In order of preference: what a plain `cargo check` on Linux sees comes first. */
const WORLDS: readonly World[] = [
  { os: 'linux', features: 'default', test: false, custom: false },
  { os: 'linux', features: 'all', test: false, custom: false },
  { os: 'linux', features: 'default', test: true, custom: false },
  { os: 'linux', features: 'all', test: true, custom: false },
  { os: 'windows', features: 'all', test: false, custom: false },
  { os: 'windows', features: 'all', test: true, custom: false },
  { os: 'macos', features: 'all', test: false, custom: false },
  { os: 'macos', features: 'all', test: true, custom: false },
  { os: 'wasm', features: 'all', test: false, custom: false },
  { os: 'linux', features: 'none', test: false, custom: false },
  { os: 'linux', features: 'none', test: true, custom: false },
  { os: 'linux', features: 'all', test: false, custom: true },
  { os: 'linux', features: 'all', test: true, custom: true },
  { os: 'windows', features: 'none', test: false, custom: false },
  { os: 'wasm', features: 'none', test: false, custom: false },
];

/** Mask of an unconditional definition. */
export const ALL_WORLDS = (1 << WORLDS.length) - 1;

/** Position of the world a reference with this mask is read in. */
export function preferredWorld(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}

/** True when a plain `cargo check --tests` on Linux builds what has this mask. */
export function isBuilt(mask: number): boolean {
  return (mask & 0b101) !== 0;
}

export interface FeatureSets {
  defaults: ReadonlySet<string>;
  /** What configuration macros put on the items they are given, by name. */
  macros: ReadonlyMap<string, readonly string[]>;
}

/** Evaluates `cfg` predicates for one crate. */
export class CfgEvaluator {
  private readonly features: FeatureSets;
  private readonly masks = new Map<string, number>();

  constructor(features: FeatureSets) {
    this.features = features;
  }

  /** Worlds in which all predicates hold. */
  maskOf(predicates: readonly string[] | undefined): number {
    if (predicates === undefined) return ALL_WORLDS;
    let mask = ALL_WORLDS;
    for (const predicate of predicates) mask &= this.maskOfOne(predicate);
    return mask;
  }

  private maskOfOne(predicate: string): number {
    const known = this.masks.get(predicate);
    if (known !== undefined) return known;
    const mask = predicate.endsWith('!')
      ? this.maskOf(this.features.macros.get(predicate.slice(0, -1)))
      : evaluate(new PredicateReader(predicate), this.features);
    this.masks.set(predicate, mask);
    return mask;
  }
}

class PredicateReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** A word, `=`, a quoted value, a parenthesis or a comma; empty at the end. */
  next(): string {
    const token = this.peek();
    this.at += token.length;
    return token;
  }

  peek(): string {
    return /^(?:r?#*"[^"]*"#*|\w+|.)/su.exec(this.text.slice(this.at))?.[0] ?? '';
  }
}

function evaluate(reader: PredicateReader, features: FeatureSets): number {
  const name = reader.next();
  if (reader.peek() === '(') {
    reader.next();
    const masks: number[] = [];
    while (reader.peek() !== ')' && reader.peek() !== '') {
      masks.push(evaluate(reader, features));
      if (reader.peek() === ',') reader.next();
    }
    reader.next();
    return combine(name, masks);
  }
  if (reader.peek() !== '=') return maskWhere((world) => isFlagSet(name, world));
  reader.next();
  const value = reader.next().replace(/^[r#]*"|"#*$/g, '');
  return maskWhere((world) => hasValue({ name, value, world, features }));
}

function combine(operator: string, masks: readonly number[]): number {
  switch (operator) {
    case 'all':
      return masks.reduce((left, right) => left & right, ALL_WORLDS);
    case 'any':
      return masks.reduce((left, right) => left | right, 0);
    case 'not':
      return ALL_WORLDS & ~(masks[0] ?? 0);
    default:
      return ALL_WORLDS;
  }
}

function maskWhere(holds: (world: World) => boolean): number {
  return WORLDS.reduce((mask, world, index) => (holds(world) ? mask | (1 << index) : mask), 0);
}

function isFlagSet(name: string, world: World): boolean {
  switch (name) {
    case 'test':
      return world.test;
    case 'unix':
      return world.os === 'linux' || world.os === 'macos';
    case 'windows':
      return world.os === 'windows';
    case 'debug_assertions':
    case 'true':
    case 'panic':
      return true;
    default:
      return name !== 'false' && world.custom;
  }
}

interface ValueQuestion {
  name: string;
  value: string;
  world: World;
  features: FeatureSets;
}

const TARGETS: Record<World['os'], Record<string, readonly string[]>> = {
  linux: {
    target_os: ['linux'],
    target_family: ['unix'],
    target_arch: ['x86_64'],
    target_env: ['gnu'],
    target_vendor: ['unknown'],
  },
  windows: {
    target_os: ['windows'],
    target_family: ['windows'],
    target_arch: ['x86_64'],
    target_env: ['msvc'],
    target_vendor: ['pc'],
  },
  macos: {
    target_os: ['macos'],
    target_family: ['unix'],
    target_arch: ['aarch64'],
    target_env: [''],
    target_vendor: ['apple'],
  },
  wasm: {
    target_os: ['unknown', 'wasi'],
    target_family: ['wasm'],
    target_arch: ['wasm32'],
    target_env: [''],
    target_vendor: ['unknown'],
  },
};

const COMMON: Record<string, readonly string[]> = {
  target_endian: ['little'],
  target_has_atomic: ['8', '16', '32', '64', 'ptr'],
  panic: ['unwind'],
};

function hasValue({ name, value, world, features }: ValueQuestion): boolean {
  if (name === 'feature') {
    if (world.features === 'all') return true;
    return world.features === 'default' && features.defaults.has(value);
  }
  if (name === 'target_pointer_width') return value === (world.os === 'wasm' ? '32' : '64');
  if (name === 'target_feature') return value === 'sse2' && world.os !== 'wasm' && world.os !== 'macos';
  const values = TARGETS[world.os][name] ?? COMMON[name];
  return values === undefined ? world.custom : values.includes(value);
}
