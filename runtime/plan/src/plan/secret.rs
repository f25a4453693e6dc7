//! Where secrets flow in a plan, so that nothing that holds one is ever shown.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Setting, Step};
use crate::eval::Analysis;
use crate::expr::Operand;

/// A secret that the plan reads, known on the host only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUse {
    /// Its name: `db/password`. See [`secret_name`].
    pub name: String,
}

/// The longest name of a secret, in bytes.
const MOST: usize = 128;

/// Why a text is no name of a secret, as a clause: segments of letters, digits, `_`, `.` and `-`, separated by
/// `/`, none of which is only dots; at most 128 bytes.
///
/// # Errors
/// What is wrong.
pub fn secret_name(name: &str) -> Result<(), &'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    if name.is_empty() {
        Err("it is empty")
    } else if name.len() > MOST {
        Err("it is longer than 128 bytes")
    } else if !name.chars().all(allowed) {
        Err("only letters of a-z, digits, `_`, `.`, `-` and `/` stand in it")
    } else if name.split('/').any(str::is_empty) {
        Err("a segment is empty")
    } else if name.split('/').any(|segment| segment.bytes().all(|byte| byte == b'.')) {
        Err("a segment is only dots")
    } else {
        Ok(())
    }
}

/// What stands for a value that depends on these secrets, wherever values are shown: `<secret db/password>`.
#[must_use]
pub fn placeholder<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::from("<secret");
    for (at, name) in names.into_iter().enumerate() {
        out.push_str(if at == 0 { " " } else { ", " });
        out.push_str(name);
    }
    out.push('>');
    out
}

impl Plan {
    /// The attributes of a step that may hold a secret, each with the positions of the secrets in
    /// [`Plan::secrets`]: those given an expression that reads one, and those that read such an attribute of the
    /// step itself. `analysis` is that of the plan's expressions.
    #[must_use]
    pub fn secret_attributes(&self, analysis: &Analysis, step: &Step) -> BTreeMap<u32, BTreeSet<u32>> {
        let mut found: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        if self.secrets.is_empty() {
            return found;
        }
        let settings = || step.declarations.iter().flat_map(|declaration| &declaration.attributes);
        let mut readers: Vec<(&Setting, BTreeSet<u32>)> = Vec::new();
        for setting in settings() {
            let Operand::Expr(id) = setting.value else { continue };
            if analysis.secret(id) {
                found.entry(setting.attribute).or_default().extend(analysis.secrets(&self.exprs, id));
            }
            let reads = analysis.attributes(&self.exprs, id);
            if !reads.is_empty() {
                readers.push((setting, reads));
            }
        }
        // Each round but the last adds a secret to an attribute.
        loop {
            let mut grew = false;
            for (setting, reads) in &readers {
                let more: BTreeSet<u32> =
                    reads.iter().filter_map(|read| found.get(read)).flatten().copied().collect();
                if !more.is_empty() {
                    let secrets = found.entry(setting.attribute).or_default();
                    let before = secrets.len();
                    secrets.extend(more);
                    grew |= secrets.len() > before;
                }
            }
            if !grew {
                return found;
            }
        }
    }

    /// What stands for a value that depends on these secrets: `<secret db/password>`.
    #[must_use]
    pub fn secret_placeholder(&self, secrets: &BTreeSet<u32>) -> String {
        let names = secrets.iter().filter_map(|position| self.secrets.get(*position as usize));
        placeholder(names.map(|secret| secret.name.as_str()))
    }
}
