/** Bits that change how an expression ends. */
export const ExpressionFlag = {
  /** `{` does not open a struct literal: conditions, scrutinees, loop heads. */
  noStruct: 1,
  /** Inside a scrutinee of `let`: `&&` and `||` end it. */
  letValue: 2,
} as const;
