/** Signatures of the core types of Rust's standard library, as far as types flow through them. */
export const CORE_TYPES = `
pub mod option {
  pub enum Option<T> { None, Some(T) }
  impl<T> Option<T> {
    fn is_some(&self) -> bool; fn is_none(&self) -> bool;
    fn is_some_and<F: FnOnce(T) -> bool>(self, f: F) -> bool;
    fn is_none_or<F: FnOnce(T) -> bool>(self, f: F) -> bool;
    fn as_ref(&self) -> Option<&T>; fn as_mut(&mut self) -> Option<&mut T>;
    fn as_slice(&self) -> &[T];
    fn expect(self, msg: &str) -> T; fn unwrap(self) -> T; fn unwrap_or(self, default: T) -> T;
    fn unwrap_or_else<F: FnOnce() -> T>(self, f: F) -> T; fn unwrap_or_default(self) -> T;
    fn unwrap_unchecked(self) -> T;
    fn map<U, F: FnOnce(T) -> U>(self, f: F) -> Option<U>;
    fn inspect<F: FnOnce(&T)>(self, f: F) -> Option<T>;
    fn map_or<U, F: FnOnce(T) -> U>(self, default: U, f: F) -> U;
    fn map_or_else<U, D: FnOnce() -> U, F: FnOnce(T) -> U>(self, default: D, f: F) -> U;
    fn ok_or<E>(self, err: E) -> crate::result::Result<T, E>;
    fn ok_or_else<E, F: FnOnce() -> E>(self, err: F) -> crate::result::Result<T, E>;
    fn and<U>(self, optb: Option<U>) -> Option<U>;
    fn and_then<U, F: FnOnce(T) -> Option<U>>(self, f: F) -> Option<U>;
    fn filter<P: FnOnce(&T) -> bool>(self, predicate: P) -> Option<T>;
    fn or(self, optb: Option<T>) -> Option<T>; fn or_else<F: FnOnce() -> Option<T>>(self, f: F) -> Option<T>;
    fn xor(self, optb: Option<T>) -> Option<T>;
    fn insert(&mut self, value: T) -> &mut T; fn get_or_insert(&mut self, value: T) -> &mut T;
    fn get_or_insert_with<F: FnOnce() -> T>(&mut self, f: F) -> &mut T;
    fn get_or_insert_default(&mut self) -> &mut T;
    fn take(&mut self) -> Option<T>; fn take_if<P: FnOnce(&mut T) -> bool>(&mut self, predicate: P) -> Option<T>;
    fn replace(&mut self, value: T) -> Option<T>;
    fn zip<U>(self, other: Option<U>) -> Option<(T, U)>;
    fn iter(&self) -> Iter<'_, T>; fn iter_mut(&mut self) -> IterMut<'_, T>;
  }
  impl<T> Option<&T> { fn copied(self) -> Option<T>; fn cloned(self) -> Option<T>; }
  impl<T> Option<&mut T> { fn copied(self) -> Option<T>; fn cloned(self) -> Option<T>; }
  impl<T: crate::ops::Deref> Option<T> { fn as_deref(&self) -> Option<&T::Target>; fn as_deref_mut(&mut self) -> Option<&mut T::Target>; }
  impl<T, E> Option<crate::result::Result<T, E>> { fn transpose(self) -> crate::result::Result<Option<T>, E>; }
  impl<T> Option<Option<T>> { fn flatten(self) -> Option<T>; }
  impl<A, B> Option<(A, B)> { fn unzip(self) -> (Option<A>, Option<B>); }
  pub struct Iter<'a, T> { x: &'a T } impl<'a, T> crate::iter::Iterator for Iter<'a, T> { type Item = &'a T; }
  pub struct IterMut<'a, T> { x: &'a T } impl<'a, T> crate::iter::Iterator for IterMut<'a, T> { type Item = &'a mut T; }
  pub struct IntoIter<T> { x: T } impl<T> crate::iter::Iterator for IntoIter<T> { type Item = T; }
  impl<T> crate::iter::IntoIterator for Option<T> { type Item = T; type IntoIter = IntoIter<T>; }
  impl<'a, T> crate::iter::IntoIterator for &'a Option<T> { type Item = &'a T; type IntoIter = Iter<'a, T>; }
  impl<'a, T> crate::iter::IntoIterator for &'a mut Option<T> { type Item = &'a mut T; type IntoIter = IterMut<'a, T>; }
  impl<T> crate::clone::Clone for Option<T> {} impl<T> crate::default::Default for Option<T> {}
  impl<T> crate::cmp::PartialEq for Option<T> {} impl<T> crate::cmp::Ord for Option<T> {} impl<T> crate::cmp::PartialOrd for Option<T> {}
  impl<T> crate::fmt::Debug for Option<T> {} impl<T> crate::hash::Hash for Option<T> {}
  impl<A, V: crate::iter::FromIterator<A>> crate::iter::FromIterator<Option<A>> for Option<V> {}
}
pub mod result {
  pub enum Result<T, E> { Ok(T), Err(E) }
  impl<T, E> Result<T, E> {
    fn is_ok(&self) -> bool; fn is_err(&self) -> bool;
    fn is_ok_and<F: FnOnce(T) -> bool>(self, f: F) -> bool; fn is_err_and<F: FnOnce(E) -> bool>(self, f: F) -> bool;
    fn ok(self) -> crate::option::Option<T>; fn err(self) -> crate::option::Option<E>;
    fn as_ref(&self) -> Result<&T, &E>; fn as_mut(&mut self) -> Result<&mut T, &mut E>;
    fn map<U, F: FnOnce(T) -> U>(self, op: F) -> Result<U, E>;
    fn map_or<U, F: FnOnce(T) -> U>(self, default: U, f: F) -> U;
    fn map_or_else<U, D: FnOnce(E) -> U, F: FnOnce(T) -> U>(self, default: D, f: F) -> U;
    fn map_err<F2, O: FnOnce(E) -> F2>(self, op: O) -> Result<T, F2>;
    fn inspect<F: FnOnce(&T)>(self, f: F) -> Result<T, E>; fn inspect_err<F: FnOnce(&E)>(self, f: F) -> Result<T, E>;
    fn iter(&self) -> crate::option::Iter<'_, T>;
    fn expect(self, msg: &str) -> T; fn unwrap(self) -> T; fn unwrap_or_default(self) -> T;
    fn expect_err(self, msg: &str) -> E; fn unwrap_err(self) -> E;
    fn and<U>(self, res: Result<U, E>) -> Result<U, E>;
    fn and_then<U, F: FnOnce(T) -> Result<U, E>>(self, op: F) -> Result<U, E>;
    fn or<F>(self, res: Result<T, F>) -> Result<T, F>;
    fn or_else<F, O: FnOnce(E) -> Result<T, F>>(self, op: O) -> Result<T, F>;
    fn unwrap_or(self, default: T) -> T; fn unwrap_or_else<F: FnOnce(E) -> T>(self, op: F) -> T;
    fn unwrap_unchecked(self) -> T;
  }
  impl<T, E> Result<&T, E> { fn copied(self) -> Result<T, E>; fn cloned(self) -> Result<T, E>; }
  impl<T: crate::ops::Deref, E> Result<T, E> { fn as_deref(&self) -> Result<&T::Target, &E>; }
  impl<T, E> Result<crate::option::Option<T>, E> { fn transpose(self) -> crate::option::Option<Result<T, E>>; }
  impl<T, E> crate::iter::IntoIterator for Result<T, E> { type Item = T; type IntoIter = crate::option::IntoIter<T>; }
  impl<T, E> crate::clone::Clone for Result<T, E> {} impl<T, E> crate::cmp::PartialEq for Result<T, E> {} impl<T, E> crate::fmt::Debug for Result<T, E> {}
  impl<A, E, V: crate::iter::FromIterator<A>> crate::iter::FromIterator<Result<A, E>> for Result<V, E> {}
}
pub mod boxed {
  pub struct Box<T> { x: T }
  impl<T> Box<T> {
    fn new(x: T) -> Box<T>; fn pin(x: T) -> crate::pin::Pin<Box<T>>; fn into_inner(b: Box<T>) -> T;
    fn into_raw(b: Box<T>) -> *mut T; fn from_raw(raw: *mut T) -> Box<T>; fn leak<'a>(b: Box<T>) -> &'a mut T; fn into_pin(b: Box<T>) -> crate::pin::Pin<Box<T>>;
  }
  impl<T> crate::ops::Deref for Box<T> { type Target = T; }
  impl<T: crate::clone::Clone> crate::clone::Clone for Box<T> {} impl<T: crate::default::Default> crate::default::Default for Box<T> {} impl<T: crate::fmt::Debug> crate::fmt::Debug for Box<T> {} impl<T: crate::fmt::Display> crate::fmt::Display for Box<T> {} impl<T: crate::cmp::PartialEq> crate::cmp::PartialEq for Box<T> {} impl<T: crate::cmp::PartialOrd> crate::cmp::PartialOrd for Box<T> {} impl<T: crate::cmp::Ord> crate::cmp::Ord for Box<T> {} impl<T: crate::hash::Hash> crate::hash::Hash for Box<T> {} impl<T: crate::error::Error> crate::error::Error for Box<T> {} impl<T: crate::io::Seek> crate::io::Seek for Box<T> {} impl<T: crate::hash::Hasher> crate::hash::Hasher for Box<T> {} impl<T: crate::iter::DoubleEndedIterator> crate::iter::DoubleEndedIterator for Box<T> {} impl<T: crate::iter::ExactSizeIterator> crate::iter::ExactSizeIterator for Box<T> {}
  impl<T> crate::convert::AsRef<T> for Box<T> {} impl<T> crate::borrow::Borrow<T> for Box<T> {}
  impl<T> crate::iter::FromIterator<T> for Box<[T]> {}
  impl<I: crate::iter::Iterator> crate::iter::Iterator for Box<I> { type Item = I::Item; }
  impl<F: crate::future::Future> crate::future::Future for Box<F> { type Output = F::Output; }
  impl<A, F: crate::ops::FnOnce<A>> crate::ops::FnOnce<A> for Box<F> { type Output = F::Output; }
}
pub mod rc {
  pub struct Rc<T> { x: T }
  impl<T> Rc<T> {
    fn new(value: T) -> Rc<T>; fn clone(&self) -> Rc<T>; fn downgrade(this: &Rc<T>) -> Weak<T>; fn strong_count(this: &Rc<T>) -> usize; fn weak_count(this: &Rc<T>) -> usize;
    fn get_mut(this: &mut Rc<T>) -> crate::option::Option<&mut T>; fn make_mut(this: &mut Rc<T>) -> &mut T; fn ptr_eq(this: &Rc<T>, other: &Rc<T>) -> bool;
    fn try_unwrap(this: Rc<T>) -> crate::result::Result<T, Rc<T>>; fn into_inner(this: Rc<T>) -> crate::option::Option<T>; fn unwrap_or_clone(this: Rc<T>) -> T; fn as_ptr(this: &Rc<T>) -> *const T;
    fn new_cyclic<F: FnOnce(&Weak<T>) -> T>(f: F) -> Rc<T>; fn pin(value: T) -> crate::pin::Pin<Rc<T>>;
  }
  pub struct Weak<T> { x: T }
  impl<T> Weak<T> { fn new() -> Weak<T>; fn upgrade(&self) -> crate::option::Option<Rc<T>>; fn clone(&self) -> Weak<T>; fn strong_count(&self) -> usize; fn ptr_eq(&self, other: &Weak<T>) -> bool; }
  impl<T> crate::ops::Deref for Rc<T> { type Target = T; }
  impl<T> crate::clone::Clone for Rc<T> {} impl<T: crate::default::Default> crate::default::Default for Rc<T> {} impl<T> crate::convert::AsRef<T> for Rc<T> {} impl<T> crate::borrow::Borrow<T> for Rc<T> {} impl<T: crate::fmt::Debug> crate::fmt::Debug for Rc<T> {} impl<T: crate::fmt::Display> crate::fmt::Display for Rc<T> {} impl<T: crate::cmp::PartialEq> crate::cmp::PartialEq for Rc<T> {} impl<T: crate::cmp::PartialOrd> crate::cmp::PartialOrd for Rc<T> {} impl<T: crate::cmp::Ord> crate::cmp::Ord for Rc<T> {} impl<T: crate::hash::Hash> crate::hash::Hash for Rc<T> {}
}
pub mod cell {
  pub struct Cell<T> { x: T }
  impl<T> Cell<T> { const fn new(value: T) -> Cell<T>; fn get(&self) -> T; fn set(&self, val: T); fn replace(&self, val: T) -> T; fn take(&self) -> T; fn into_inner(self) -> T; fn get_mut(&mut self) -> &mut T; fn swap(&self, other: &Cell<T>); fn as_ptr(&self) -> *mut T; fn update<F: FnOnce(T) -> T>(&self, f: F); }
  pub struct RefCell<T> { x: T }
  impl<T> RefCell<T> {
    const fn new(value: T) -> RefCell<T>; fn into_inner(self) -> T; fn replace(&self, t: T) -> T; fn take(&self) -> T; fn borrow(&self) -> Ref<'_, T>; fn borrow_mut(&self) -> RefMut<'_, T>;
    fn try_borrow(&self) -> crate::result::Result<Ref<'_, T>, BorrowError>; fn try_borrow_mut(&self) -> crate::result::Result<RefMut<'_, T>, BorrowMutError>; fn get_mut(&mut self) -> &mut T; fn as_ptr(&self) -> *mut T;
  }
  pub struct BorrowError; pub struct BorrowMutError;
  pub struct Ref<'b, T> { x: &'b T } pub struct RefMut<'b, T> { x: &'b T }
  impl<'b, T> Ref<'b, T> { fn map<U, F: FnOnce(&T) -> &U>(orig: Ref<'b, T>, f: F) -> Ref<'b, U>; fn clone(orig: &Ref<'b, T>) -> Ref<'b, T>; }
  impl<'b, T> RefMut<'b, T> { fn map<U, F: FnOnce(&mut T) -> &mut U>(orig: RefMut<'b, T>, f: F) -> RefMut<'b, U>; }
  impl<'b, T> crate::ops::Deref for Ref<'b, T> { type Target = T; } impl<'b, T> crate::ops::Deref for RefMut<'b, T> { type Target = T; }
  pub struct OnceCell<T> { x: T }
  impl<T> OnceCell<T> { const fn new() -> OnceCell<T>; fn get(&self) -> crate::option::Option<&T>; fn get_mut(&mut self) -> crate::option::Option<&mut T>; fn set(&self, value: T) -> crate::result::Result<(), T>; fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T; fn into_inner(self) -> crate::option::Option<T>; fn take(&mut self) -> crate::option::Option<T>; }
  pub struct LazyCell<T, F> { x: T, f: F } impl<T, F: FnOnce() -> T> LazyCell<T, F> { fn new(f: F) -> LazyCell<T, F>; } impl<T, F> crate::ops::Deref for LazyCell<T, F> { type Target = T; }
  pub struct UnsafeCell<T> { x: T } impl<T> UnsafeCell<T> { const fn new(value: T) -> UnsafeCell<T>; fn get(&self) -> *mut T; fn get_mut(&mut self) -> &mut T; fn into_inner(self) -> T; }
}
pub mod sync {
  pub struct Arc<T> { x: T }
  impl<T> Arc<T> {
    fn new(data: T) -> Arc<T>; fn clone(&self) -> Arc<T>; fn downgrade(this: &Arc<T>) -> Weak<T>; fn strong_count(this: &Arc<T>) -> usize; fn weak_count(this: &Arc<T>) -> usize;
    fn get_mut(this: &mut Arc<T>) -> crate::option::Option<&mut T>; fn make_mut(this: &mut Arc<T>) -> &mut T; fn ptr_eq(this: &Arc<T>, other: &Arc<T>) -> bool; fn as_ptr(this: &Arc<T>) -> *const T;
    fn try_unwrap(this: Arc<T>) -> crate::result::Result<T, Arc<T>>; fn into_inner(this: Arc<T>) -> crate::option::Option<T>; fn unwrap_or_clone(this: Arc<T>) -> T; fn into_raw(this: Arc<T>) -> *const T; fn from_raw(ptr: *const T) -> Arc<T>;
    fn new_cyclic<F: FnOnce(&Weak<T>) -> T>(f: F) -> Arc<T>; fn pin(data: T) -> crate::pin::Pin<Arc<T>>;
  }
  pub struct Weak<T> { x: T }
  impl<T> Weak<T> { fn new() -> Weak<T>; fn upgrade(&self) -> crate::option::Option<Arc<T>>; fn clone(&self) -> Weak<T>; fn strong_count(&self) -> usize; fn ptr_eq(&self, other: &Weak<T>) -> bool; }
  impl<T> crate::ops::Deref for Arc<T> { type Target = T; }
  impl<T> crate::clone::Clone for Arc<T> {} impl<T: crate::default::Default> crate::default::Default for Arc<T> {} impl<T> crate::convert::AsRef<T> for Arc<T> {} impl<T> crate::borrow::Borrow<T> for Arc<T> {} impl<T: crate::fmt::Debug> crate::fmt::Debug for Arc<T> {} impl<T: crate::fmt::Display> crate::fmt::Display for Arc<T> {} impl<T: crate::cmp::PartialEq> crate::cmp::PartialEq for Arc<T> {} impl<T: crate::cmp::PartialOrd> crate::cmp::PartialOrd for Arc<T> {} impl<T: crate::cmp::Ord> crate::cmp::Ord for Arc<T> {} impl<T: crate::hash::Hash> crate::hash::Hash for Arc<T> {} impl<T: crate::error::Error> crate::error::Error for Arc<T> {}
  pub struct Mutex<T> { x: T }
  impl<T> Mutex<T> { const fn new(t: T) -> Mutex<T>; fn lock(&self) -> crate::result::Result<MutexGuard<'_, T>, PoisonError<MutexGuard<'_, T>>>; fn try_lock(&self) -> crate::result::Result<MutexGuard<'_, T>, TryLockError<MutexGuard<'_, T>>>; fn into_inner(self) -> crate::result::Result<T, PoisonError<T>>; fn get_mut(&mut self) -> crate::result::Result<&mut T, PoisonError<T>>; fn is_poisoned(&self) -> bool; }
  pub struct MutexGuard<'a, T> { x: &'a T } impl<'a, T> crate::ops::Deref for MutexGuard<'a, T> { type Target = T; }
  pub struct PoisonError<T> { x: T } impl<T> PoisonError<T> { fn into_inner(self) -> T; fn get_ref(&self) -> &T; }
  pub enum TryLockError<T> { Poisoned(PoisonError<T>), WouldBlock }
  pub struct RwLock<T> { x: T }
  impl<T> RwLock<T> { const fn new(t: T) -> RwLock<T>; fn read(&self) -> crate::result::Result<RwLockReadGuard<'_, T>, PoisonError<RwLockReadGuard<'_, T>>>; fn write(&self) -> crate::result::Result<RwLockWriteGuard<'_, T>, PoisonError<RwLockWriteGuard<'_, T>>>; fn into_inner(self) -> crate::result::Result<T, PoisonError<T>>; fn get_mut(&mut self) -> crate::result::Result<&mut T, PoisonError<T>>; }
  pub struct RwLockReadGuard<'a, T> { x: &'a T } impl<'a, T> crate::ops::Deref for RwLockReadGuard<'a, T> { type Target = T; }
  pub struct RwLockWriteGuard<'a, T> { x: &'a T } impl<'a, T> crate::ops::Deref for RwLockWriteGuard<'a, T> { type Target = T; }
  pub struct OnceLock<T> { x: T }
  impl<T> OnceLock<T> { const fn new() -> OnceLock<T>; fn get(&self) -> crate::option::Option<&T>; fn get_mut(&mut self) -> crate::option::Option<&mut T>; fn set(&self, value: T) -> crate::result::Result<(), T>; fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T; fn into_inner(self) -> crate::option::Option<T>; }
  pub struct LazyLock<T, F> { x: T, f: F } impl<T, F: FnOnce() -> T> LazyLock<T, F> { fn new(f: F) -> LazyLock<T, F>; fn force(this: &LazyLock<T, F>) -> &T; } impl<T, F> crate::ops::Deref for LazyLock<T, F> { type Target = T; }
  pub struct Once; impl Once { const fn new() -> Once; fn call_once<F: FnOnce()>(&self, f: F); fn is_completed(&self) -> bool; }
  pub struct Condvar; impl Condvar { const fn new() -> Condvar; fn notify_one(&self); fn notify_all(&self); fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> crate::result::Result<MutexGuard<'a, T>, PoisonError<MutexGuard<'a, T>>>; }
  pub struct Barrier; impl Barrier { fn new(n: usize) -> Barrier; }
  pub mod mpsc {
    pub struct Sender<T> { x: T } pub struct SyncSender<T> { x: T } pub struct Receiver<T> { x: T } pub struct SendError<T>(pub T); pub struct RecvError;
    pub fn channel<T>() -> (Sender<T>, Receiver<T>); pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>);
    impl<T> Sender<T> { fn send(&self, t: T) -> crate::result::Result<(), SendError<T>>; fn clone(&self) -> Sender<T>; } impl<T> SyncSender<T> { fn send(&self, t: T) -> crate::result::Result<(), SendError<T>>; fn clone(&self) -> SyncSender<T>; }
    impl<T> Receiver<T> { fn recv(&self) -> crate::result::Result<T, RecvError>; fn try_recv(&self) -> crate::result::Result<T, RecvError>; fn iter(&self) -> crate::vec::IntoIter<T>; fn try_iter(&self) -> crate::vec::IntoIter<T>; }
    impl<T> crate::iter::IntoIterator for Receiver<T> { type Item = T; type IntoIter = crate::vec::IntoIter<T>; }
  }
  pub mod atomic {
    pub enum Ordering { Relaxed, Release, Acquire, AcqRel, SeqCst }
    pub struct AtomicBool; pub struct AtomicUsize; pub struct AtomicIsize; pub struct AtomicU64; pub struct AtomicU32; pub struct AtomicU16; pub struct AtomicU8; pub struct AtomicI64; pub struct AtomicI32; pub struct AtomicI16; pub struct AtomicI8;
    pub struct AtomicPtr<T> { x: T } impl<T> AtomicPtr<T> { const fn new(p: *mut T) -> AtomicPtr<T>; fn load(&self, order: Ordering) -> *mut T; fn store(&self, p: *mut T, order: Ordering); fn swap(&self, p: *mut T, order: Ordering) -> *mut T; }
    impl AtomicBool { const fn new(v: bool) -> AtomicBool; fn load(&self, order: Ordering) -> bool; fn store(&self, v: bool, order: Ordering); fn swap(&self, v: bool, order: Ordering) -> bool; }
    impl AtomicUsize { const fn new(v: usize) -> AtomicUsize; fn load(&self, order: Ordering) -> usize; fn fetch_add(&self, v: usize, order: Ordering) -> usize; fn fetch_sub(&self, v: usize, order: Ordering) -> usize; }
    impl AtomicU64 { const fn new(v: u64) -> AtomicU64; fn load(&self, order: Ordering) -> u64; fn fetch_add(&self, v: u64, order: Ordering) -> u64; }
    impl AtomicU32 { const fn new(v: u32) -> AtomicU32; fn load(&self, order: Ordering) -> u32; fn fetch_add(&self, v: u32, order: Ordering) -> u32; }
    pub fn fence(order: Ordering);
  }
}
pub mod pin {
  pub struct Pin<P> { x: P }
  impl<P: crate::ops::Deref> Pin<P> { const fn new(pointer: P) -> Pin<P>; fn as_ref(&self) -> Pin<&P::Target>; fn as_mut(&mut self) -> Pin<&mut P::Target>; fn into_inner(pin: Pin<P>) -> P; fn new_unchecked(pointer: P) -> Pin<P>; fn set(&mut self, value: P::Target); fn into_inner_unchecked(pin: Pin<P>) -> P; }
  impl<'a, T> Pin<&'a mut T> { fn get_mut(self) -> &'a mut T; fn get_unchecked_mut(self) -> &'a mut T; fn into_ref(self) -> Pin<&'a T>; fn map_unchecked_mut<U, F: FnOnce(&mut T) -> &mut U>(self, f: F) -> Pin<&'a mut U>; }
  impl<'a, T> Pin<&'a T> { fn get_ref(self) -> &'a T; }
  impl<P: crate::ops::Deref> crate::ops::Deref for Pin<P> { type Target = P::Target; }
  impl<P: crate::ops::Deref> crate::future::Future for Pin<P> { type Output = <P::Target as crate::future::Future>::Output; }
}
pub mod future {
  pub trait Future { type Output; fn poll(self: crate::pin::Pin<&mut Self>, cx: &mut crate::task::Context<'_>) -> crate::task::Poll<Self::Output>; }
  pub trait IntoFuture { type Output; type IntoFuture: Future<Output = Self::Output>; fn into_future(self) -> Self::IntoFuture; }
  impl<F: Future> IntoFuture for F { type Output = F::Output; type IntoFuture = F; }
  impl<F: Future> Future for &mut F { type Output = F::Output; }
  pub struct Ready<T> { x: T } impl<T> Future for Ready<T> { type Output = T; } pub fn ready<T>(t: T) -> Ready<T>;
  pub struct Pending<T> { x: T } impl<T> Future for Pending<T> { type Output = T; } pub fn pending<T>() -> Pending<T>;
  pub struct PollFn<F> { f: F } pub fn poll_fn<T, F: FnMut(&mut crate::task::Context<'_>) -> crate::task::Poll<T>>(f: F) -> impl Future<Output = T>;
}
pub mod task {
  pub enum Poll<T> { Ready(T), Pending }
  impl<T> Poll<T> { fn map<U, F: FnOnce(T) -> U>(self, f: F) -> Poll<U>; fn is_ready(&self) -> bool; fn is_pending(&self) -> bool; }
  impl<T, E> Poll<crate::result::Result<T, E>> { fn map_ok<U, F: FnOnce(T) -> U>(self, f: F) -> Poll<crate::result::Result<U, E>>; fn map_err<U, F: FnOnce(E) -> U>(self, f: F) -> Poll<crate::result::Result<T, U>>; }
  pub struct Context<'a> { x: &'a u8 } impl<'a> Context<'a> { fn from_waker(waker: &'a Waker) -> Context<'a>; fn waker(&self) -> &'a Waker; }
  pub struct Waker; impl Waker { fn wake(self); fn wake_by_ref(&self); fn will_wake(&self, other: &Waker) -> bool; fn clone(&self) -> Waker; fn noop() -> &'static Waker; fn from_raw(waker: RawWaker) -> Waker; }
  pub struct RawWaker; pub struct RawWakerVTable; pub trait Wake { fn wake(self: crate::sync::Arc<Self>); fn wake_by_ref(self: &crate::sync::Arc<Self>) {} }
}
`;
