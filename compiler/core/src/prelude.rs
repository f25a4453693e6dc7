//! The built-in methods: one table for the checker, for completion and for messages.

use crate::ty::Ty;
use mc_plan::expr::Builtin;
use mc_plan::value::TextKind;

/// What kind of value has a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// Any list.
    List,
    /// A list of strings.
    ListOfText,
    /// A string or checked string.
    Text,
    /// An absolute path.
    Path,
}

/// What a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A string.
    Text,
    /// An element of the list.
    Element,
}

/// What a method gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Gives {
    Int,
    Bool,
    Text,
    Lines,
    Element,
    Indexed,
    Path,
}

/// A method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What has it.
    pub receiver: Receiver,
    /// What it takes.
    pub arguments: &'static [Argument],
    /// What it gives.
    pub gives: Gives,
    /// The operation.
    pub builtin: Builtin,
    /// Whether it is read like a field, without parentheses.
    pub property: bool,
    /// What it does.
    pub docs: &'static str,
}

const fn method(
    name: &'static str,
    receiver: Receiver,
    arguments: &'static [Argument],
    gives: Gives,
    builtin: Builtin,
    docs: &'static str,
) -> Method {
    Method { name, receiver, arguments, gives, builtin, property: false, docs }
}

const fn property(name: &'static str, gives: Gives, builtin: Builtin, docs: &'static str) -> Method {
    Method { name, receiver: Receiver::Path, arguments: &[], gives, builtin, property: true, docs }
}

use Argument::{Element, Text};
use Receiver::{List, ListOfText};

/// All methods except `map`, whose argument is a lambda.
pub const METHODS: &[Method] = &[
    method("len", List, &[], Gives::Int, Builtin::Len, "How many elements there are."),
    method("first", List, &[], Gives::Element, Builtin::First, "The first element; none of an empty list."),
    method("last", List, &[], Gives::Element, Builtin::Last, "The last element; none of an empty list."),
    method(
        "contains",
        List,
        &[Element],
        Gives::Bool,
        Builtin::Contains,
        "Whether an element is equal to this.",
    ),
    method("indexed", List, &[], Gives::Indexed, Builtin::Indexed, "Each element with its position, from 0."),
    method(
        "join",
        ListOfText,
        &[Text],
        Gives::Text,
        Builtin::Join,
        "The elements in one text, with this between them.",
    ),
    method("len", Receiver::Text, &[], Gives::Int, Builtin::Len, "How many characters there are."),
    method(
        "contains",
        Receiver::Text,
        &[Text],
        Gives::Bool,
        Builtin::Contains,
        "Whether this is a part of it.",
    ),
    method("lines", Receiver::Text, &[], Gives::Lines, Builtin::Lines, "Its lines, without their ends."),
    method("trim", Receiver::Text, &[], Gives::Text, Builtin::Trim, "Without white space at both ends."),
    method(
        "starts_with",
        Receiver::Text,
        &[Text],
        Gives::Bool,
        Builtin::StartsWith,
        "Whether it begins with this.",
    ),
    method(
        "ends_with",
        Receiver::Text,
        &[Text],
        Gives::Bool,
        Builtin::EndsWith,
        "Whether it ends with this.",
    ),
    method(
        "replace",
        Receiver::Text,
        &[Text, Text],
        Gives::Text,
        Builtin::Replace,
        "With each of the first replaced by the second.",
    ),
    method(
        "split",
        Receiver::Text,
        &[Text],
        Gives::Lines,
        Builtin::Split,
        "The parts between each of these.",
    ),
    method("upper", Receiver::Text, &[], Gives::Text, Builtin::Upper, "In upper case."),
    method("lower", Receiver::Text, &[], Gives::Text, Builtin::Lower, "In lower case."),
    property("parent", Gives::Path, Builtin::Parent, "The directory that holds it; of the root, the root."),
    property("name", Gives::Text, Builtin::FileName, "The last segment; of the root, an empty text."),
];

/// The methods that a type has. `map` comes on top for lists.
pub fn methods(ty: &Ty) -> impl Iterator<Item = &'static Method> + use<> {
    let list = matches!(ty, Ty::List(_));
    let list_of_text = matches!(ty, Ty::List(inner) if inner.fits(&Ty::String));
    let text = matches!(ty, Ty::String | Ty::Text(_));
    let path = matches!(ty, Ty::Text(TextKind::AbsPath));
    METHODS.iter().filter(move |m| match m.receiver {
        List => list,
        ListOfText => list_of_text,
        Receiver::Text => text,
        Receiver::Path => path,
    })
}

impl Gives {
    /// The type, for a receiver.
    pub fn ty(self, receiver: &Ty) -> Ty {
        let element = || match receiver {
            Ty::List(inner) => (**inner).clone(),
            _ => Ty::Error,
        };
        match self {
            Gives::Int => Ty::Int,
            Gives::Bool => Ty::Bool,
            Gives::Text => Ty::String,
            Gives::Lines => Ty::String.list(),
            Gives::Element => element().optional(),
            Gives::Indexed => Ty::Pair(std::sync::Arc::new(Ty::Int), std::sync::Arc::new(element())).list(),
            Gives::Path => Ty::Text(TextKind::AbsPath),
        }
    }
}
