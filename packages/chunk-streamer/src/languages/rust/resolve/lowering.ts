import { Node } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import { genericArguments, isGlobalPath, listAt, type PathSegment, segmentsOf } from './code-reader.js';
import { type Definition, type External, Ns, type Resolved, type Scope, type SourceFile } from './model.js';
import type { Names } from './names.js';
import type { StandardLibrary } from './standard-library.js';
import {
  freshVar,
  NEVER,
  type ParamType,
  primitive,
  projectionOf,
  referenceTo,
  type Substitution,
  substitute,
  type TraitRef,
  type Type,
  traitRef,
  UNIT,
  UNKNOWN,
} from './types.js';

/** Aliases of aliases: nothing is known behind a longer chain. */
const MAX_ALIAS_DEPTH = 100;

/** Where a type is written: what its names mean. */
export interface TypeEnv {
  file: SourceFile;
  scope: Scope;
  mask: number;
  /** Definition whose generics are in scope, its owner's included. */
  def: Definition | undefined;
  self: Type | null;
  /** What `_` and left-out arguments become: variables in bodies, nothing known in signatures. */
  infer: boolean;
  /** Receives a parameter for every `impl Trait` of an argument; absent where `impl Trait` hides a type. */
  implParams?: ParamType[];
}

/** Turns type nodes into types. */
export class Lowering {
  readonly names: Names;
  readonly std: StandardLibrary;
  private readonly params = new Map<Definition, ParamType[]>();
  private readonly selfParams = new Map<Definition, ParamType>();
  private readonly aliases = new Map<Definition, Type>();
  private aliasDepth = 0;

  constructor(names: Names, std: StandardLibrary) {
    this.names = names;
    this.std = std;
  }

  /** The generic parameters a definition declares itself, constants included. */
  paramsOf(def: Definition): ParamType[] {
    if (def.kind === 'variant' && def.owner !== undefined) return this.paramsOf(def.owner);
    let params = this.params.get(def);
    if (params === undefined) {
      params = (def.fact.generics ?? []).map(({ name }) => ({ k: 'param', name, owner: def, bounds: [] }));
      this.params.set(def, params);
    }
    return params;
  }

  /** `Self` of a trait. */
  selfParamOf(trait: Definition): ParamType {
    let param = this.selfParams.get(trait);
    if (param === undefined) {
      param = { k: 'param', name: 'Self', owner: trait, bounds: [] };
      this.selfParams.set(trait, param);
    }
    return param;
  }

  /** What types mean inside a definition's own signature. */
  envOf(def: Definition, infer = false): TypeEnv {
    return { file: def.file, scope: def.scope, mask: def.mask, def, self: this.selfTypeOf(def), infer };
  }

  /** What `Self` means in a definition; null outside of types, traits and impls. */
  selfTypeOf(def: Definition): Type | null {
    switch (def.kind) {
      case 'trait':
        return this.selfParamOf(def);
      case 'impl':
        return this.implSelf(def);
      case 'struct':
      case 'enum':
      case 'union':
        return { k: 'adt', def, args: this.paramsOf(def) };
      default:
        return def.owner === undefined ? null : this.selfTypeOf(def.owner);
    }
  }

  /** The type an impl is for. */
  implSelf(impl: Definition): Type {
    const known = this.aliases.get(impl);
    if (known !== undefined) return known;
    this.aliases.set(impl, UNKNOWN);
    const env: TypeEnv = {
      file: impl.file,
      scope: impl.scope,
      mask: impl.mask,
      def: impl,
      self: null,
      infer: false,
    };
    const type = impl.fact.type === undefined ? UNKNOWN : this.lower(impl.fact.type, env);
    this.aliases.set(impl, type);
    return type;
  }

  /** The type a type node stands for. */
  lower(node: number, env: TypeEnv): Type {
    const { code } = env.file.facts;
    switch (code[node]) {
      case Node.path:
        return this.lowerPath(node, env);
      case Node.qpath:
        return this.lowerQualified(node, env);
      case Node.typeRef:
        return referenceTo(this.lower(numberAt(code, node + 3), env), code[node + 2] === 1);
      case Node.typePtr:
        return { k: 'ptr', inner: this.lower(numberAt(code, node + 3), env) };
      case Node.typeTuple:
        return {
          k: 'tuple',
          items: this.lowerAll(listAt(env.file, node + 3, numberAt(code, node + 2)), env),
        };
      case Node.typeSlice:
        return { k: 'slice', item: this.lower(numberAt(code, node + 2), env) };
      case Node.typeArray:
        return { k: 'array', item: this.lower(numberAt(code, node + 2), env) };
      case Node.typeFn:
        return this.lowerFn(node, env);
      case Node.typeDyn:
        return {
          k: 'dyn',
          bounds: this.lowerBounds(listAt(env.file, node + 3, numberAt(code, node + 2)), env),
        };
      case Node.typeImpl:
        return this.lowerImplTrait(node, env);
      case Node.typeNever:
        return NEVER;
      case Node.typeInfer:
        return env.infer ? freshVar() : UNKNOWN;
      default:
        return UNKNOWN;
    }
  }

