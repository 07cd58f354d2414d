/** Names around a row in the graph, as the store knows them. */
export interface Neighbours {
  /** Names of the rows that call it. */
  callers: readonly string[];
  /** Names of the rows it calls. */
  callees: readonly string[];
  /** Name of the trait it implements. */
  implemented?: string;
}
