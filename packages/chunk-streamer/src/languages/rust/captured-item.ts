/** A stretch of the text in UTF-16 units, half open. */
export interface Extent {
  start: number;
  end: number;
}

/** Parts of an item that its row is made of; absent where the item has none. */
export interface ItemParts {
  /** The identifier, or the path of the macro that is called. */
  name?: Extent;
  /** Starts at the brace. */
  body?: Extent;
  /** Type of a constant or static, self type of an impl. */
  type?: Extent;
  trait?: Extent;
  generics?: Extent;
  where?: Extent;
  /** Value of a constant. */
  value?: Extent;
  /** Patterns of the rules of a `macro_rules!`, in order. */
  arms?: readonly Extent[];
}

/** An item of a file with its place among the others. Offsets are UTF-16 units. */
export interface CapturedItem {
  /** Node type of the grammar; `macro_item` and `trait_alias` for what the grammar does not know. */
  type: string;
  /** Extent without attributes and doc comments. */
  nodeStart: number;
  nodeEnd: number;
  /** The node with keywords the grammar does not know in front. */
  headStart: number;
  /** The node with its attributes, doc comments and, for macro calls, the closing `;`. */
  start: number;
  end: number;
  /** Line of `start`, from 0. */
  row: number;
  /** Index among the captured items, -1 at the file's root. */
  parent: number;
  parts: ItemParts;
  /** Texts of the outer attributes and doc comments, in order. */
  outer: string[];
  /** Texts of the inner attributes and doc comments, in order. */
  inner: string[];
}

/** The items of a file, parents before children, and the inner attributes and doc comments of the file itself. */
export interface CapturedFile {
  items: CapturedItem[];
  inner: string[];
}

/** Deeper items stay in the text of the row around them: no person nests so, and keys would grow with the depth. */
export const MAX_ROW_DEPTH = 64;
