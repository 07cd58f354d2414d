/** What the resolver needs of one file beyond its rows: uses, types, references. Plain data. */
export interface RustFacts {
  version: 1;
}
