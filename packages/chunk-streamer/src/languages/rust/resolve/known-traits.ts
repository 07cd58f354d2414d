/** Traits that hold for nearly everything and have no methods worth a proof. */
export const MARKERS = new Set([
  'Send',
  'Sync',
  'Sized',
  'Unpin',
  'UnwindSafe',
  'RefUnwindSafe',
  'Any',
  'Copy',
]);

/** Traits of the standard library whose impls for its own types are all in the picture. */
export const MODELLED = new Set(
  (
    'Fn FnMut FnOnce Iterator DoubleEndedIterator ExactSizeIterator Future Read Write BufRead Seek Hasher Error Deref Default Display FromStr ' +
    'Add Sub Mul Div Rem Not Neg Index'
  ).split(' '),
);

/** Traits of the standard library that a derive implements. */
export const DERIVABLE = new Set([
  'Clone',
  'Copy',
  'Debug',
  'Default',
  'Eq',
  'Hash',
  'Ord',
  'PartialEq',
  'PartialOrd',
]);
