//! `Debug` of generated types: what is set, without payer data.

use std::fmt::{self, Debug, DebugStruct, Formatter};

/// Writes one field after another; a field that is not set is left out.
pub(crate) struct Fields<'a, 'b>(DebugStruct<'a, 'b>);

impl<'a, 'b> Fields<'a, 'b> {
    pub(crate) fn new(f: &'a mut Formatter<'b>, name: &str) -> Self {
        Self(f.debug_struct(name))
    }

    pub(crate) fn field(mut self, name: &str, value: &dyn Debug) -> Self {
        self.0.field(name, value);
        self
    }

    pub(crate) fn optional<T: Debug>(mut self, name: &str, value: &Option<T>) -> Self {
        if let Some(value) = value {
            self.0.field(name, value);
        }
        self
    }

    /// A field whose value is payer data.
    pub(crate) fn hidden(mut self, name: &str, is_set: bool) -> Self {
        if is_set {
            self.0.field(name, &format_args!("***"));
        }
        self
    }

    /// Unknown members are named, not shown: nobody knows yet what they hold.
    pub(crate) fn finish(mut self, extra: &crate::Extra) -> fmt::Result {
        if !extra.is_empty() {
            self.0.field("extra", &extra.keys().collect::<Vec<_>>());
        }
        self.0.finish()
    }

    /// Parameters that the spec lacks are named, not shown.
    pub(crate) fn extra(mut self, extra: &super::ExtraQuery) -> Self {
        let names = extra.names();
        if !names.is_empty() {
            self.0.field("extra", &names);
        }
        self
    }

    pub(crate) fn done(mut self) -> fmt::Result {
        self.0.finish_non_exhaustive()
    }
}
