//! Resource schemas and their hash.

use super::{DecodeError, Problem, Reader, Result, Writer};
use crate::check::InvalidPlan;
use crate::digest::sha256;
use crate::expr::ExprId;
use crate::schema::{Attribute, Autoedge, Claim, Effect, Key, Output, OutputKind, Schema};

impl Schema {
    /// The canonical encoding.
    ///
    /// # Errors
    /// The schema's parts do not fit together.
    pub fn encode(&self) -> Result<Vec<u8>, InvalidPlan> {
        self.check()?;
        Ok(self.encoded())
    }

    fn encoded(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.schema(self);
        w.finish()
    }

    /// Reads what [`Schema::encode`] gives.
    ///
    /// # Errors
    /// Any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader::new(bytes);
        let schema = r.schema()?;
        r.end()?;
        super::exact(bytes, &schema.encoded())?;
        schema.check().map_err(|error| DecodeError { at: 0, problem: Problem::Invalid(error) })?;
        Ok(schema)
    }

    /// What ties the sources, the generated providers and the plans together: SHA-256 of the canonical
    /// encoding. Docs are no part of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.encoded())
    }
}

impl Writer {
    pub(super) fn schema(&mut self, schema: &Schema) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&schema.name);
        self.field(&mut map, 1);
        self.text(&schema.provider);
        self.field(&mut map, 2);
        self.u32(schema.protocol);
        self.field(&mut map, 3);
        self.array(3);
        self.text(&schema.key.name);
        self.ty(&schema.key.ty);
        self.bool(schema.key.local);
        self.list_field(&mut map, 4, &schema.attributes, Self::attribute);
        self.list_field(&mut map, 5, &schema.outputs, |w, output| {
            w.array(3);
            w.text(&output.name);
            w.ty(&output.ty);
            w.u32(output.kind as u32);
        });
        self.list_field(&mut map, 6, &schema.types, Self::type_def);
        if !schema.exprs.nodes.is_empty() {
            self.field(&mut map, 7);
            self.exprs(&schema.exprs);
        }
        self.list_field(&mut map, 8, &schema.claims, Self::claim);
        self.list_field(&mut map, 9, &schema.reads, Self::claim);
        self.list_field(&mut map, 10, &schema.writes, Self::claim);
        self.list_field(&mut map, 11, &schema.autoedges, |w, edge| {
            w.array(3);
            w.text(&edge.target);
            w.u32(edge.key.0);
            w.text(&edge.text);
        });
        self.list_field(&mut map, 12, &schema.effects, |w, effect| {
            w.array(1 + usize::from(effect.value.is_some()));
            w.text(&effect.name);
            if let Some(value) = effect.value {
                w.u32(value.0);
            }
        });
        self.close(map);
    }

    fn attribute(&mut self, attribute: &Attribute) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.text(&attribute.name);
        self.field(&mut map, 1);
        self.ty(&attribute.ty);
        if let Some(default) = &attribute.default {
            self.field(&mut map, 2);
            self.value(default);
        }
        if attribute.accepts_secret {
            self.field(&mut map, 3);
            self.bool(true);
        }
        if attribute.union {
            self.field(&mut map, 4);
            self.bool(true);
        }
        self.close(map);
    }

    fn claim(&mut self, claim: &Claim) {
        self.array(2);
        self.text(&claim.domain);
        self.u32(claim.value.0);
    }
}

impl Reader<'_> {
    pub(super) fn schema(&mut self) -> Result<Schema> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        self.need(&mut fields, 1)?;
        let provider = self.text()?.to_owned();
        self.need(&mut fields, 2)?;
        let protocol = self.u32()?;
        self.need(&mut fields, 3)?;
        let key = self.tuple(3, |r| Ok(Key { name: r.text()?.to_owned(), ty: r.ty()?, local: r.bool()? }))?;
        let schema = Schema {
            name,
            provider,
            protocol,
            key,
            attributes: self.list_field(&mut fields, 4, 5, Self::attribute)?,
            outputs: self.list_field(&mut fields, 5, 4, |r| {
                r.tuple(3, |r| Ok(Output { name: r.text()?.to_owned(), ty: r.ty()?, kind: r.output_kind()? }))
            })?,
            types: self.list_field(&mut fields, 6, 4, Self::type_def)?,
            exprs: if self.has(&mut fields, 7)? { self.exprs()? } else { Default::default() },
            claims: self.list_field(&mut fields, 8, 3, Self::claim)?,
            reads: self.list_field(&mut fields, 9, 3, Self::claim)?,
            writes: self.list_field(&mut fields, 10, 3, Self::claim)?,
            autoedges: self.list_field(&mut fields, 11, 4, |r| {
                r.tuple(3, |r| {
                    Ok(Autoedge {
                        target: r.text()?.to_owned(),
                        key: ExprId(r.u32()?),
                        text: r.text()?.to_owned(),
                    })
                })
            })?,
            effects: self.list_field(&mut fields, 12, 2, |r| {
                let count = r.open_array(1)?;
                let name = r.text()?.to_owned();
                let value = match count {
                    1 => None,
                    2 => Some(ExprId(r.u32()?)),
                    _ => return r.error(Problem::Expected("an effect")),
                };
                r.close();
                Ok(Effect { name, value })
            })?,
        };
        self.finish(fields)?;
        Ok(schema)
    }

    fn attribute(&mut self) -> Result<Attribute> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let name = self.text()?.to_owned();
        self.need(&mut fields, 1)?;
        let attribute = Attribute {
            name,
            ty: self.ty()?,
            default: if self.has(&mut fields, 2)? { Some(self.value()?) } else { None },
            accepts_secret: self.has(&mut fields, 3)? && self.bool()?,
            union: self.has(&mut fields, 4)? && self.bool()?,
        };
        self.finish(fields)?;
        Ok(attribute)
    }

    fn output_kind(&mut self) -> Result<OutputKind> {
        match OutputKind::ALL.get(self.u32()? as usize) {
            Some(kind) => Ok(*kind),
            None => self.error(Problem::Expected("a kind of output")),
        }
    }

    fn claim(&mut self) -> Result<Claim> {
        self.tuple(2, |r| Ok(Claim { domain: r.text()?.to_owned(), value: ExprId(r.u32()?) }))
    }
}
