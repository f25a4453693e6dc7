//! What the host repeats and names.

use super::{Reader, Result, Writer};
use crate::expr::{ExprId, Operand};
use crate::plan::{HostInstance, Repeat};
use crate::value::Value;

/// The fewest bytes of a loop and of an instance.
pub(super) const REPEAT: usize = 12;
pub(super) const INSTANCE: usize = 11;

const TRUE: Operand = Operand::Value(Value::Bool(true));

impl Writer {
    pub(super) fn repeat(&mut self, repeat: &Repeat) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.u32(repeat.policy);
        self.field(&mut map, 1);
        self.u32(repeat.list.0);
        if let Some(parent) = repeat.parent {
            self.field(&mut map, 2);
            self.u32(parent);
        }
        if repeat.condition != TRUE {
            self.field(&mut map, 3);
            self.operand(&repeat.condition);
        }
        self.field(&mut map, 4);
        self.text(&repeat.name);
        self.list_field(&mut map, 5, &repeat.barriers, |w, barrier| w.u32(*barrier));
        self.field(&mut map, 6);
        self.span(repeat.span);
        self.close(map);
    }

    pub(super) fn host_instance(&mut self, instance: &HostInstance) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.u32(instance.policy);
        self.field(&mut map, 1);
        self.text(&instance.path);
        self.field(&mut map, 2);
        self.u32(instance.name.0);
        if let Some(repeat) = instance.repeat {
            self.field(&mut map, 3);
            self.u32(repeat);
        }
        if instance.condition != TRUE {
            self.field(&mut map, 4);
            self.operand(&instance.condition);
        }
        self.field(&mut map, 5);
        self.span(instance.span);
        self.close(map);
    }
}

impl Reader<'_> {
    pub(super) fn repeat(&mut self) -> Result<Repeat> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let policy = self.u32()?;
        self.need(&mut fields, 1)?;
        let list = ExprId(self.u32()?);
        let parent = if self.has(&mut fields, 2)? { Some(self.u32()?) } else { None };
        let condition = if self.has(&mut fields, 3)? { self.operand()? } else { TRUE };
        self.need(&mut fields, 4)?;
        let name = self.text()?.to_owned();
        let barriers = self.list_field(&mut fields, 5, 1, Self::u32)?;
        self.need(&mut fields, 6)?;
        let span = self.span()?;
        self.finish(fields)?;
        Ok(Repeat { policy, list, parent, condition, name, barriers, span })
    }

    pub(super) fn host_instance(&mut self) -> Result<HostInstance> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let policy = self.u32()?;
        self.need(&mut fields, 1)?;
        let path = self.text()?.to_owned();
        self.need(&mut fields, 2)?;
        let name = ExprId(self.u32()?);
        let repeat = if self.has(&mut fields, 3)? { Some(self.u32()?) } else { None };
        let condition = if self.has(&mut fields, 4)? { self.operand()? } else { TRUE };
        self.need(&mut fields, 5)?;
        let span = self.span()?;
        self.finish(fields)?;
        Ok(HostInstance { policy, path, name, repeat, condition, span })
    }
}
