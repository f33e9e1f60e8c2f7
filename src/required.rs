//! What makes a missing required value a compile error.
//!
//! A builder, and a call with required query parameters, has one type parameter for each required value. It is a type
//! of [`missing`] until the setter of that value is called, and [`Given`] from then on. `build` and `.await` exist once
//! every one of them is `Given`; before that the compiler names each missing value and its setter. Of a call that is
//! awaited too early it says that `GetServiceOrder<Given, sub_mchid>` is not a future: what stands beside `Given` is
//! missing. `.send()` in place of `.await` gives the whole sentence.

/// Says at compile time that a required value is set.
#[derive(Clone, Copy, Debug)]
pub struct Given;

/// Implemented by [`Given`] alone.
#[diagnostic::on_unimplemented(
    message = "the required field `{Self}` is not set",
    label = "call `.{Self}(..)` before this",
    note = "every required value of a request must be given before it is built or sent"
)]
pub trait IsGiven: sealed::Sealed {}

impl IsGiven for Given {}

mod sealed {
    #[allow(unnameable_types, reason = "so that nobody else can implement it")]
    pub trait Sealed {}
    impl Sealed for super::Given {}
}

/// One type for each required value of the enabled families, named as its setter.
#[allow(non_camel_case_types, reason = "the compiler's message shows the name of the setter")]
pub mod missing {
    include!(concat!(env!("OUT_DIR"), "/missing.rs"));
}
