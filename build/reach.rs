//! Which components requests and answers reach: it decides what a type can do.

use std::collections::BTreeSet;

use super::spec::{Document, Shape, Type};

/// A component: whether it stands in `common.yaml`, and its name.
pub(crate) type Component = (bool, String);

/// Components reached from request bodies, from answers, and directly from parameters.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    pub(crate) requests: BTreeSet<Component>,
    pub(crate) answers: BTreeSet<Component>,
    pub(crate) parameters: BTreeSet<Component>,
}

impl Reach {
    /// What the operations and events of one file reach within it and, one step, into `common.yaml`.
    pub(crate) fn of(document: &Document) -> Self {
        let mut reach = Self::default();
        for operation in document.all_operations() {
            if let Some(body) = &operation.body {
                follow(document, &body.ty, &mut reach.requests);
            }
            if let Some(answer) = &operation.answer {
                follow(document, answer, &mut reach.answers);
            }
            for parameter in &operation.parameters {
                follow(document, &parameter.ty, &mut reach.parameters);
            }
        }
        for event in &document.events {
            follow(document, &event.ty, &mut reach.answers);
        }
        reach
    }

    /// What several files reach in `common.yaml`, followed to the end.
    pub(crate) fn of_common(common: &Document, families: &[Document]) -> Self {
        let mut reach = Self::default();
        for family in families {
            let of_family = Self::of(family);
            for (from, to) in [
                (&of_family.requests, &mut reach.requests),
                (&of_family.answers, &mut reach.answers),
                (&of_family.parameters, &mut reach.parameters),
            ] {
                for (_, name) in from.iter().filter(|(is_common, _)| *is_common) {
                    follow(common, &Type::Component { common: true, name: name.clone() }, to);
                }
            }
        }
        reach
    }

    pub(crate) fn contains(&self, component: &Component) -> bool {
        self.requests.contains(component) || self.answers.contains(component) || self.parameters.contains(component)
    }
}

fn follow(document: &Document, ty: &Type, reached: &mut BTreeSet<Component>) {
    let Some((common, name)) = ty.component() else { return };
    if !reached.insert((common, name.to_owned())) || common != document.is_common() {
        return;
    }
    if let Some(Shape::Object(properties)) = document.schema(name).map(|schema| &schema.shape) {
        for property in properties {
            follow(document, &property.ty, reached);
        }
    }
}
