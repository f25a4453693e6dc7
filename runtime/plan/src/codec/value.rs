//! Values, types and expressions.
//!
//! | value | item |
//! |---|---|
//! | none, booleans, integers, floats, texts, bytes, lists | null, true/false, integer, float, text, byte string, array |
//! | record | map of fields by position from 1 |
//! | variant | the same with its position in the enum under key 0 |
//! | duration, size, mode, blob | map with the one key -1, -2, -3, -4; a blob is [digest, size] |
//! | map | map with the one key -6: an array of key, value, key, value, .. in the order of the keys |
//! | expression, where an operand stands | map with the one key -5 |

use std::sync::Arc;

use super::read::{FIRST_ALLOCATION, Kind};
use super::{DecodeError, Problem, Reader, Result, Writer};
use crate::expr::{BinaryOp, Builtin, ChangeFact, EachKind, ExprId, Exprs, Node, Operand, UnaryOp};
use crate::value::{Blob, TextKind, Type, TypeDef, TypeShape, Value};

/// An enumeration with codes that never change: positions in a list that is only added to.
pub(super) trait Code: Copy + PartialEq + 'static {
    const WHAT: &'static str;
    const ALL: &'static [Self];

    fn code(self) -> u32 {
        // invariant: every list is complete, which a test checks.
        Self::ALL
            .iter()
            .position(|item| *item == self)
            .map_or(u32::MAX, |at| u32::try_from(at).unwrap_or(u32::MAX))
    }
}

impl Code for UnaryOp {
    const WHAT: &'static str = "prefix operator";
    const ALL: &'static [Self] = &[Self::Negate, Self::Not];
}

impl Code for BinaryOp {
    const WHAT: &'static str = "infix operator";
    const ALL: &'static [Self] = &[
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::In,
    ];
}

impl Code for Builtin {
    const WHAT: &'static str = "built-in function";
    const ALL: &'static [Self] = Builtin::ALL;
}

impl Code for EachKind {
    const WHAT: &'static str = "kind of loop";
    const ALL: &'static [Self] = &EachKind::ALL;
}

impl Code for ChangeFact {
    const WHAT: &'static str = "fact about a change";
    const ALL: &'static [Self] = &ChangeFact::ALL;
}

impl Code for TextKind {
    const WHAT: &'static str = "string type";
    const ALL: &'static [Self] = &TextKind::ALL;
}

impl Writer {
    pub(super) fn code(&mut self, code: impl Code) {
        self.u32(code.code());
    }

