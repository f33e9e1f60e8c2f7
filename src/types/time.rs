//! Times as WeChat Pay writes them: the text is kept exactly, because its offset and precision mean something.
//!
//! A text goes in as it is, and an instant becomes the text of its time in Beijing. Neither can fail; what is no time of
//! its format is refused before it is sent, and whenever it is read as a time.

mod beijing;
#[cfg(feature = "chrono")]
mod chrono;
mod format;
#[cfg(feature = "jiff")]
mod jiff;
mod payscore;
mod rfc3339;

pub use self::beijing::{BeijingDate, BeijingHour, BeijingIsoDate, BeijingTime};
pub(crate) use self::format::TimeFormat;
pub use self::payscore::PayscoreTime;
pub use self::rfc3339::Rfc3339Time;

/// Beijing is so many seconds ahead of UTC. (China had summer time from 1986 to 1991; WeChat Pay did not.)
const AHEAD: i32 = 8 * 3_600;

/// The text of a time in one of the formats.
macro_rules! time_text {
    ($(#[$doc:meta])* $name:ident: $format:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, ::serde::Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[cfg_attr(feature = "schemars", schemars(description = Self::FORMAT.expected()))]
        pub struct $name(String);

        $crate::types::text::text_value!($name);

        impl $name {
            pub(crate) const FORMAT: $crate::types::TimeFormat = $crate::types::TimeFormat::$format;

            /// The text of this moment, in seconds since 1970.
            pub(crate) fn at(unix_seconds: i64) -> Self {
                Self(Self::FORMAT.write(unix_seconds))
            }
        }

        /// Takes the text as it is.
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        /// Takes the text as it is.
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        /// Takes the text if it is in the format and names a time of the calendar.
        impl ::std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<Self> {
                Self::FORMAT.check(text)?;
                Ok(text.into())
            }
        }

        /// The time in Beijing, in whole seconds.
        ///
        /// A time before the year 0 or after 9999, which the format cannot write, becomes `@` and its seconds since
        /// 1970; like every text that is no time it is refused before it is sent.
        impl From<::std::time::SystemTime> for $name {
            fn from(time: ::std::time::SystemTime) -> Self {
                Self::at($crate::clock::unix_seconds(time))
            }
        }

        /// The time in Beijing, as from a [`SystemTime`](::std::time::SystemTime).
        impl From<::time::OffsetDateTime> for $name {
            fn from(time: ::time::OffsetDateTime) -> Self {
                Self::at(time.unix_timestamp())
            }
        }
    };
}

/// A text that stands for a moment.
macro_rules! moment {
    ($name:ident) => {
        impl $name {
            /// The moment in whole seconds since 1970, rounded down.
            ///
            /// # Errors
            ///
            /// [`ErrorKind::Request`](crate::ErrorKind::Request) when the text does not name a moment.
            pub fn unix_timestamp(&self) -> $crate::Result<i64> {
                Self::FORMAT.moment(&self.0).map(::time::OffsetDateTime::unix_timestamp)
            }
        }

        /// The moment with its offset; an error when the text does not name one.
        impl TryFrom<&$name> for ::time::OffsetDateTime {
            type Error = $crate::Error;

            fn try_from(time: &$name) -> $crate::Result<Self> {
                $name::FORMAT.moment(&time.0)
            }
        }
    };
}

/// A text that stands for a day.
macro_rules! day {
    ($name:ident) => {
        impl $name {
            /// The day that begins at this moment in UTC, in seconds since 1970.
            pub(crate) fn day_at(unix_seconds: i64) -> Self {
                Self::at(unix_seconds - i64::from($crate::types::time::AHEAD))
            }
        }

        /// The same day.
        impl From<::time::Date> for $name {
            fn from(day: ::time::Date) -> Self {
                Self::day_at(day.midnight().assume_utc().unix_timestamp())
            }
        }

        /// The same day; an error when the text does not name one.
        impl TryFrom<&$name> for ::time::Date {
            type Error = $crate::Error;

            fn try_from(day: &$name) -> $crate::Result<Self> {
                $name::FORMAT.moment(&day.0).map(::time::OffsetDateTime::date)
            }
        }
    };
}

use {day, moment, time_text};
