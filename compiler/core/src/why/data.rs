//! The last step of a way that ends in a data file: which key of which layer gives the value.

use super::trace::{Part, Tracer};
use crate::data::{self, Node, Value};
use crate::db::File;
use crate::diagnostic::Place;
use crate::package::{self, Written};
use mc_syntax::Span;
use mc_syntax::ast::{Arg, Expr, ExprKind};

/// A data file that a call of `load` may read.
struct Layer {
    file: File,
    /// What stands in the hole of the path that chooses it.
    hole: Option<(Span, String)>,
}

impl Tracer<'_> {
    /// Adds the places in data files that `load` or `layers` take the value from, the strongest first. False for
    /// another call.
    pub(super) fn loaded(&mut self, file: File, callee: &Expr, args: &[Arg]) -> bool {
        match (&callee.kind, args) {
            (ExprKind::Name(name), [Arg { value: path, .. }, ..]) if name == "load" => {
                self.given_by(self.layers_of(file, path), file, "given by this data file");
                true
            }
            (ExprKind::Name(name), [Arg { value: Expr { kind: ExprKind::List(calls), .. }, .. }])
                if name == "layers" =>
            {
                let mut what = "given by this layer";
                for call in calls.iter().rev() {
                    let ExprKind::Call { args, .. } = &call.kind else { continue };
                    let Some(path) = args.first() else { continue };
                    let layers = self.layers_of(file, &path.value);
                    let always = layers.iter().any(|layer| layer.hole.is_none());
                    if self.given_by(layers, file, what) && always {
                        what = "given by a layer before it";
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Adds a place for each of these files that gives the value; whether one does.
    fn given_by(&mut self, layers: Vec<Layer>, source: File, what: &str) -> bool {
        let mut given = false;
        for layer in layers {
            let Some(root) = &data::parsed(self.db, layer.file).root else { continue };
            let Some(span) = find(root, self.path()) else { continue };
            let what = match layer.hole {
                Some((hole, name)) => {
                    let range = hole.start as usize..hole.end as usize;
                    let written = source.text(self.db).get(range).unwrap_or_default();
                    format!("{what}, where {written} is {name}")
                }
                None => what.to_owned(),
            };
            given |= self.step(Place::new(layer.file, span), what);
        }
        given
    }

    /// The data files that a path may name, in their order.
    fn layers_of(&self, file: File, path: &Expr) -> Vec<Layer> {
        let (Some(assets), ExprKind::String(parts)) = (package::assets(self.db, file), &path.kind) else {
            return Vec::new();
        };
        let Some(written) = Written::of(parts) else { return Vec::new() };
        let all = assets.data.iter().filter(|(name, _)| written.names(name.as_str()));
        all.map(|(name, file)| {
            let hole = match written {
                Written::Whole(_) => None,
                Written::Hole(before, hole, after) => {
                    let stem = package::in_hole(name.as_str(), before, after).unwrap_or_default();
                    Some((hole.span, stem.to_owned()))
                }
            };
            Layer { file: *file, hole }
        })
        .collect()
    }
}

/// Where a file gives what a path of fields and elements leads to; a path is read from its end. Nothing where it has no
/// such key. An element of a list with several stands for all of them.
fn find(root: &Node, path: &[Part]) -> Option<Span> {
    let mut node = root;
    let mut span = Span::at(root.span.start);
    for part in path.iter().rev() {
        match (&node.value, part) {
            (Value::Table(entries), Part::Field(name)) => {
                let entry = entries.iter().find(|entry| entry.key == *name)?;
                span = entry.key_span;
                node = &entry.value;
            }
            (Value::List(items), Part::Element) => match items.as_slice() {
                [] => return None,
                [only] => node = only,
                _ => return Some(span),
            },
            (Value::Table(entries), Part::Element) => match entries.as_slice() {
                [] => return None,
                [only] => (span, node) = (only.key_span, &only.value),
                _ => return Some(span),
            },
            _ => return Some(span),
        }
    }
    Some(span)
}