  lowerAll(nodes: Iterable<number>, env: TypeEnv): Type[] {
    return Array.from(nodes, (node) => this.lower(node, env));
  }

  lowerBounds(nodes: Iterable<number>, env: TypeEnv): TraitRef[] {
    return Array.from(nodes, (node) => this.lowerTrait(node, env)).filter((ref) => ref !== null);
  }

  private lowerFn(node: number, env: TypeEnv): Type {
    const { code } = env.file.facts;
    const ret = numberAt(code, node + 3);
    const params = this.lowerAll(listAt(env.file, node + 4, numberAt(code, node + 2)), env);
    return { k: 'fn', params, ret: ret === 0 ? UNIT : this.lower(ret, env) };
  }

  private lowerImplTrait(node: number, env: TypeEnv): Type {
    const { code } = env.file.facts;
    const bounds = this.lowerBounds(listAt(env.file, node + 3, numberAt(code, node + 2)), env);
    if (env.implParams === undefined || env.def === undefined) return { k: 'opaque', bounds };
    const param: ParamType = { k: 'param', name: 'impl', owner: env.def, bounds };
    env.implParams.push(param);
    return param;
  }

  /** The trait a bound names; null when it is none. */
  lowerTrait(node: number, env: TypeEnv): TraitRef | null {
    const { file } = env;
    if (file.facts.code[node] !== Node.path) return null;
    const segments = segmentsOf(file, node);
    const target = this.resolveTypeName(node, segments, env);
    if (target === null || target.used < segments.length) return null;
    const { resolved } = target;
    const isTrait =
      resolved.tag === 'external' || (resolved.tag === 'definition' && resolved.kind === 'trait');
    if (!isTrait) return null;
    const last = entryAt(segments, segments.length - 1);
    const { args, assoc } = this.traitArguments(last.args, env);
    return traitRef(resolved, args, assoc);
  }

  private traitArguments(args: number, env: TypeEnv): Pick<TraitRef, 'args' | 'assoc'> {
    const { file } = env;
    const { code } = file.facts;
    if (args === 0) return { args: [], assoc: [] };
    if (code[args] === Node.fnArgs) {
      const params = this.lowerAll(listAt(file, args + 4, numberAt(code, args + 2)), env);
      const ret = numberAt(code, args + 3);
      return {
        args: [{ k: 'tuple', items: params }],
        assoc: [['Output', ret === 0 ? UNIT : this.lower(ret, env)]],
      };
    }
    const { types, assoc } = genericArguments(file, args);
    return {
      args: this.lowerAll(types, env),
      assoc: assoc.map(([name, type]) => [name, this.lower(type, env)] as const),
    };
  }

  private resolveTypeName(
    node: number,
    segments: readonly PathSegment[],
    env: TypeEnv,
  ): { resolved: Resolved; used: number } | null {
    const { target, used } = this.names.resolvePath({
      segments: segments.map((segment) => segment.name),
      scope: env.scope,
      ns: Ns.type,
      mask: env.mask,
      global: isGlobalPath(env.file, node),
    });
    return target === null ? null : { resolved: target, used };
  }

  private lowerPath(node: number, env: TypeEnv): Type {
    const segments = segmentsOf(env.file, node);
    const first = entryAt(segments, 0);
    const start = first.name === 'Self' ? (env.self ?? UNKNOWN) : this.generic(first.name, env.def);
    if (start !== undefined) return this.projectFrom(start, segments.slice(1));
    const target = this.resolveTypeName(node, segments, env);
    if (target === null) return UNKNOWN;
    const { resolved, used } = target;
    const type = this.typeOf(resolved, segments[used - 1]?.args ?? 0, env);
    return project(type, segments.slice(used));
  }

  /** `Self::Item` inside a trait means that trait's own item. */
  private projectFrom(start: Type, rest: readonly PathSegment[]): Type {
    const [first, ...more] = rest;
    const trait =
      start.k === 'param' && start.name === 'Self' && start.owner.kind === 'trait' ? start.owner : undefined;
    if (first === undefined || trait?.members?.get(first.name)?.kind !== 'type') return project(start, rest);
    const ref = traitRef(trait, this.paramsOf(trait));
    return project(projectionOf(start, ref, first.name), more);
  }