    fn keyed(&mut self, key: i64) {
        self.map(1);
        self.int(key);
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::None => self.null(),
            Value::Bool(value) => self.bool(*value),
            Value::Int(n) => self.int(*n),
            Value::Str(text) => self.text(text),
            Value::List(list) => self.list(list, Self::value),
            Value::Record(fields) => {
                self.map(fields.len());
                self.positions(fields);
            }
            Value::Variant(position, fields) => {
                self.map(fields.len() + 1);
                self.uint(0);
                self.u32(*position);
                self.positions(fields);
            }
            Value::Float(n) => self.float(*n),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Map(entries) => {
                self.keyed(-6);
                self.array(entries.len() * 2);
                for (key, value) in entries.iter() {
                    self.value(key);
                    self.value(value);
                }
            }
            Value::Duration(n) => {
                self.keyed(-1);
                self.int(*n);
            }
            Value::Size(n) => {
                self.keyed(-2);
                self.uint(*n);
            }
            Value::Mode(n) => {
                self.keyed(-3);
                self.u32(*n);
            }
            Value::Blob(blob) => {
                self.keyed(-4);
                self.array(2);
                self.bytes(&blob.digest);
                self.uint(blob.size);
            }
        }
    }

    fn positions(&mut self, fields: &[Value]) {
        for (key, field) in (1_u64..).zip(fields) {
            self.uint(key);
            self.value(field);
        }
    }

    pub(super) fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Value(value) => self.value(value),
            Operand::Expr(id) => {
                self.keyed(-5);
                self.u32(id.0);
            }
        }
    }

    pub(super) fn ty(&mut self, ty: &Type) {
        let scalar = match ty {
            Type::Bool => 0,
            Type::Int => 1,
            Type::String => 2,
            Type::Duration => 3,
            Type::Size => 4,
            Type::Mode => 5,
            Type::Blob => 6,
            Type::Float => 7,
            Type::Bytes => 8,
            Type::Text(kind) => TEXT_TYPES + u64::from(kind.code()),
            Type::List(inner) => {
                self.array(2);
                self.uint(0);
                return self.ty(inner);
            }
            Type::Optional(inner) => {
                self.array(2);
                self.uint(1);
                return self.ty(inner);
            }
            Type::Named(position) => {
                self.array(2);
                self.uint(2);
                return self.u32(*position);
            }
            Type::Set(inner) => {
                self.array(2);
                self.uint(3);
                return self.ty(inner);
            }
            Type::Map(key, value) => {
                self.array(3);
                self.uint(4);
                self.ty(key);
                return self.ty(value);
            }
            Type::Tuple(parts) => {
                self.array(1 + parts.len());
                self.uint(5);
                return parts.iter().for_each(|part| self.ty(part));
            }
            Type::Secret(inner) => {
                self.array(2);
                self.uint(6);
                return self.ty(inner);
            }
        };
        self.uint(scalar);
    }

    fn fields(&mut self, fields: &[(String, Type)]) {
        self.list(fields, |w, (name, ty)| {
            w.array(2);
            w.text(name);
            w.ty(ty);
        });
    }

    pub(super) fn type_def(&mut self, def: &TypeDef) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&def.name);
        match &def.shape {
            TypeShape::Record(fields) => {
                self.field(&mut map, 1);
                self.fields(fields);
            }
            TypeShape::Enum(variants) => {
                self.field(&mut map, 2);
                self.list(variants, |w, (name, fields)| {
                    w.array(2);
                    w.text(name);
                    w.fields(fields);
                });
            }
        }
        self.close(map);
    }

    pub(super) fn exprs(&mut self, exprs: &Exprs) {
        self.list(&exprs.nodes, Self::node);
    }

    fn node(&mut self, node: &Node) {
        let (tag, extra): (u64, [Option<u32>; 2]) = match node {
            Node::Const(value) => {
                self.array(2);
                self.uint(0);
                return self.value(value);
            }
            Node::Fact(n) => (1, [Some(*n), None]),
            Node::Label(n) => (2, [Some(*n), None]),
            Node::Output { step, output } => (3, [Some(*step), Some(*output)]),
            Node::Key => (4, [None; 2]),
            Node::Attribute(n) => (5, [Some(*n), None]),
            Node::Early(n) => (6, [Some(*n), None]),
            Node::Local(n) => (7, [Some(*n), None]),
            Node::Unary(op, _) => (8, [Some(op.code()), None]),
            Node::Binary(op, ..) => (9, [Some(op.code()), None]),
            Node::And(..) => (10, [None; 2]),
            Node::Or(..) => (11, [None; 2]),
            Node::Coalesce(..) => (12, [None; 2]),
            Node::If(..) => (13, [None; 2]),
            Node::IfSome(..) => (14, [None; 2]),
            Node::IsSome(_) => (15, [None; 2]),
            Node::IsVariant(_, n) => (16, [Some(*n), None]),
            Node::Field(_, n) => (17, [Some(*n), None]),
            Node::Payload(_, n) => (18, [Some(*n), None]),
            Node::Index(..) => (19, [None; 2]),
            Node::List(_) => (20, [None; 2]),
            Node::Record(_) => (21, [None; 2]),
            Node::Variant(n, _) => (22, [Some(*n), None]),
            Node::Concat(_) => (23, [None; 2]),
            Node::Call(function, _) => (24, [Some(function.code()), None]),
            Node::Each { kind, local, .. } => (25, [Some(kind.code()), Some(*local)]),
            Node::Convert(kind, _) => (26, [Some(kind.code()), None]),
            Node::Fail(_) => (27, [None; 2]),
            Node::Fold { local, .. } => (28, [Some(*local), None]),
            Node::TryConvert(kind, _) => (29, [Some(kind.code()), None]),
            Node::Secret(n) => (30, [Some(*n), None]),
            Node::Map(_) => (31, [None; 2]),
            Node::Change(fact) => (32, [Some(fact.code()), None]),
            Node::Element(n) => (33, [Some(*n), None]),
        };
        let mut operands = 0;
        node.operands(|_| operands += 1);
        self.array(1 + extra.iter().flatten().count() + operands);
        self.uint(tag);
        for n in extra.into_iter().flatten() {
            self.u32(n);
        }
        node.operands(|operand| self.u32(operand.0));
    }
}

