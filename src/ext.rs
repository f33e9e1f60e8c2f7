//! Questions that every shop asks of an answer or a notification, in one word each: methods of the generated types.
//!
//! Each is read from what the specs say of the documented states, so that a state that this version of the SDK does not
//! know is never paid and never final.

#[cfg(test)]
#[cfg(feature = "full")]
mod cases;
mod profit_sharing;
mod refund;
mod service_order;
mod transaction;
mod transfer;

/// Gives types the same question: `feature: family::Type`.
macro_rules! ask {
    (@each $docs:tt $name:ident $this:ident $answer:tt; $($feature:literal: $family:ident::$ty:ident;)+) => {
        $(ask!(@one $docs $name $this $answer $feature $family $ty);)+
    };
    (@one [$(#[$doc:meta])*] $name:ident $this:ident { $answer:expr } $feature:literal $family:ident $ty:ident) => {
        #[cfg(feature = $feature)]
        impl crate::$family::$ty {
            $(#[$doc])*
            pub fn $name(&self) -> bool {
                let $this = self;
                $answer
            }
        }
    };
    ($(#[$doc:meta])* $name:ident($this:ident) = $answer:expr; $($types:tt)+) => {
        ask!(@each [$(#[$doc])*] $name $this { $answer }; $($types)+);
    };
}
use ask;