  /** The generic parameter of that name around a definition. */
  generic(name: string, def: Definition | undefined): ParamType | undefined {
    for (let at = def; at !== undefined; at = at.owner) {
      const param = this.paramsOf(at).find((candidate) => candidate.name === name);
      if (param !== undefined) return param;
    }
    return undefined;
  }

  private lowerQualified(node: number, env: TypeEnv): Type {
    const { code } = env.file.facts;
    const self = this.lower(numberAt(code, node + 2), env);
    const traitNode = numberAt(code, node + 3);
    const trait = traitNode === 0 ? null : this.lowerTrait(traitNode, env);
    const [first, ...rest] = segmentsOf(env.file, node);
    if (first === undefined) return self;
    return project(projectionOf(self, trait, first.name), rest);
  }

  /** The type a definition stands for, with the arguments written behind it. */
  typeOf(resolved: Resolved, args: number, env: TypeEnv): Type {
    if (resolved.tag === 'primitive') return primitive(resolved.name);
    if (resolved.tag === 'external') return this.foreign(resolved, args, env);
    switch (resolved.kind) {
      case 'struct':
      case 'enum':
      case 'union':
        return { k: 'adt', def: resolved, args: this.argumentsFor(resolved, args, env) };
      case 'type':
        return this.expandAlias(resolved, args, env);
      case 'trait': {
        const given = this.traitArguments(args, env);
        return { k: 'dyn', bounds: [traitRef(resolved, given.args, given.assoc)] };
      }
      case 'variant':
        return resolved.owner === undefined ? UNKNOWN : this.typeOf(resolved.owner, args, env);
      default:
        return UNKNOWN;
    }
  }

  private foreign(path: External, args: number, env: TypeEnv): Type {
    const types =
      args === 0 || env.file.facts.code[args] !== Node.args
        ? []
        : this.lowerAll(genericArguments(env.file, args).types, env);
    // crates call their own shorthand for the standard result `Result`
    if (path.path[path.path.length - 1] === 'Result' && this.std.result !== undefined) {
      return { k: 'adt', def: this.std.result, args: [types[0] ?? UNKNOWN, types[1] ?? UNKNOWN] };
    }
    return { k: 'foreign', path, args: types };
  }

  /** Arguments of a definition's own parameters: written ones, then defaults, then variables or nothing known. */
  argumentsFor(def: Definition, args: number, env: TypeEnv): Type[] {
    const params = this.paramsOf(def);
    if (params.length === 0) return [];
    const isList = args !== 0 && env.file.facts.code[args] === Node.args;
    const written = isList ? this.lowerAll(genericArguments(env.file, args).types, env) : [];
    const types: Type[] = [];
    params.forEach((_, index) => {
      types.push(written[index] ?? this.defaultArgument(def, index, { types, env, hasArgs: isList }));
    });
    return types;
  }

  private defaultArgument(
    def: Definition,
    index: number,
    known: { types: readonly Type[]; env: TypeEnv; hasArgs: boolean },
  ): Type {
    const generic = def.fact.generics?.[index];
    const { env, types } = known;
    const fallback = generic !== undefined && !generic.isConst ? generic.default : 0;
    if (fallback !== 0 && (known.hasArgs || !env.infer)) {
      const params = this.paramsOf(def);
      const map = new Map(types.map((type, at) => [entryAt(params, at), type] as const));
      return substitute(this.lower(fallback, this.envOf(def)), map);
    }
    return env.infer ? freshVar() : UNKNOWN;
  }

  private expandAlias(alias: Definition, args: number, env: TypeEnv): Type {
    const target = this.aliasTarget(alias);
    const params = this.paramsOf(alias);
    if (params.length === 0) return target;
    const types = this.argumentsFor(alias, args, env);
    const map: Substitution = new Map(params.map((param, index) => [param, entryAt(types, index)] as const));
    return substitute(target, map);
  }

  /** The type behind an alias in terms of its parameters; an associated type without a value is unknown. */
  aliasTarget(alias: Definition): Type {
    const known = this.aliases.get(alias);
    if (known !== undefined) return known;
    if (this.aliasDepth >= MAX_ALIAS_DEPTH) return UNKNOWN;
    this.aliases.set(alias, UNKNOWN);
    this.aliasDepth += 1;
    const type = alias.fact.type === undefined ? UNKNOWN : this.lower(alias.fact.type, this.envOf(alias));
    this.aliasDepth -= 1;
    this.aliases.set(alias, type);
    return type;
  }
}

function project(start: Type, segments: readonly PathSegment[]): Type {
  let type = start;
  for (const { name } of segments) type = { k: 'proj', self: type, trait: null, name };
  return type;
}