/// Types of text follow after the others, with room between.
const TEXT_TYPES: u64 = 16;

/// The fewest bytes of a type's name, of its field, and of a node.
const NAMED: usize = 3;

impl Reader<'_> {
    pub(super) fn code<T: Code>(&mut self) -> Result<T> {
        let at = self.position();
        let code = self.uint()?;
        Self::coded(at, code)
    }

    fn coded<T: Code>(at: usize, code: u64) -> Result<T> {
        usize::try_from(code)
            .ok()
            .and_then(|code| T::ALL.get(code).copied())
            .ok_or(DecodeError { at, problem: Problem::UnknownCode(T::WHAT, code) })
    }

    pub(super) fn value(&mut self) -> Result<Value> {
        match self.kind()? {
            Kind::Map => match self.operand()? {
                Operand::Value(value) => Ok(value),
                Operand::Expr(_) => self.error(Problem::Expected("a value")),
            },
            _ => self.simple_value(),
        }
    }

    fn simple_value(&mut self) -> Result<Value> {
        Ok(match self.kind()? {
            Kind::Null => {
                self.null()?;
                Value::None
            }
            Kind::Bool => Value::Bool(self.bool()?),
            Kind::Int => Value::Int(self.int()?),
            Kind::Text => Value::Str(self.text()?.into()),
            Kind::Array => Value::List(self.list(1, Self::value)?.into()),
            Kind::Float => Value::Float(self.float()?),
            Kind::Bytes => Value::Bytes(self.bytes()?.into()),
            Kind::Map => return self.error(Problem::Expected("a value")),
        })
    }

    pub(super) fn operand(&mut self) -> Result<Operand> {
        if self.kind()? != Kind::Map {
            return self.simple_value().map(Operand::Value);
        }
        let count = self.open_map()?;
        let at = self.position();
        let first = if count == 0 { 1 } else { self.int()? };
        let operand = match first {
            -5 if count == 1 => Operand::Expr(ExprId(self.u32()?)),
            -6 if count == 1 => Operand::Value(self.map_entries()?),
            -4..=-1 if count == 1 => Operand::Value(self.scalar(first)?),
            0 => {
                let position = self.u32()?;
                Operand::Value(Value::Variant(position, self.positions(1, count - 1)?))
            }
            1 => Operand::Value(Value::Record(self.positions(2, count)?)),
            _ => return Err(DecodeError { at, problem: Problem::Expected("a value") }),
        };
        self.close();
        Ok(operand)
    }

    fn map_entries(&mut self) -> Result<Value> {
        let start = self.position();
        let count = self.open_array(1)?;
        if count % 2 != 0 {
            return Err(DecodeError { at: start, problem: Problem::Expected("keys with their values") });
        }
        let mut entries: Vec<(Value, Value)> = Vec::with_capacity((count / 2).min(FIRST_ALLOCATION));
        for _ in 0..count / 2 {
            let at = self.position();
            let key = self.value()?;
            if entries.last().is_some_and(|(last, _)| *last >= key) {
                return Err(DecodeError { at, problem: Problem::KeyOrder });
            }
            entries.push((key, self.value()?));
        }
        self.close();
        Ok(Value::Map(entries.into()))
    }

    fn scalar(&mut self, key: i64) -> Result<Value> {
        Ok(match key {
            -1 => Value::Duration(self.int()?),
            -2 => Value::Size(self.uint()?),
            -3 => Value::Mode(self.u32()?),
            _ => {
                if self.open_array(1)? != 2 {
                    return self.error(Problem::Expected("a digest and a size"));
                }
                let blob = Blob { digest: self.array_of("a digest")?, size: self.uint()? };
                self.close();
                Value::blob(blob)
            }
        })
    }

    /// `count` fields, of which the keys from `next` on are still to be read.
    fn positions(&mut self, mut next: u64, count: usize) -> Result<Arc<[Value]>> {
        let mut fields = Vec::with_capacity(count.min(FIRST_ALLOCATION));
        for position in 1..=count as u64 {
            if position >= next {
                let at = self.position();
                if self.uint()? != position {
                    return Err(DecodeError { at, problem: Problem::KeyOrder });
                }
                next = position + 1;
            }
            fields.push(self.value()?);
        }
        Ok(fields.into())
    }

    pub(super) fn ty(&mut self) -> Result<Type> {
        let at = self.position();
        if self.kind()? == Kind::Array {
            let count = self.open_array(1)?;
            let tag = if count == 0 { u64::MAX } else { self.uint()? };
            let ty = match (tag, count) {
                (0, 2) => Type::List(Box::new(self.ty()?)),
                (1, 2) => Type::Optional(Box::new(self.ty()?)),
                (2, 2) => Type::Named(self.u32()?),
                (3, 2) => Type::Set(Box::new(self.ty()?)),
                (4, 3) => Type::Map(Box::new(self.ty()?), Box::new(self.ty()?)),
                (5, 3..) => Type::Tuple((1..count).map(|_| self.ty()).collect::<Result<_>>()?),
                (6, 2) => Type::Secret(Box::new(self.ty()?)),
                _ => return Err(DecodeError { at, problem: Problem::Expected("a type") }),
            };
            self.close();
            return Ok(ty);
        }
        Ok(match self.uint()? {
            0 => Type::Bool,
            1 => Type::Int,
            2 => Type::String,
            3 => Type::Duration,
            4 => Type::Size,
            5 => Type::Mode,
            6 => Type::Blob,
            7 => Type::Float,
            8 => Type::Bytes,
            code @ 9..TEXT_TYPES => {
                return Err(DecodeError { at, problem: Problem::UnknownCode("type", code) });
            }
            code => Type::Text(Self::coded(at, code - TEXT_TYPES)?),
        })
    }

    fn pair<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<(String, T)> {
        if self.open_array(1)? != 2 {
            return self.error(Problem::Expected("a name with what it names"));
        }
        let pair = (self.text()?.to_owned(), read(self)?);
        self.close();
        Ok(pair)
    }

    fn type_fields(&mut self) -> Result<Vec<(String, Type)>> {
        self.list(NAMED, |r| r.pair(Self::ty))
    }

    pub(super) fn type_def(&mut self) -> Result<TypeDef> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        let shape = if self.has(&mut fields, 1)? {
            TypeShape::Record(self.type_fields()?)
        } else {
            self.need(&mut fields, 2)?;
            TypeShape::Enum(self.list(NAMED, |r| r.pair(Self::type_fields))?)
        };
        self.finish(fields)?;
        Ok(TypeDef { name, shape })
    }

    pub(super) fn exprs(&mut self) -> Result<Exprs> {
        Ok(Exprs { nodes: self.list(2, Self::node)? })
    }

    fn id(&mut self) -> Result<ExprId> {
        self.u32().map(ExprId)
    }

    fn node(&mut self) -> Result<Node> {
        let at = self.position();
        let count = self.open_array(1)?;
        if count == 0 {
            return self.error(Problem::Expected("an expression"));
        }
        let tag = self.uint()?;
        let rest = count - 1;
        let arity = match tag {
            4 => 0,
            0..=2 | 5..=7 | 15 | 27 | 30 | 32 | 33 => 1,
            3 | 8 | 10..=12 | 14 | 16..=19 | 26 | 29 => 2,
            9 | 13 => 3,
            25 | 28 => 4,
            22 | 24 => rest.max(1),
            20 | 21 | 23 => rest,
            31 => rest - rest % 2,
            _ => return Err(DecodeError { at, problem: Problem::UnknownCode("expression", tag) }),
        };
        if rest != arity {
            return Err(DecodeError { at, problem: Problem::Expected("an expression with other operands") });
        }
        let node = match tag {
            0 => Node::Const(self.value()?),
            1 => Node::Fact(self.u32()?),
            2 => Node::Label(self.u32()?),
            3 => Node::Output { step: self.u32()?, output: self.u32()? },
            4 => Node::Key,
            5 => Node::Attribute(self.u32()?),
            6 => Node::Early(self.u32()?),
            7 => Node::Local(self.u32()?),
            8 => Node::Unary(self.code()?, self.id()?),
            9 => Node::Binary(self.code()?, self.id()?, self.id()?),
            10 => Node::And(self.id()?, self.id()?),
            11 => Node::Or(self.id()?, self.id()?),
            12 => Node::Coalesce(self.id()?, self.id()?),
            13 => Node::If(self.id()?, self.id()?, self.id()?),
            14 => Node::IfSome(self.id()?, self.id()?),
            15 => Node::IsSome(self.id()?),
            16..=18 => {
                let n = self.u32()?;
                let a = self.id()?;
                match tag {
                    16 => Node::IsVariant(a, n),
                    17 => Node::Field(a, n),
                    _ => Node::Payload(a, n),
                }
            }
            19 => Node::Index(self.id()?, self.id()?),
            20 => Node::List(self.ids(rest)?),
            21 => Node::Record(self.ids(rest)?),
            22 => Node::Variant(self.u32()?, self.ids(rest - 1)?),
            23 => Node::Concat(self.ids(rest)?),
            24 => Node::Call(self.code()?, self.ids(rest - 1)?),
            25 => Node::Each { kind: self.code()?, local: self.u32()?, list: self.id()?, body: self.id()? },
            26 => Node::Convert(self.code()?, self.id()?),
            27 => Node::Fail(self.id()?),
            28 => Node::Fold { local: self.u32()?, list: self.id()?, init: self.id()?, body: self.id()? },
            29 => Node::TryConvert(self.code()?, self.id()?),
            30 => Node::Secret(self.u32()?),
            32 => Node::Change(self.code()?),
            33 => Node::Element(self.u32()?),
            _ => Node::Map((0..rest / 2).map(|_| Ok((self.id()?, self.id()?))).collect::<Result<_>>()?),
        };
        self.close();
        Ok(node)
    }

    /// The rest of an array whose length was held against the input.
    fn ids(&mut self, count: usize) -> Result<Vec<ExprId>> {
        (0..count).map(|_| self.id()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that the reference gives, in the order of the codes.
    #[test]
    fn the_reference_names_all_codes() {
        let reference = include_str!("../../../../docs/reference/bundle.md");
        let listed = |start: &str| {
            let (_, rest) = reference.split_once(start).unwrap();
            let (list, _) = rest.split_once("`.").unwrap();
            list.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect::<Vec<_>>()
        };
        let functions: Vec<&str> = Builtin::ALL.iter().map(|function| function.name()).collect();
        assert_eq!(listed("Functions from 0:"), functions);
        let kinds: Vec<&str> = EachKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(listed("Kinds of loops from 0:"), kinds);
        for kind in TextKind::ALL {
            assert!(reference.contains(&format!("`{}`", kind.name())), "{kind:?}");
        }
    }

    /// Every name is in its list, so no code is the one for "missing".
    #[test]
    fn code_lists_are_complete() {
        fn complete<T: Code + std::fmt::Debug>(last: T, count: usize) {
            assert_eq!(T::ALL.len(), count, "{}", T::WHAT);
            assert_eq!(T::ALL.last(), Some(&last));
            for (at, item) in T::ALL.iter().enumerate() {
                assert_eq!(item.code() as usize, at, "{item:?}");
            }
        }
        complete(UnaryOp::Not, UnaryOp::Not as usize + 1);
        complete(BinaryOp::In, BinaryOp::In as usize + 1);
        complete(Builtin::Ini, Builtin::Ini as usize + 1);
        complete(TextKind::Email, TextKind::Email as usize + 1);
        complete(ChangeFact::Reloads, ChangeFact::Reloads as usize + 1);
        complete(EachKind::UniqueBy, EachKind::UniqueBy as usize + 1);
    }
}
