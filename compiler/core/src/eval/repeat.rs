//! `for` over what only the host knows the elements of: what is inside is declared once, for an element that the host
//! puts in.

use super::matching::in_order;
use super::residual::{Phase, Residual};
use super::{Context, Datum, Env, Evaluator, Frame, RepeatInfo};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{BlockId, Pattern};
use mc_plan::expr::{ExprId, Node};
use mc_plan::plan::MAX_REPEATS;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::rc::Rc;

impl<'db> Evaluator<'db> {
    pub(super) fn repeat_on_host(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        list: ExprId,
        pattern: &Pattern,
        body: BlockId,
        place: Place,
    ) -> Datum {
        // Nothing is declared in it where that is known too late, which was reported.
        let Some(condition) = self.existence(None) else { return Datum::Poison };
        let position = self.out.repeats.len() as u32;
        let element = self.out.residual.node(Node::Element(position), place);
        let local = self.context.lambdas;
        let (list, element) = match self.out.residual.mapped(list, local, place) {
            None => (list, element),
            Some(mapped) => {
                let made = self.out.residual.with_local(mapped.element, local, element, place);
                let Some(made) = made else { return Datum::Poison };
                (mapped.list, made)
            }
        };
        if self.out.residual.phase(list) == Phase::Run {
            let late = Datum::Node(list);
            self.too_late(place, &late, "what `for` runs over", "known before anything runs");
            return Datum::Poison;
        }
        let parent = self.context.repeat;
        if self.loops(parent).len() >= MAX_REPEATS {
            self.too_much(place, "loops over lists of the host nest too deep", || {
                format!("they nest {MAX_REPEATS} deep at most")
            });
            return Datum::Poison;
        }
        self.out.repeats.push(RepeatInfo {
            policy: self.context.policy,
            list,
            parent,
            condition,
            name: element_name(frame, body, pattern),
            place,
        });
        let mut bound = Vec::new();
        self.fits(pattern, &Datum::Node(element), &mut bound, place);
        let context = Context { repeat: Some(position), ..self.context.clone() };
        let bound = in_order(bound);
        let result = self.with_context(context, |e| e.block(frame, Some(Rc::clone(env)), body, bound));
        match result {
            Datum::Poison => Datum::Poison,
            result => Datum::Declared(Rc::from([result])),
        }
    }

    /// The loops of the host from this one to the outermost.
    fn loops(&self, innermost: Option<u32>) -> Vec<u32> {
        let mut all = Vec::new();
        let mut at = innermost;
        while let Some(repeat) = at {
            all.push(repeat);
            at = self.out.repeats.get(repeat as usize).and_then(|repeat| repeat.parent);
        }
        all
    }

    /// The path of an instance whose name only the host knows. What stands for the name is no text in quotes, so that
    /// it is no other instance's.
    pub(super) fn named_on_host(&mut self, head: &str, place: Place) -> String {
        let written = place.file.text(self.db);
        let written = written.get(place.span.start as usize..place.span.end as usize).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let is_short = !written.is_empty() && written.len() <= 60 && written.chars().all(is_plain);
        let path = format!("{head}[{}", if is_short { written } else { "*" });
        let count = self.host_names.entry(path.clone()).or_default();
        *count += 1;
        if *count == 1 { format!("{path}]") } else { format!("{path}#{count}]") }
    }

    /// Whether the name of an instance tells the rounds of the loops of the host around it apart, as far as what is
    /// around it does not; else it is reported.
    pub(super) fn told_apart(&mut self, name: Option<ExprId>, path: &str, place: Place) -> bool {
        let Context { repeat, told, .. } = self.context;
        let open: Vec<u32> = self.loops(repeat).into_iter().take_while(|at| Some(*at) != told).collect();
        if open.is_empty() {
            return true;
        }
        let read = name.map(|name| self.out.residual.elements_read(name)).unwrap_or_default();
        let Some(missing) = open.iter().find(|at| !read.contains(at)) else { return true };
        let repeat = &self.out.repeats[*missing as usize];
        let names = repeat.name.split(", ");
        let example = names.clone().find(|name| *name != "_").unwrap_or("element").to_owned();
        let diagnostic = Diagnostic::error(
            code::DUPLICATE_INSTANCE,
            place,
            format!("each round would make an instance `{path}`"),
        )
        .here("made again in every round")
        .label(repeat.place, "only the host knows how many rounds there are")
        .help(format!("give each a name of its own, made of `{example}`: `Name ({example}) {{ .. }}`"));
        self.report(diagnostic);
        false
    }
}

/// What an element is called: by its parts where the pattern takes it apart.
fn element_name(frame: Frame<'_>, body: BlockId, pattern: &Pattern) -> SmolStr {
    let bound = |pattern: &Pattern| match pattern {
        Pattern::Bind(local) => frame.body.block(body).locals.get(*local as usize).map(|l| l.name.as_str()),
        Pattern::Wildcard => Some("_"),
        _ => None,
    };
    let names = match pattern {
        Pattern::Parts(parts) if (0..).zip(parts).all(|(at, (position, _))| at == *position) => {
            parts.iter().map(|(_, part)| bound(part)).collect::<Option<Vec<_>>>()
        }
        one => bound(one).map(|name| vec![name]),
    };
    names.map_or(SmolStr::new_static("element"), |names| names.join(", ").into())
}

impl Residual {
    /// The loops of the host whose elements a node reads.
    pub(crate) fn elements_read(&self, id: ExprId) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let Some(node) = self.get(at) else { continue };
            if let Node::Element(repeat) = node {
                found.insert(*repeat);
            }
            node.operands(|operand| open.push(operand));
        }
        found
    }
}
